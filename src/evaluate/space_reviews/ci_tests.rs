//! Continuous integration of teams: whose runs are whose, when they count, and that neither order
//! nor repetition matters.

#![allow(clippy::unwrap_used)]

use super::super::tests::{component, of, pull, two_teams};
use crate::config::{ConfigFile, Sources, load};
use crate::evaluate::Evaluator;
use crate::evaluate::tests::{NOW, evaluator_of, progress, repository, show};
use crate::exposition::FigureSet;
use delivery::domain::{
    Collector, DAY, Fact, HOUR, Oid, Progress, RepoId, RunVerdict, Time, WorkflowRun,
};
use delivery::measures::{CiFigures, Share};

/// What selects runs in these tests.
const SELECTION: u32 = 7;

/// A run that ended so many hours ago, for the commit of that number.
fn run(repo: u64, id: u64, hours: i64, commit: u8, attempt: u32, verdict: RunVerdict) -> Fact {
    let ended_at = NOW.plus(-hours * HOUR);
    Fact::WorkflowRun(WorkflowRun {
        id,
        repo: RepoId(repo),
        workflow: 1,
        sha: Oid([commit; 20]),
        attempt,
        started_at: ended_at.plus(-60 * i64::from(commit)),
        ended_at,
        verdict,
        selection: SELECTION,
    })
}

fn read(repo: u64) -> Fact {
    let (repo, collector, through) = (RepoId(repo), Collector::WorkflowRuns, Some(NOW));
    Fact::Progress(Progress { repo, collector, complete: true, through })
}

/// Of `acme/pay-api`: one passed, one failed, one failed and then passed, one was cancelled when it
/// was run again, one is of other rules.
fn runs() -> Vec<Fact> {
    let other = match run(1, 6, 10, 6, 1, RunVerdict::Failed) {
        Fact::WorkflowRun(run) => Fact::WorkflowRun(WorkflowRun { selection: 8, ..run }),
        other => other,
    };
    vec![
        run(1, 1, 50, 1, 1, RunVerdict::Passed),
        run(1, 2, 40, 2, 1, RunVerdict::Failed),
        run(1, 3, 30, 3, 1, RunVerdict::Failed),
        run(1, 3, 20, 3, 2, RunVerdict::Passed),
        run(1, 4, 30, 4, 1, RunVerdict::Failed),
        run(1, 4, 20, 4, 2, RunVerdict::Nothing),
        other,
    ]
}

fn ci<'a>(shown: &'a FigureSet, team: &str) -> Option<&'a CiFigures> {
    of(shown, team).map(|figures| &figures.ci)
}

fn shares(figures: &CiFigures) -> (Share, Share) {
    (figures.failures, figures.rerun_successes)
}

#[test]
fn a_run_is_as_its_last_attempt_in_whatever_order_and_however_often_it_is_told() {
    let expected = (Share { part: 2, whole: 3 }, Share { part: 1, whole: 2 });
    let mut told = runs();
    for _ in 0..told.len() {
        told.rotate_left(1);
        let (mut evaluator, _) = two_teams();
        let twice = told.iter().chain(&told).cloned().chain([read(1)]).collect();
        let shown = show(&mut evaluator, twice, NOW);
        let found = ci(&shown, "payments").unwrap();
        assert_eq!(shares(found), expected);
        let duration = found.duration.unwrap();
        // One, two and three minutes.
        assert_eq!((duration.p50, duration.p95, duration.mean), (120, 180, 120.0));
    }
}

#[test]
fn nothing_is_told_before_all_were_read_nor_where_the_team_is_withheld() {
    let (mut evaluator, _) = two_teams();
    let mut news = runs();
    news.extend([run(2, 20, 5, 1, 1, RunVerdict::Passed), read(2)]);
    let shown = show(&mut evaluator, news, NOW);
    assert_eq!(ci(&shown, "payments"), Some(&CiFigures::default()));
    assert!(of(&shown, "search").is_none(), "two people are too few");
    let shown = show(&mut evaluator, vec![read(1)], NOW);
    assert_eq!(ci(&shown, "payments").unwrap().runs, 3);
}

#[test]
fn runs_follow_their_repository_and_leave_windows_with_time() {
    let (mut evaluator, _) = two_teams();
    let mut news = runs();
    news.extend([run(2, 20, 5, 1, 1, RunVerdict::Passed), read(1), read(2)]);
    show(&mut evaluator, news, NOW);
    let shown = show(&mut evaluator, vec![repository(2, "acme/pay-find")], NOW);
    assert_eq!(ci(&shown, "payments").unwrap().runs, 4);
    let shown = show(&mut evaluator, vec![repository(2, "acme/find-it")], NOW);
    assert_eq!(ci(&shown, "payments").unwrap().runs, 3);
    let later = |evaluator: &mut Evaluator, hours: i64| {
        let now = NOW.plus(hours * HOUR);
        let news = [1, 2].into_iter().flat_map(|repo| progress(repo, true, now)).collect();
        let shown = show(evaluator, news, now);
        ci(&shown, "payments").map(|figures| figures.runs)
    };
    // The oldest ended 50 hours ago; merges of two and three days ago keep the window told.
    assert_eq!([117, 118].map(|hours| later(&mut evaluator, hours)), [Some(3), Some(2)]);
}

#[test]
fn of_a_repository_with_two_components_a_run_counts_once_for_each_of_their_teams() {
    let mut text = "[[github]]\nrepositories = [\"acme/pay-api\"]\n".to_owned();
    for (name, team) in [("a", "payments"), ("b", "payments"), ("c", "others")] {
        text.push_str(&format!(
            "[[components]]\nrepo = \"acme/pay-api\"\nname = \"{name}\"\npaths = [\"{name}\"]\n\
             deployments = {{ environment = \"*-{name}\" }}\nteam = \"{team}\"\n"
        ));
    }
    let sources = Sources {
        file: Some(ConfigFile::Text { name: "test".to_owned(), text }),
        environment: [("GITHUB_TOKEN".to_owned(), "t".to_owned())].into(),
        ..Sources::default()
    };
    let mut evaluator = evaluator_of(load(&sources).unwrap().components);
    let mut facts = component(1, "acme/pay-api");
    facts.extend((1..=4).map(|author| pull(1, author, 2, author.into(), &[])));
    facts.extend(runs());
    facts.push(read(1));
    let shown = show(&mut evaluator, facts, NOW);
    for team in ["payments", "others"] {
        assert_eq!(ci(&shown, team).unwrap().runs, 3, "{team}");
    }
}

#[test]
fn what_ended_before_retention_is_forgotten() {
    let (mut evaluator, _) = two_teams();
    let mut news = runs();
    news.push(read(1));
    show(&mut evaluator, news, NOW);
    let count = |evaluator: &Evaluator| {
        let counts = evaluator.fact_counts();
        counts.into_iter().find(|(kind, _)| *kind == "workflow_run").unwrap().1
    };
    assert_eq!(count(&evaluator), 5);
    let finished = evaluator.finished_with(RepoId(1), NOW, 35 * HOUR).unwrap();
    evaluator.forget(RepoId(1), &finished);
    assert_eq!(count(&evaluator), 3);
    assert!(evaluator.finished_with(RepoId(1), Time(NOW.0), 100 * DAY).is_none());
}
