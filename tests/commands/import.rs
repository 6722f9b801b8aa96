//! `import survey`: what is stored, what is refused, and what a running daemon means.

use crate::world::{World, binary, component, finish};
use github_sim::Scenario;
use std::process::Command;

const CONFIGURATION: &str = "[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n\
    [[ownership.rules]]\nrepositories = [\"acme/*\"]\nteam = \"api\"\n\
    [surveys]\nminimum_responses = 3\n\
    [[surveys.questions]]\nid = \"tools\"\ndimension = \"satisfaction\"\nscale = \"1-5\"\n\
    [[surveys.questions]]\nid = \"meetings\"\ndimension = \"communication\"\nscale = \"yes/no\"\n\
    [[surveys.teams]]\nname = \"design\"\nspellings = [\"UX\"]\n";
const ANSWERS: &str = "team,tools,email\napi,4,otto@acme.example\napi,5,ines@acme.example\n\
                       API,3,ruth@acme.example\nUX,2,lars@acme.example\nUX,2,ada@acme.example\n\
                       ux,1,timo@acme.example\n";

/// A world in whose store the daemon has been.
fn world() -> World {
    let mut scenario = Scenario::new();
    component(&mut scenario, "acme/api");
    let world = World::of(&mut scenario);
    world.configure(CONFIGURATION);
    let daemon = world.run(&[]);
    daemon.wait_for_series("dora_team_window_deployments{team=\"api\",window=\"30d\"}");
    drop(daemon);
    world
}

/// The command with the survey's name, of a file that is written for it.
fn import(world: &World, text: &str, more: &[&str]) -> (i32, String, String) {
    std::fs::write(world.path("answers.csv"), text).unwrap();
    finish(command(world).arg(world.path("answers.csv")).args(more))
}

fn command(world: &World) -> Command {
    let mut command = binary();
    // Neither token nor sources are needed.
    command.env_clear().args(["import", "survey", "--config"]).arg(world.path("dora.toml"));
    command
}

#[test]
fn a_survey_is_imported_once_replaced_and_purged() {
    let world = world();
    let of_quarter = ["--survey", "2026q3"];
    let (code, printed, complaint) =
        import(&world, ANSWERS, &["--survey", "2026q3", "--dry-run", "--invited", "api=4"]);
    assert_eq!((code, complaint.as_str()), (0, ""));
    assert!(printed.contains("2026Q3: would be stored; closed 2026-10-01T00:00:00"), "{printed}");
    assert!(printed.contains("6 answers. 0 rows answer no question. 1 columns were"), "{printed}");
    assert!(printed.contains("Not asked: meetings.\n"), "{printed}");
    assert!(printed.contains("api: 3 responses.\ndesign: 3 responses.\n"), "{printed}");

    let (code, printed, _) = import(&world, ANSWERS, &of_quarter);
    assert_eq!((code, printed.contains("2026Q3: stored;")), (0, true), "{printed}");
    let (_, printed, _) = import(&world, ANSWERS, &of_quarter);
    assert!(printed.contains("is stored already; nothing changes"), "{printed}");
    let (_, printed, _) = import(&world, &ANSWERS.replace("UX,2,lars", "UX,3,lars"), &of_quarter);
    assert!(printed.contains("2026Q3: replaced what was stored"), "{printed}");
    assert!(
        printed.contains("design: not shown, in whole or in part, since the diff"),
        "{printed}"
    );

    let daemon = world.run(&[]);
    daemon.wait_for_series("space_survey_responses{team=\"design\",survey=\"2026Q3\"}");
    let score = "space_survey_score_ratio{team=\"api\",survey=\"2026Q3\",question=\"tools\",\
                 dimension=\"satisfaction\"}";
    assert_eq!(daemon.value(score), Some(0.75));
    let (code, _, complaint) = import(&world, ANSWERS, &of_quarter);
    assert_eq!(code, 1);
    assert!(complaint.contains("in use by another process"), "{complaint}");
    assert!(complaint.contains("/api/v1/surveys?survey=2026Q3"), "{complaint}");
    // To look is free.
    let (code, printed, _) = import(&world, ANSWERS, &["--survey", "2026Q3", "--dry-run"]);
    assert_eq!((code, printed.contains("would replace what is stored")), (0, true), "{printed}");
    drop(daemon);

    let (code, _, complaint) = finish(world.command("purge").args(["--survey", "2026Q2"]));
    assert_eq!(code, 1);
    assert!(complaint.contains("no survey `2026Q2`; it holds 2026Q3"), "{complaint}");
    let (code, printed, _) = finish(world.command("purge").args(["--survey", "2026q3"]));
    assert_eq!(code, 0);
    assert!(printed.contains("2026Q3: removed with all answers"), "{printed}");
    let (_, printed, _) = import(&world, ANSWERS, &of_quarter);
    assert!(printed.contains("2026Q3: stored;"), "{printed}");
    let stored = std::fs::read(world.path("dora.db")).unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("acme.example"));
}

#[test]
fn a_file_is_refused_whole_or_its_lines_are_skipped() {
    let world = world();
    let broken = format!("{ANSWERS}marketing,4,x\napi,7,x\napi,=cmd(),x\n");
    let (code, printed, complaint) = import(&world, &broken, &["--survey", "2026Q3"]);
    assert_eq!((code, printed.as_str()), (1, ""));
    assert!(complaint.contains("3 rows cannot be understood\nline 8: names a team"), "{complaint}");
    assert!(complaint.contains("line 9: the answer to `tools` is no whole number"), "{complaint}");
    assert!(complaint.contains("line 10: the answer to `tools` is a formula"), "{complaint}");
    assert!(!complaint.contains("marketing") && !complaint.contains("cmd"), "{complaint}");
    for (text, more, expected) in [
        (ANSWERS, &[][..], "which survey is it?"),
        (ANSWERS, &["--survey", "summer"], "tell it (closed)"),
        (ANSWERS, &["--survey", "2026Q3", "--invited", "api=2"], "answered than were invited"),
        (ANSWERS, &["--survey", "2019Q1"], "longer ago than surveys are kept"),
        (ANSWERS, &["--survey", "2026Q3", "--closed", "5.10.26"], "2026-10-05"),
        ("tools\n4\n", &["--survey", "2026Q3"], "no column is called `team`"),
    ] {
        let (code, _, complaint) = import(&world, text, more);
        assert_eq!(code, 1, "{text}");
        assert!(complaint.contains(expected), "{more:?}: {complaint}");
    }
    let (code, printed, _) = import(&world, &broken, &["--survey", "2026Q3", "--skip-invalid"]);
    assert_eq!(code, 0);
    assert!(printed.contains("2026Q3: stored;"), "what was refused left nothing: {printed}");
    assert!(printed.contains("Skipped: 3 rows cannot be understood\nline 8:"), "{printed}");

    let elsewhere = ["--survey", "2026Q3", "--store", "nowhere.db"];
    let (code, _, complaint) = import(&world, ANSWERS, &elsewhere);
    assert_eq!(code, 1);
    assert!(complaint.contains("there is no such file"), "{complaint}");
}
