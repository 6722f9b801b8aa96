//! Several components in one repository: who is visible, whose deployments, changes and incidents
//! are whose.

#![allow(clippy::unwrap_used)]

use super::tests::{NOW, deployment, evaluator_of, incident, progress, repository, show};
use super::*;
use crate::config::{ConfigFile, Sources, load};
use crate::exposition::{ComponentFigures, FigureSet};
use delivery::domain::{
    Author, ChangeReference, Commit, Deployment, HOUR, Headline, Incident, IncidentLink, MINUTE,
    Oid, PullRequest,
};
use std::sync::Arc;

const MONOREPO: &str = r#"
[[github]]
repositories = ["acme/shop"]
[[components]]
repo = "acme/shop"
name = "api"
paths = ["api"]
deployments = { environment = "*-api" }
team = "payments"
[[components]]
repo = "acme/shop"
name = "web"
paths = ["web"]
deployments = { environment = "*-web*" }
"#;

fn evaluator() -> Evaluator {
    let sources = Sources {
        file: Some(ConfigFile::Text { name: "test".into(), text: MONOREPO.into() }),
        environment: [("GITHUB_TOKEN".to_owned(), "t".to_owned())].into(),
        ..Sources::default()
    };
    evaluator_of(load(&sources).unwrap().components)
}

fn commit(n: u8, parent: Option<u8>) -> Fact {
    let author = Author { person: None, is_bot: false };
    let at = NOW.plus(-10 * HOUR + i64::from(n));
    Fact::Commit(Commit {
        repo: RepoId(1),
        oid: Oid([n; 20]),
        parents: parent.map(|parent| Oid([parent; 20])).into_iter().collect(),
        authored_at: at,
        committed_at: at,
        headline: Headline(u64::from(n)),
        author,
        reverts: Vec::new(),
        hotfix: false,
    })
}

fn pull(n: u8, components: &[&str]) -> Fact {
    let merged_at = NOW.plus(-9 * HOUR + i64::from(n));
    Fact::PullRequest(PullRequest {
        repo: RepoId(1),
        number: u32::from(n),
        author: Author { person: None, is_bot: false },
        opened_at: merged_at.plus(-MINUTE),
        merged_at,
        merge_commit: Some(Oid([n; 20])),
        head: None,
        commits: Vec::new(),
        readiness: Vec::new(),
        reviews: Vec::new(),
        reverts: Vec::new(),
        hotfix: false,
        additions: 1,
        deletions: 1,
        changed_files: 1,
        components: Some(components.iter().map(|name| (*name).into()).collect()),
    })
}

fn shipped(id: u64, environment: &str, sha: u8, at: Time) -> Fact {
    let Fact::Deployment(like) = deployment(1, id, at) else { unreachable!() };
    Fact::Deployment(Deployment { environment: environment.into(), sha: Oid([sha; 20]), ..like })
}

/// Changes 2 to 4: of the API, of the web site, of both; each component's baseline is commit 1.
fn monorepo() -> Vec<Fact> {
    let mut facts = vec![repository(1, "acme/shop"), commit(1, None)];
    for n in 2..=4 {
        facts.push(commit(n, Some(n - 1)));
    }
    facts.extend([pull(2, &["api"]), pull(3, &["web"]), pull(4, &["api", "web"])]);
    facts.push(shipped(1, "production-api", 1, NOW.plus(-8 * HOUR)));
    facts.push(shipped(2, "production-web", 1, NOW.plus(-8 * HOUR)));
    facts.push(shipped(3, "production-api", 4, NOW.plus(-2 * HOUR)));
    facts.push(shipped(4, "production-web", 4, NOW.plus(-HOUR)));
    facts.extend(progress(1, true, NOW));
    facts
}

fn counts(shown: &FigureSet) -> Vec<(String, String, u64, u64, u64)> {
    let figures = shown.components.iter().map(|one| {
        let week = &one.figures.windows[0].1;
        let labels = &one.labels;
        let (team, name) = (labels.team.to_string(), labels.component.to_string());
        (team, name, week.deployments, week.changes, week.incidents)
    });
    figures.collect()
}

#[test]
fn each_component_has_its_own_deployments_and_a_change_of_two_counts_for_both() {
    let shown = show(&mut evaluator(), monorepo(), NOW);
    let expected = [("payments", "api", 2, 2, 0), (UNOWNED, "web", 2, 2, 0)];
    let expected = expected.map(|(t, c, d, n, i)| (t.to_owned(), c.to_owned(), d, n, i));
    assert_eq!(counts(&shown), expected);
    assert_eq!(&*shown.components[0].info.source, "components");
    let org = &shown.orgs[0].figures.windows[0].1;
    assert_eq!((org.deployments, org.changes, org.changes_unknown_paths), (4, 4, 0));
}

#[test]
fn a_deployment_that_two_components_select_is_the_first_ones() {
    let mut facts = monorepo();
    facts.push(shipped(5, "production-web-and-api", 4, NOW.plus(-MINUTE)));
    let deployments: Vec<u64> =
        counts(&show(&mut evaluator(), facts, NOW)).iter().map(|one| one.2).collect();
    assert_eq!(deployments, [3, 2]);
}

#[test]
fn a_declared_component_is_shown_without_a_deployment_once_it_was_read_as_declared() {
    let mut evaluator = evaluator();
    let mut facts = vec![repository(1, "acme/shop")];
    facts.extend(progress(1, true, NOW.plus(-MINUTE)));
    let shown = show(&mut evaluator, facts, NOW);
    assert!(shown.components.is_empty(), "what was read before knows nothing of the components");
    let shown = show(&mut evaluator, progress(1, true, NOW.plus(1)), NOW.plus(1));
    assert_eq!(counts(&shown).len(), 2);
    // Shown once, it stays while its source lags.
    assert_eq!(counts(&show(&mut evaluator, Vec::new(), NOW.plus(HOUR))).len(), 2);
}

#[test]
fn issues_name_their_component_and_else_belong_to_no_single_one() {
    let mut facts = monorepo();
    facts.extend([
        incident("named", 1, Some("api")),
        incident("by path", 1, Some("acme/shop/WEB")),
        incident("by repository", 1, Some("acme/shop")),
        incident("unnamed", 1, None),
    ]);
    let shown = show(&mut evaluator(), facts, NOW);
    assert_eq!(counts(&shown).iter().map(|one| one.4).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(shown.orgs[0].figures.windows[0].1.unmapped_incidents, 2);
}

#[test]
fn a_rule_maps_what_names_no_component_and_lives_where_there_is_not_exactly_one() {
    let mut facts = monorepo();
    facts.extend([repository(2, "acme/pay"), deployment(2, 9, NOW.plus(-HOUR))]);
    facts.push(repository(3, "acme/incidents"));
    for repo in [2, 3] {
        facts.extend(progress(repo, true, NOW));
    }
    let ruled = |id, repo, component, ruled: &str| {
        let Fact::Incident(told) = incident(id, repo, component) else { unreachable!() };
        Fact::Incident(Incident { ruled: Some(ruled.into()), ..told })
    };
    facts.extend([
        ruled("central", 3, None, "Acme/Shop/api"),
        ruled("a label goes before it", 3, Some("pay"), "acme/shop/api"),
        ruled("so does the only component", 2, None, "acme/shop/api"),
        ruled("one of several", 1, None, "acme/shop/web"),
        ruled("else the team's only component", 3, None, "acme/nothing"),
    ]);
    let shown = show(&mut evaluator(), facts, NOW);
    let incidents = shown
        .components
        .iter()
        .map(|one| (one.labels.component.to_string(), one.figures.windows[0].1.incidents));
    let expected = [("pay", 2), ("api", 2), ("web", 1)].map(|(name, n)| (name.to_owned(), n));
    let found: BTreeSet<_> = incidents.collect();
    assert_eq!(found, expected.into());
}

#[test]
fn a_change_of_two_components_is_counted_for_both_and_an_unnamed_incident_for_neither() {
    let mut evaluator = evaluator();
    show(&mut evaluator, monorepo(), NOW);
    let mut news = vec![commit(5, Some(4)), pull(5, &["api", "web"])];
    news.push(shipped(5, "production-api", 5, NOW.plus(HOUR)));
    news.push(shipped(6, "production-web", 5, NOW.plus(HOUR)));
    let Fact::Incident(unnamed) = incident("unnamed", 1, None) else { unreachable!() };
    news.push(Fact::Incident(Incident { opened_at: NOW.plus(HOUR), ..unnamed }));
    news.extend(progress(1, true, NOW.plus(2 * HOUR)));
    let shown = show(&mut evaluator, news, NOW.plus(2 * HOUR));
    let counted = |one: &Arc<ComponentFigures>| {
        let (_, settled) = &one.settled[0];
        (settled.deployments, settled.change_lead_time.count(), settled.incidents)
    };
    let components: Vec<_> = shown.components.iter().map(counted).collect();
    assert_eq!(components, [(1, 1, 0), (1, 1, 0)]);
    let (_, org) = &shown.settled_orgs[0];
    assert_eq!((org.deployments, org.change_lead_time.count(), org.incidents), (2, 2, 1));
}

#[test]
fn an_incident_of_one_component_that_names_a_change_of_another_blames_that_one() {
    let mut facts = monorepo();
    let Fact::Incident(named) = incident("i", 1, Some("web")) else { unreachable!() };
    let causes = vec![IncidentLink::Change(ChangeReference::Pull(2))];
    facts.push(Fact::Incident(Incident { causes, opened_at: NOW.plus(-MINUTE), ..named }));
    let shown = show(&mut evaluator(), facts, NOW);
    let failed = shown.components.iter().map(|one| one.figures.windows[0].1.failed_deployments);
    assert_eq!(failed.collect::<Vec<_>>(), [1, 0]);
}
