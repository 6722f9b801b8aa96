//! `report`: a quarter's review as a file, and what is said where there is none.

use crate::world::{World, component, finish};
use chrono::{Datelike, Utc};
use github_sim::Scenario;
use serde_json::Value;

/// The quarter that runs, and the next.
fn quarters() -> (String, String) {
    let now = Utc::now();
    let (year, quarter) = (now.year(), now.month0() / 3 + 1);
    let next = if quarter == 4 { (year + 1, 1) } else { (year, quarter + 1) };
    (format!("{year}Q{quarter}"), format!("{}Q{}", next.0, next.1))
}

#[test]
fn it_tells_a_quarter_in_three_formats_beside_the_daemon_and_refuses_what_is_not_there() {
    let mut scenario = Scenario::new();
    component(&mut scenario, "acme/shop");
    let world = World::of(&mut scenario);
    world.configure(
        "[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n\
         [[ownership.rules]]\nrepositories = [\"acme/sh*\"]\nteam = \"retail | <b>\"\n",
    );
    let daemon = world.run(&[]);
    daemon.wait_for_series("dora_team_window_deployments{team=\"retail | <b>\",window=\"30d\"}");
    let (quarter, next) = quarters();
    let report = |arguments: &[&str]| {
        let mut command = world.command("report");
        finish(command.args(["--team", "retail | <b>"]).args(arguments).env_remove("GITHUB_TOKEN"))
    };
    let told = |format: &str| {
        let (code, out, err) = report(&["--quarter", &quarter, "--format", format]);
        assert_eq!((code, err.as_str()), (0, ""), "{format}");
        out
    };
    let markdown = told("markdown");
    for part in [
        &format!("# Team retail \\| &lt;b\\>: {quarter} so far\n"),
        "| Measure |",
        "| Deployment frequency |",
        "## Week by week",
        "## How the team works together\n\nFor talking about the work",
        "nothing is told: fewer than 5 people wrote or reviewed what was merged.",
        "## Failed deployments\n\nNone.",
        "- **Change fail rate**: Production deployments that failed, ",
    ] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    let html = told("html");
    for part in ["<style>", "retail | &lt;b&gt;", "<svg class=\"chart\"", "How it is counted"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    for part in ["<script", "href=\"../", "<link", "<form"] {
        assert!(!html.contains(part), "a file stands alone, but has {part}");
    }
    let json: Value = serde_json::from_str(&told("json")).unwrap();
    assert_eq!((&json["team"], &json["time_zone"]), (&"retail | <b>".into(), &"UTC".into()));
    assert_eq!(json["weeks"].as_array().unwrap().len(), 26);
    let space = &json["space"]["quarter"];
    assert_eq!((&space["withheld"], &space["figures"]), (&true.into(), &Value::Array(vec![])));
    assert_eq!(json["quarter"]["name"], format!("{quarter} so far"));
    let figures = json["quarter"]["figures"].as_array().unwrap();
    let frequency = figures.iter().find(|it| it["measure"] == "deployment_frequency").unwrap();
    let finished = json["deployments"].as_array().unwrap().len() as f64;
    assert_eq!(frequency["numerator"].as_f64(), Some(finished), "{frequency}");

    for (arguments, code, part) in [
        (&["--quarter", "2026"][..], 2, "such as 2026Q3"),
        (&["--quarter", &next], 1, "has not begun yet"),
        (&["--quarter", &quarter, "--component", "shelf"], 1, "there are acme/shop/shop"),
        (&["--quarter", &quarter, "--format", "pdf"], 2, "markdown, html, json"),
    ] {
        let (found, out, err) = report(arguments);
        assert_eq!((found, out.as_str()), (code, ""), "{arguments:?}: {err}");
        assert!(err.contains(part), "{arguments:?}: {err}");
    }
}
