//! Tests of the store, by what they hold it to; sample facts are here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod durability;
mod facts;
mod forgetting;
mod opening;
mod purging;
mod settling;

use super::*;
use delivery::domain::*;
use sqlx::SqliteConnection;
use std::path::PathBuf;

/// A store in a folder of its own, which goes with this value.
struct Opened {
    store: Store,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

async fn opened() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dora.db");
    Opened { store: Store::open(&path).await.unwrap(), path, _folder: folder }
}

/// A second connection that writes beside the store, to break things.
/// Rows of no bucket, each by itself.
fn plain(rows: &[SettledRow]) -> Vec<Observation> {
    let one =
        |row: &SettledRow| Observation { row: row.clone(), upto: None, pull: None, follows: false };
    rows.iter().map(one).collect()
}

async fn meddle(path: &Path, statement: &'static str) {
    let mut connection: SqliteConnection = quiet(path).connect().await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn all(store: &Store) -> Vec<Fact> {
    let page = store.facts_since(0, 1_000_000).await.unwrap();
    assert!(!page.more);
    page.facts
}

fn oid(byte: u8) -> Oid {
    Oid([byte; 20])
}

fn repository() -> Repository {
    Repository {
        id: RepoId(7),
        node_id: "R_7".into(),
        full_name: "acme/shop".into(),
        former_names: vec!["acme/old".into(), "acme/older".into()],
        host: "github".into(),
        state: RepositoryState::Active,
        head: Some(oid(9)),
        created_at: Some(Time(1_600_000_000)),
    }
}

fn deployment(id: u64) -> Deployment {
    use DeploymentState::*;
    let states = [Pending, Success, Failure, Error, Inactive, Other];
    Deployment {
        id: DeploymentId(id),
        node_id: format!("DE_{id}").into(),
        repo: RepoId(7),
        sha: oid(id as u8),
        environment: "production".into(),
        created_at: Time(1_700_000_000),
        marks: vec![
            DeploymentMark::Task("deploy:api".into()),
            DeploymentMark::Payload("service".into(), "a \"b\"".into()),
        ],
        statuses: (0..)
            .zip(states)
            .map(|(at, state)| DeploymentStatus {
                at: Time(1_700_000_000 + at),
                state,
                environment: (at == 1).then(|| "prod \"eu\"\n".into()),
            })
            .collect(),
    }
}

fn infrastructure_pull() -> InfrastructurePull {
    InfrastructurePull {
        repo: RepoId(7),
        number: 12,
        node_id: "PR_\u{1f}-12".into(),
        opened_at: Time(10),
        merged_at: Time(20),
        applied_at: Some(Time(-15)),
    }
}

fn pull_request() -> PullRequest {
    let prefix = "0123456".parse().unwrap();
    let known = Author { person: Some(Person(u64::MAX)), is_bot: true };
    let unknown = Author { person: None, is_bot: false };
    use ReviewState::*;
    PullRequest {
        repo: RepoId(7),
        number: 12,
        author: known,
        opened_at: Time(10),
        merged_at: Time(20),
        merge_commit: Some(oid(1)),
        head: None,
        commits: vec![
            PullCommit {
                oid: oid(2),
                authored_at: Some(Time(-5)),
                headline: Headline(u64::MAX),
                looks_like_merge: true,
            },
            PullCommit {
                oid: oid(3),
                authored_at: None,
                headline: Headline(0),
                looks_like_merge: false,
            },
        ],
        readiness: vec![
            ReadinessEvent { at: Time(11), ready: false },
            ReadinessEvent { at: Time(12), ready: true },
        ],
        reviews: (13..)
            .zip([Approved, ChangesRequested, Commented, Dismissed, Other])
            .map(|(at, state)| Review {
                at: Time(at),
                state,
                author: if at == 13 { known } else { unknown },
            })
            .collect(),
        reverts: vec![
            Reversion { of: ChangeReference::Pull(3), reapplies: false },
            Reversion { of: ChangeReference::Commit(prefix), reapplies: true },
        ],
        hotfix: true,
        additions: u32::MAX,
        deletions: 2,
        changed_files: 3,
        components: Some(vec!["api".into(), "web".into()]),
    }
}

fn commit(byte: u8) -> Commit {
    Commit {
        repo: RepoId(7),
        oid: oid(byte),
        parents: vec![oid(100), oid(101)],
        authored_at: Time(1),
        committed_at: Time(2),
        headline: Headline(u64::MAX - 1),
        author: Author { person: Some(Person(5)), is_bot: false },
        reverts: vec![Reversion { of: ChangeReference::Pull(1), reapplies: false }],
        hotfix: true,
    }
}

fn incident() -> Incident {
    use IncidentTransition::*;
    Incident {
        id: IncidentId("github:99".into()),
        node_id: "I_99".into(),
        url: Some("https://acme.example/i/99".into()),
        repo: Some(RepoId(u64::MAX)),
        component: Some("acme/shop/api".into()),
        ruled: Some("acme/shop/web".into()),
        severities: vec!["sev1".into(), "sev2".into()],
        counts: true,
        opened_at: Time(3),
        events: (4..)
            .zip([Resolved, Reopened, Dismissed])
            .map(|(at, transition)| IncidentEvent { at: Time(at), transition })
            .collect(),
        causes: vec![
            IncidentLink::Deployment(DeploymentId(u64::MAX)),
            IncidentLink::Change(ChangeReference::Pull(5)),
            IncidentLink::ChangeOf(RepositoryName(u64::MAX), ChangeReference::Pull(u32::MAX)),
        ],
        fixes: vec![
            IncidentLink::Change(ChangeReference::Commit(oid(8).into())),
            IncidentLink::ChangeOf(RepositoryName(1), ChangeReference::Commit(oid(9).into())),
        ],
    }
}

fn progress(complete: bool, through: Option<i64>) -> Progress {
    Progress {
        repo: RepoId(7),
        collector: Collector::PullRequests,
        complete,
        through: through.map(Time),
    }
}

fn cursor(text: &str) -> CursorUpdate {
    CursorUpdate {
        repo: RepoId(7),
        of: CursorOf::History(Collector::Deployments),
        cursor: text.into(),
    }
}

fn claims() -> Claims {
    let bare = CatalogComponent { name: "web".into(), ..CatalogComponent::default() };
    let full = CatalogComponent {
        repository: Some("acme/shop".into()),
        root: "services/api".into(),
        name: "api".into(),
        is_library: true,
        team: Some("payments".into()),
        system: Some("checkout".into()),
        lifecycle: Some("production".into()),
        pagerduty_service: Some("P123".into()),
        has_on_call: true,
        has_docs: true,
        has_slo: true,
        template: Some("rust-service".into()),
    };
    let said = vec![
        Claim::Team("payments".into()),
        Claim::Paths { pattern: "/docs/".into(), teams: vec!["a".into(), "b".into()] },
        Claim::Component(bare),
        Claim::Component(full),
        Claim::Calls { workflow: Some("acme/ci/x.yml".into()), pin: Pin::Tag, jobs: 3 },
        Claim::Calls { workflow: None, pin: Pin::Branch, jobs: 1 },
    ];
    Claims { repo: Some(RepoId(7)), source: ClaimSource::CatalogFiles, claims: said }
}

fn survey() -> Survey {
    let question =
        Question { dimension: Dimension::Efficiency, scale: Scale::Hours, higher_is_better: false };
    let answered = Answered { question, counts: [(3_600, 2), (7_200, 1)].into() };
    let answers = TeamAnswers {
        invited: Some(9),
        responses: 3,
        questions: [("unrelated_work".into(), answered)].into(),
    };
    let team = SurveyedTeam {
        answers,
        batch: 2,
        is_withheld: true,
        withheld: ["unrelated_work".into()].into(),
    };
    let teams = [("payments".into(), team), ("search".into(), SurveyedTeam::default())];
    Survey { name: "2026Q3".into(), closed: Time(60), was_shown: true, teams: teams.into() }
}

/// One with every field filled, and one with everything absent.
fn open_pull_requests() -> OpenPullRequests {
    let author = Author { person: Some(Person(u64::MAX)), is_bot: true };
    let bare = OpenPullRequest {
        number: 4,
        author: Author { person: None, is_bot: false },
        opened_at: Time(1),
        is_draft: false,
        decision: None,
        reviews: Vec::new(),
        components: None,
    };
    let full = OpenPullRequest {
        number: u32::MAX,
        author,
        is_draft: true,
        decision: Some(ReviewDecision::ReviewRequired),
        reviews: vec![Review { at: Time(2), state: ReviewState::Commented, author }],
        components: Some(vec!["api".into(), "web".into()]),
        ..bare.clone()
    };
    OpenPullRequests { repo: RepoId(7), pulls: vec![bare, full] }
}

fn run() -> WorkflowRun {
    WorkflowRun {
        id: 9_000,
        repo: RepoId(7),
        workflow: 70,
        sha: oid(1),
        attempt: 2,
        started_at: Time(100),
        ended_at: Time(160),
        verdict: RunVerdict::Passed,
        selection: u32::MAX,
    }
}

/// One fact of every kind, with every field filled, and one with everything absent.
fn every_kind() -> Vec<Fact> {
    let nobody = Author { person: None, is_bot: false };
    vec![
        Fact::Repository(repository()),
        Fact::Deployment(deployment(1)),
        Fact::PullRequest(pull_request()),
        Fact::InfrastructurePull(infrastructure_pull()),
        Fact::InfrastructurePull(InfrastructurePull {
            number: 13,
            applied_at: None,
            ..infrastructure_pull()
        }),
        Fact::OpenPullRequests(open_pull_requests()),
        Fact::OpenPullRequests(OpenPullRequests { repo: RepoId(8), pulls: Vec::new() }),
        Fact::Commit(commit(1)),
        Fact::LostCommit { repo: RepoId(7), oid: oid(77) },
        Fact::Frontier { repo: RepoId(7), oid: oid(78) },
        Fact::Incident(incident()),
        Fact::WorkflowRun(run()),
        Fact::WorkflowRun(WorkflowRun { id: 9_001, verdict: RunVerdict::Failed, ..run() }),
        Fact::WorkflowRun(WorkflowRun { id: 9_002, verdict: RunVerdict::Nothing, ..run() }),
        Fact::Progress(progress(true, Some(50))),
        Fact::Survey(survey()),
        Fact::Survey(Survey { name: "empty, 'odd'".into(), teams: [].into(), ..survey() }),
        Fact::Claims(claims()),
        Fact::Claims(Claims { source: ClaimSource::Topic, claims: vec![], ..claims() }),
        Fact::Claims(Claims { repo: None, source: ClaimSource::CatalogServer, ..claims() }),
        Fact::Repository(Repository {
            id: RepoId(8),
            former_names: vec![],
            state: RepositoryState::Gone,
            head: None,
            created_at: None,
            ..repository()
        }),
        Fact::Repository(Repository {
            id: RepoId(9),
            state: RepositoryState::Excluded,
            ..repository()
        }),
        Fact::Deployment(Deployment { statuses: vec![], marks: vec![], ..deployment(2) }),
        Fact::PullRequest(PullRequest {
            number: 13,
            author: nobody,
            merge_commit: None,
            head: Some(oid(4)),
            commits: vec![],
            readiness: vec![],
            reviews: vec![],
            reverts: vec![],
            hotfix: false,
            components: None,
            ..pull_request()
        }),
        Fact::Commit(Commit {
            parents: vec![],
            author: nobody,
            reverts: vec![],
            hotfix: false,
            ..commit(2)
        }),
        Fact::Incident(Incident {
            id: IncidentId("github:100".into()),
            url: None,
            repo: None,
            component: None,
            counts: false,
            events: vec![],
            causes: vec![],
            fixes: vec![],
            ..incident()
        }),
        Fact::Progress(Progress {
            collector: Collector::Commits,
            complete: false,
            through: None,
            ..progress(true, None)
        }),
    ]
}
