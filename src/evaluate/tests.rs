//! Evaluation over a few facts: who is visible, whose incidents are whose, what lags.

#![allow(clippy::unwrap_used)]

mod counters;
mod gauges;
mod moves;
mod named;
mod overrides;
mod world;

use super::*;
use crate::config::{ByRepository, Components, RepositoryPattern, SelfService};
use crate::config::{EnvironmentRule, OwnershipRule, OwnershipSettings, OwnershipSource};
use delivery::domain::{
    Author, ChangeReference, Collector, Commit, DAY, Deployment, DeploymentId, DeploymentState,
    DeploymentStatus, HOUR, Headline, Incident, IncidentId, IncidentLink, MINUTE, Oid, Progress,
    Repository, RepositoryName, RepositoryState,
};
use delivery::ledger::{INCIDENT_WINDOW, LeadTimeStart, Reason, Rules, SAME_DEPLOYMENT_WINDOW};
use std::sync::Arc;

pub(super) const NOW: Time = Time(1_800_000_000);

pub(super) fn evaluator() -> Evaluator {
    evaluator_of(Components::default())
}

pub(super) fn evaluator_of(components: Components) -> Evaluator {
    let rule = |pattern: &str, team: &str| OwnershipRule {
        repositories: vec![RepositoryPattern::parse(pattern).unwrap()],
        team: Arc::from(team),
    };
    let ownership = OwnershipSettings {
        order: vec![OwnershipSource::Rules],
        rules: vec![
            rule("acme/pay-*", "payments"),
            rule("acme/incidents", "payments"),
            rule("acme/find-*", "search"),
        ],
        ..OwnershipSettings::default()
    };
    let windows = vec![("7d".to_owned(), Window::days(7))];
    let judging = Rules {
        production: Arc::new(EnvironmentRule::new::<&str>(&[], &[]).unwrap()),
        same_deployment_window: SAME_DEPLOYMENT_WINDOW,
        lead_time_start: LeadTimeStart::FirstCommit,
        direct_commits: true,
        exclude_authors: BTreeSet::new(),
        failure_rules: Reason::ALL.into(),
        incident_window: INCIDENT_WINDOW,
        severities: Default::default(),
    };
    let rules = EvaluationRules {
        judging: ByRepository::everywhere(Judging {
            rules: judging,
            windows: windows.clone(),
            ci: Some(7),
        }),
        settling: SettlingRules { settle_after: 15 * MINUTE, seed_prime_after: 5 * MINUTE },
        windows,
        min_contributors: 3,
        lookback: 120 * DAY,
        retention: 400 * DAY,
        components,
        owners: Box::new(OrderedOwners::new(&ownership)),
        workflow_files: true,
        self_service: SelfService::default(),
    };
    Evaluator::new(rules, Settled::default())
}

pub(super) fn repository(id: u64, full_name: &str) -> Fact {
    Fact::Repository(Repository {
        id: RepoId(id),
        node_id: Arc::from(format!("R_{id}")),
        full_name: Arc::from(full_name),
        former_names: Vec::new(),
        host: Arc::from("github"),
        state: RepositoryState::Active,
        head: None,
        created_at: None,
    })
}

/// A production deployment that succeeded at `at`.
pub(super) fn deployment(repo: u64, id: u64, at: Time) -> Fact {
    Fact::Deployment(Deployment {
        id: DeploymentId(id),
        node_id: Arc::from(format!("DE_{id}")),
        repo: RepoId(repo),
        sha: Oid([id as u8; 20]),
        environment: Arc::from("production"),
        created_at: at,
        marks: Vec::new(),
        statuses: vec![DeploymentStatus { at, state: DeploymentState::Success, environment: None }],
    })
}

pub(super) fn progress(repo: u64, complete: bool, through: Time) -> Vec<Fact> {
    let fact = |collector| {
        let (repo, through) = (RepoId(repo), Some(through));
        Fact::Progress(Progress { repo, collector, complete, through })
    };
    Collector::ALL.into_iter().map(fact).collect()
}

pub(super) fn incident(id: &str, repo: u64, component: Option<&str>) -> Fact {
    Fact::Incident(Incident {
        id: IncidentId(Arc::from(id)),
        node_id: Arc::from(id),
        url: None,
        repo: Some(RepoId(repo)),
        component: component.map(Arc::from),
        ruled: None,
        severities: Vec::new(),
        counts: true,
        opened_at: NOW.plus(-HOUR),
        events: Vec::new(),
        causes: Vec::new(),
        fixes: Vec::new(),
    })
}

/// Absorbs, evaluates, settles and shows.
pub(super) fn show(
    evaluator: &mut Evaluator,
    facts: Vec<Fact>,
    now: Time,
) -> crate::exposition::FigureSet {
    facts.into_iter().for_each(|fact| evaluator.absorb(fact));
    let due = evaluator.evaluate(now);
    evaluator.settle(due);
    evaluator.figures()
}

/// A complete repository with one deployment an hour before `NOW`.
fn component(id: u64, full_name: &str) -> Vec<Fact> {
    let mut facts = vec![repository(id, full_name), deployment(id, id, NOW.plus(-HOUR))];
    facts.extend(progress(id, true, NOW));
    facts
}

#[test]
fn a_component_is_shown_once_its_backfill_is_complete() {
    let mut evaluator = evaluator();
    let mut facts = vec![repository(1, "acme/pay-api"), deployment(1, 1, NOW.plus(-HOUR))];
    facts.extend(progress(1, false, NOW));
    assert!(show(&mut evaluator, facts, NOW).components.is_empty());
    let shown = show(&mut evaluator, progress(1, true, NOW), NOW);
    let labels = &shown.components[0].labels;
    assert_eq!((&*labels.team, &*labels.repo), ("payments", "acme/pay-api"));
    assert_eq!(&*labels.component, "pay-api");
    assert_eq!(shown.teams[0].figures.windows[0].1.deployments, 1);
    assert_eq!(&*shown.orgs[0].org, "acme");
}

#[test]
fn facts_may_arrive_before_their_repository() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.reverse();
    assert_eq!(show(&mut evaluator, facts, NOW).components.len(), 1);
}

#[test]
fn a_repository_that_never_deployed_is_no_component_and_what_nobody_claims_is_unowned() {
    let mut evaluator = evaluator();
    let mut facts = vec![repository(1, "acme/library")];
    facts.extend(progress(1, true, NOW));
    facts.extend(component(2, "acme/website"));
    let shown = show(&mut evaluator, facts, NOW);
    assert_eq!(shown.components.len(), 1);
    assert_eq!(&*shown.components[0].labels.team, UNOWNED);
    assert_eq!(&*shown.components[0].info.source, "none");
    assert_eq!(shown.repositories.len(), 2);
}

#[test]
fn figures_stay_at_the_time_of_the_data_while_the_source_is_out() {
    let mut evaluator = evaluator();
    show(&mut evaluator, component(1, "acme/pay-api"), NOW);
    let later = NOW.plus(30 * DAY);
    let shown = show(&mut evaluator, Vec::new(), later);
    assert_eq!(shown.components[0].figures.windows[0].1.deployments, 1);
    assert_eq!(shown.components[0].figures.data_through, Some(NOW));
    let shown = show(&mut evaluator, progress(1, true, later), later);
    assert_eq!(shown.components[0].figures.windows[0].1.deployments, 0);
}

#[test]
fn incidents_go_to_the_named_component_then_the_repository_then_the_teams_only_component() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.extend(component(2, "acme/website"));
    facts.push(repository(3, "acme/incidents"));
    facts.push(repository(4, "acme/other-incidents"));
    for repo in [3, 4] {
        facts.extend(progress(repo, true, NOW));
    }
    facts.extend([
        incident("named", 3, Some("WebSite")),
        incident("at home", 1, None),
        incident("the team's", 3, None),
        incident("misnamed", 2, Some("nothing")),
        incident("unmapped", 4, None),
    ]);
    let shown = show(&mut evaluator, facts, NOW);
    let incidents = |repo: &str| {
        let found = shown.components.iter().find(|one| &*one.labels.repo == repo);
        found.map(|one| one.figures.windows[0].1.incidents)
    };
    assert_eq!(incidents("acme/pay-api"), Some(2));
    assert_eq!(incidents("acme/website"), Some(2));
    let org = &shown.orgs[0].figures.windows[0].1;
    assert_eq!((org.incidents, org.unmapped_incidents), (5, 1));
    let unowned = shown.teams.iter().find(|team| &*team.team == UNOWNED);
    assert_eq!(unowned.map(|team| team.figures.windows[0].1.unmapped_incidents), Some(1));
}

#[test]
fn an_incident_that_moves_to_another_component_is_judged_again_in_both() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.extend(component(2, "acme/website"));
    facts.push(incident("i", 1, None));
    show(&mut evaluator, facts, NOW);
    let shown = show(&mut evaluator, vec![incident("i", 1, Some("website"))], NOW);
    let counts: Vec<_> =
        shown.components.iter().map(|one| one.figures.windows[0].1.incidents).collect();
    assert_eq!(counts, [0, 1]);
}

#[test]
fn a_repository_that_is_gone_ends_its_series_and_a_rename_moves_them() {
    let mut evaluator = evaluator();
    show(&mut evaluator, component(1, "acme/pay-api"), NOW);
    let shown = show(&mut evaluator, vec![repository(1, "acme/billing")], NOW);
    assert_eq!(&*shown.components[0].labels.repo, "acme/billing");
    assert_eq!(&*shown.components[0].labels.team, UNOWNED);
    let Fact::Repository(gone) = repository(1, "acme/billing") else { unreachable!() };
    let gone = Fact::Repository(Repository { state: RepositoryState::Gone, ..gone });
    let shown = show(&mut evaluator, vec![gone], NOW);
    assert!(shown.components.is_empty() && shown.teams.is_empty() && shown.orgs.is_empty());
}

#[test]
fn a_name_that_is_used_again_is_borne_by_the_newer_repository() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.extend(component(2, "acme/pay-api"));
    assert_eq!(show(&mut evaluator, facts, NOW).components.len(), 1);
}

#[test]
fn news_of_one_repository_change_its_team_and_organisation() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.extend(component(2, "acme/website"));
    show(&mut evaluator, facts, NOW);
    let news = vec![deployment(1, 9, NOW.plus(-MINUTE))];
    let shown = show(&mut evaluator, news, NOW);
    let deployments = |team: &str| {
        let found = shown.teams.iter().find(|one| &*one.team == team);
        found.map(|one| one.figures.windows[0].1.deployments)
    };
    assert_eq!((deployments("payments"), deployments(UNOWNED)), (Some(2), Some(1)));
    assert_eq!(shown.orgs[0].figures.windows[0].1.deployments, 3);
}

/// The incident `id` with a deployment named as its cause.
fn caused_by(incident: Fact, deployment: u64) -> Fact {
    let Fact::Incident(mut incident) = incident else { unreachable!() };
    incident.causes = vec![IncidentLink::Deployment(DeploymentId(deployment))];
    Fact::Incident(incident)
}

/// Failed deployments and unattributed incidents of each component.
fn blame(shown: &crate::exposition::FigureSet) -> Vec<(u64, u64)> {
    let windows = shown.components.iter().map(|one| &one.figures.windows[0].1);
    windows.map(|window| (window.failed_deployments, window.unattributed_incidents)).collect()
}

#[test]
fn an_incident_without_a_component_blames_the_deployment_that_it_names() {
    let mut evaluator = evaluator();
    let mut facts = vec![caused_by(incident("unmapped", 3, None), 1)];
    facts.push(repository(3, "acme/incidents"));
    facts.extend(component(1, "acme/pay-api"));
    facts.extend(component(2, "acme/pay-web"));
    let shown = show(&mut evaluator, facts, NOW);
    assert_eq!(blame(&shown), [(1, 0), (0, 0)]);
    let payments = &shown.teams[0].figures.windows[0].1;
    assert_eq!((payments.incidents, payments.unmapped_incidents), (1, 1));
    // An incident that changes is judged again where it is named.
    let shown = show(&mut evaluator, vec![incident("unmapped", 3, None)], NOW);
    assert_eq!(blame(&shown), [(0, 0), (0, 0)]);
}

#[test]
fn an_incident_blames_the_component_that_it_names_whenever_its_facts_arrive() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.extend(component(2, "acme/pay-web"));
    facts.push(caused_by(incident("i", 2, None), 9));
    let shown = show(&mut evaluator, facts, NOW);
    assert_eq!(blame(&shown), [(0, 0), (1, 0)], "the named deployment is not known yet");
    let shown = show(&mut evaluator, vec![deployment(1, 9, NOW.plus(-2 * HOUR))], NOW);
    assert_eq!(blame(&shown), [(1, 0), (0, 0)]);
}

#[test]
fn a_central_incident_names_a_change_by_its_repositorys_present_and_former_names() {
    for (name, expected) in [("acme/Pay-API", (1, 0)), ("acme/old", (1, 0)), ("acme/x", (0, 1))] {
        let mut evaluator = evaluator();
        let Fact::Repository(mut renamed) = repository(1, "acme/pay-api") else { unreachable!() };
        renamed.former_names = vec![Arc::from("acme/old")];
        let mut facts = component(1, "acme/pay-api");
        facts.extend([Fact::Repository(renamed), deployment(1, 9, NOW.plus(-2 * DAY))]);
        facts.push(deployment(1, 1, NOW.plus(-2 * DAY)));
        facts.extend([commit(1, 1), commit(1, 9)]);
        facts.push(repository(3, "acme/incidents"));
        let Fact::Incident(mut named) = incident("i", 3, Some("pay-api")) else { unreachable!() };
        let of = ChangeReference::Commit(Oid([9; 20]).into());
        named.causes = vec![IncidentLink::ChangeOf(RepositoryName::of(name), of)];
        facts.push(Fact::Incident(named));
        assert_eq!(blame(&show(&mut evaluator, facts, NOW)), [expected], "{name}");
    }
}

/// A commit without parents, for the deployment of the same number.
fn commit(repo: u64, id: u8) -> Fact {
    Fact::Commit(Commit {
        repo: RepoId(repo),
        oid: Oid([id; 20]),
        parents: Vec::new(),
        authored_at: NOW.plus(-3 * DAY),
        committed_at: NOW.plus(-3 * DAY),
        headline: Headline::of(""),
        author: Author { person: None, is_bot: false },
        reverts: Vec::new(),
        hotfix: false,
    })
}

#[test]
fn performance_levels_need_all_the_history_that_they_are_about() {
    for (lookback, expected) in [(89 * DAY, false), (90 * DAY, true)] {
        let mut evaluator = evaluator();
        evaluator.rules.lookback = lookback;
        let shown = show(&mut evaluator, component(1, "acme/pay-api"), NOW);
        let levels = &shown.teams[0].levels;
        assert_eq!(levels.iter().any(|(_, level)| level.is_some()), expected);
    }
}
