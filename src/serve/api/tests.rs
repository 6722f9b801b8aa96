//! The description of the API against what it really answers with.

#![allow(clippy::unwrap_used)]

use super::documents::*;
use super::figures::{Level, Wanted, figures};
use super::instant::Instant;
use super::lists::{self, List};
use super::*;
use delivery::domain::{Time, Window};
use delivery::ledger::History;
use delivery::measures::{Contribution, Member};
use serde_json::Value;
use std::collections::BTreeSet;

fn description() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

fn names(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

/// Holds a document with every field set to the schema of a name.
#[track_caller]
fn agrees(name: &str, whole: &impl Serialize, optional: &[&str]) {
    let schema = &description()["components"]["schemas"][name];
    let whole = serde_json::to_value(whole).unwrap();
    assert_eq!(names(&schema["properties"]), names(&whole), "{name}");
    let required = schema["required"].as_array().unwrap();
    let required: BTreeSet<&str> = required.iter().map(|name| name.as_str().unwrap()).collect();
    let fields = names(&whole);
    let expected: BTreeSet<&str> =
        fields.iter().map(String::as_str).filter(|name| !optional.contains(name)).collect();
    assert_eq!(required, expected, "{name}");
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let paths = names(&description()["paths"]);
    let door = crate::serve::survey_door::PATH;
    let routes: BTreeSet<String> =
        PATHS.iter().chain([&door]).map(|path| (*path).to_owned()).collect();
    assert_eq!(paths, routes);
    for list in List::ALL {
        assert!(PATHS.iter().any(|path| path.ends_with(&format!("/{}", list.name()))));
    }
}

#[test]
fn every_parameter_and_every_measure_is_described() {
    let described = description();
    let parameters = described["components"]["parameters"].as_object().unwrap();
    let in_query: BTreeSet<&str> = parameters
        .values()
        .filter(|one| one["in"] == "query")
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(in_query, [COMPONENT, MEASURE, WINDOW, FROM, TO, LIMIT, CURSOR].into());
    let known: Vec<&str> = measures::all().map(|measure| measure.name).collect();
    let schemas = &described["components"]["schemas"];
    for place in [
        &parameters["Measure"]["schema"]["enum"],
        &schemas["Figure"]["properties"]["measure"]["enum"],
    ] {
        assert_eq!(*place, serde_json::to_value(&known).unwrap());
    }
}

#[test]
fn every_field_of_every_document_is_described() {
    let (at, text) = (Instant(Time(0)), String::new);
    let organization = Organization { org: text(), data_through: Some(at), figures: Vec::new() };
    agrees("Organizations", &Organizations { at, organizations: Vec::new() }, &[]);
    agrees("Organization", &organization, &["data_through"]);
    agrees("Teams", &Teams { at, teams: Vec::new(), next: Some(text()) }, &["next"]);
    let summary = TeamSummary { team: text(), data_through: Some(at), figures: Vec::new() };
    agrees("TeamSummary", &summary, &["data_through"]);
    let level = documents::Level { measure: "", level: "", benchmark: "" };
    agrees("Level", &level, &[]);
    let team = documents::Team {
        at,
        team: text(),
        component: Some(text()),
        data_through: Some(at),
        components: Vec::new(),
        levels: vec![level],
        figures: Vec::new(),
    };
    agrees("Team", &team, &["component", "data_through", "levels"]);
    let component = Component {
        repo: text(),
        component: text(),
        owned_by: text(),
        at,
        data_through: Some(at),
        url: Some(text()),
    };
    agrees("Component", &component, &["data_through", "url"]);
    let facts = Facts { part: "", list: "", by: Some(""), condition: [].into(), value: Some("") };
    agrees("Facts", &facts, &["by", "value"]);
    let problem = Problem { error: text(), nearest: vec![text()] };
    agrees("Problem", &problem, &["nearest"]);
    agrees("OrgSurveys", &surveys::OrgSurveys { at, surveys: Vec::new() }, &[]);
    let of_team = surveys::TeamSurveys { at, team: text(), surveys: Vec::new() };
    agrees("TeamSurveys", &of_team, &[]);
    let hours = surveys::UnrelatedWork { p50: Some(0), p85: Some(0), p95: Some(0), mean: 0.0 };
    agrees("UnrelatedWork", &hours, &["p50", "p85", "p95"]);
    let survey = surveys::Survey {
        survey: text(),
        closed: at,
        responses: 0,
        invited: Some(0),
        scores: Vec::new(),
        unrelated_work: Some(hours),
    };
    agrees("Survey", &survey, &["invited", "unrelated_work"]);
    let score = surveys::SurveyScore { question: text(), dimension: "", ratio: 0.0 };
    agrees("SurveyScore", &score, &[]);
    let page = Page { at, items: Vec::new(), next: Some(text()) };
    for name in ["Deployments", "Changes", "Failures", "Incidents", "Environments"] {
        agrees(name, &page, &["next"]);
    }
}

#[test]
fn every_field_of_a_figure_is_described() {
    let at = Some(Instant(Time(0)));
    let (number, word) = (Some(0.0), Some(""));
    let figure = Figure {
        phase: word,
        state: word,
        window: Some(String::new()),
        from: at,
        to: at,
        withheld: true,
        value: number,
        numerator: number,
        denominator: number,
        lower_bound: number,
        upper_bound: number,
        count: Some(0),
        p50: number,
        p85: number,
        p95: number,
        mean: number,
        oldest_at: at,
        ..Figure::default()
    };
    let optional = [
        "phase",
        "state",
        "window",
        "from",
        "to",
        "withheld",
        "value",
        "numerator",
        "denominator",
        "lower_bound",
        "upper_bound",
        "count",
        "p50",
        "p85",
        "p95",
        "mean",
        "oldest_at",
    ];
    agrees("Figure", &figure, &optional);
}

#[test]
fn every_field_of_the_facts_is_described() {
    let (at, text, word) = (Instant(Time(0)), String::new, Some(""));
    let deployment = lists::Deployment {
        repo: text(),
        component: text(),
        id: 1,
        sha: text(),
        environment: text(),
        created_at: at,
        finished_at: Some(at),
        aborted_at: Some(at),
        counted: true,
        left_out: word,
        counts_as: Some(1),
        baseline: true,
        known_commit: true,
        changes: 0,
        rollback: true,
        rework: true,
        failed: true,
        failure_reason: word,
        url: Some(text()),
        commit_url: Some(text()),
    };
    let optional = [
        "finished_at",
        "aborted_at",
        "left_out",
        "counts_as",
        "failure_reason",
        "url",
        "commit_url",
    ];
    agrees("Deployment", &deployment, &optional);
    let change = lists::Change {
        repo: text(),
        component: text(),
        pull_request: Some(1),
        commit: Some(text()),
        started_at: Some(at),
        started_by: word,
        merged_at: at,
        shipped_at: Some(at),
        shipped_by: Some(1),
        lead_time_seconds: Some(1),
        coding_seconds: Some(1),
        pickup_seconds: Some(1),
        review_seconds: Some(1),
        deploy_seconds: Some(1),
        unknown_paths: true,
        counted: true,
        left_out: word,
        url: Some(text()),
    };
    let fields = names(&serde_json::to_value(&change).unwrap());
    let always = ["repo", "component", "merged_at", "unknown_paths", "counted"];
    let optional: Vec<&str> =
        fields.iter().map(String::as_str).filter(|name| !always.contains(name)).collect();
    agrees("Change", &change, &optional);
    let evidence = lists::Evidence {
        rule: "",
        at,
        incident: Some(text()),
        deployment: Some(1),
        pull_request: Some(1),
        commit: Some(text()),
        url: Some(text()),
    };
    agrees("Evidence", &evidence, &["incident", "deployment", "pull_request", "commit", "url"]);
    let failure = lists::Failure {
        repo: text(),
        component: text(),
        deployment: 1,
        sha: text(),
        finished_at: at,
        reason: "",
        evidence: Vec::new(),
        restored_at: Some(at),
        recovery_seconds: Some(1),
        open: true,
        has_incident: true,
        counted: true,
        url: Some(text()),
    };
    agrees("Failure", &failure, &["restored_at", "recovery_seconds", "url"]);
    let incident = lists::Incident {
        repo: Some(text()),
        component: Some(text()),
        team: Some(text()),
        org: Some(text()),
        called: Some(text()),
        id: text(),
        opened_at: at,
        resolved_at: Some(at),
        restore_seconds: Some(1),
        open: true,
        mapped: true,
        attributed: true,
        unattributed: word,
        blames: Vec::new(),
        counted: true,
        left_out: word,
        url: Some(text()),
    };
    let optional = [
        "repo",
        "component",
        "team",
        "org",
        "called",
        "resolved_at",
        "restore_seconds",
        "unattributed",
        "left_out",
        "url",
    ];
    agrees("Incident", &incident, &optional);
    let environment = lists::Environment {
        repo: text(),
        environment: text(),
        deployments: 1,
        first_at: at,
        newest_at: at,
        counted: false,
        left_out: "",
        decided_by: "",
        url: Some(text()),
    };
    agrees("Environment", &environment, &["url"]);
}

#[test]
fn every_family_that_a_figure_names_is_exposed_and_every_field_it_asks_for_is_there() {
    let schemas = &description()["components"]["schemas"];
    let families: BTreeSet<String> =
        crate::exposition::families().iter().map(|family| family.name().to_owned()).collect();
    for level in [Level::Component, Level::Team, Level::Org] {
        for figure in figures(&nothing(), level, Time(0), Wanted::default()) {
            for name in &figure.families {
                assert!(families.contains(name), "{name}");
            }
            for facts in &figure.facts {
                let item = match facts.list {
                    "deployments" => "Deployment",
                    "changes" => "Change",
                    "failures" => "Failure",
                    _ => "Incident",
                };
                let fields = names(&schemas[item]["properties"]);
                let asked = facts.condition.keys().copied().chain(facts.by).chain(facts.value);
                for field in asked {
                    assert!(fields.contains(field), "{}: {item} has no {field}", figure.measure);
                }
            }
        }
    }
}

/// The figures of a component without facts.
fn nothing() -> crate::exposition::Figures {
    let history = History::default();
    let window = Window::days(30);
    let contribution = Contribution::of(&Member::component(&history, Time(0)), &[window]);
    crate::exposition::Figures {
        windows: vec![(Arc::from("30d"), contribution.window_figures(window).unwrap())],
        space: Vec::new(),
        open_changes: None,
        point: contribution.point.clone(),
        data_through: None,
    }
}
