//! A made-up history of any size, written through the store as collecting would write it.

use delivery::domain::{
    Author, Collector, Commit, ComponentId, DAY, Deployment, DeploymentId, DeploymentState,
    DeploymentStatus, Fact, HOUR, Headline, Incident, IncidentEvent, IncidentId,
    IncidentTransition, Oid, Person, Progress, PullCommit, PullRequest, RepoId, Repository,
    RepositoryState, Review, ReviewState, Span, Time,
};
use dora_exporter::evaluate::observations;
use dora_exporter::store::{Birth, SettledRow, Store};
use std::sync::Arc;

/// Pull requests for every two deployments, eight commits and a twentieth of an incident.
const PULLS_A_ROUND: usize = 3;
const DEPLOYMENTS_A_ROUND: usize = 2;
/// Facts of a round: these and 8 commits and 0.05 incidents.
const FACTS_A_ROUND: f64 = 13.05;
/// Every how many rounds something breaks.
const ROUNDS_AN_INCIDENT: usize = 20;
/// How many facts are written at once.
const BATCH: usize = 20_000;
/// How many repositories a team owns.
pub const REPOSITORIES_A_TEAM: usize = 25;

/// How much history.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many facts in all, about.
    pub facts: usize,
    /// Over how many repositories.
    pub repositories: usize,
    /// Over how many days.
    pub days: usize,
    /// Whether counters have counted all the while, or begin to.
    pub counted: bool,
}

impl Size {
    /// The number of teams.
    pub fn teams(self) -> usize {
        self.repositories.div_ceil(REPOSITORIES_A_TEAM)
    }
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// Facts.
    pub facts: usize,
    /// Rows that counters and histograms have counted.
    pub settled: usize,
}

/// Writes a history that ends at `now`, and what a daemon has counted, if it was there all the while.
pub async fn write(store: &Store, size: Size, now: Time) -> anyhow::Result<Written> {
    let rounds = (size.facts as f64 / size.repositories as f64 / FACTS_A_ROUND) as usize;
    let mut written = Written::default();
    let (mut facts, mut settled, mut births) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..size.repositories {
        let mut teller = Teller::of(number, size, rounds, now);
        (0..rounds).for_each(|round| teller.round(round));
        if size.counted {
            settled.append(&mut teller.settled);
            births.push(teller.birth(size, now));
        }
        facts.extend(teller.end(now));
        if facts.len() >= BATCH || number + 1 == size.repositories {
            store.commit(&facts, &[]).await?;
            store.settle(observations(&settled), &births).await?;
            written.facts += facts.len();
            written.settled += settled.len();
            facts.clear();
            settled.clear();
            births.clear();
        }
    }
    Ok(written)
}

/// Tells the history of one repository.
struct Teller {
    repo: RepoId,
    name: Arc<str>,
    random: u64,
    at: Time,
    pause: Span,
    pulls: u32,
    head: Option<Oid>,
    facts: Vec<Fact>,
    /// Changes that wait for a deployment.
    waiting: Vec<String>,
    settled: Vec<SettledRow>,
}

impl Teller {
    fn of(number: usize, size: Size, rounds: usize, now: Time) -> Teller {
        let team = number / REPOSITORIES_A_TEAM;
        let mut teller = Teller {
            repo: RepoId(1_000 + number as u64),
            name: format!("acme/t{team:03}-service-{number:04}").into(),
            random: number as u64 + 1,
            at: now.plus(-(size.days as Span) * DAY),
            // A pause before each pull request and each deployment, and one to end before now.
            pause: size.days as Span * DAY / (rounds * 5 + 1) as Span,
            pulls: 0,
            head: None,
            facts: Vec::new(),
            waiting: Vec::new(),
            settled: Vec::new(),
        };
        // What the first deployment brings is the baseline.
        teller.commit(&[], 0);
        teller.deploy();
        teller
    }

    /// A day's work: three pull requests, a direct commit or two, two deployments.
    fn round(&mut self, round: usize) {
        for pull in 0..PULLS_A_ROUND {
            self.at = self.at.plus(self.pause);
            self.pull_request((round + pull).is_multiple_of(2));
        }
        for _ in 0..1 + usize::from(round.is_multiple_of(4)) {
            let parents: Vec<Oid> = self.head.into_iter().collect();
            let direct = self.commit(&parents, 0);
            self.waiting.push(format!("commit:{}:{direct}:", self.repo.0));
            self.head = Some(direct);
        }
        for _ in 0..DEPLOYMENTS_A_ROUND {
            self.at = self.at.plus(self.pause);
            self.deploy();
        }
        if round % ROUNDS_AN_INCIDENT == ROUNDS_AN_INCIDENT - 1 {
            self.incident();
        }
    }

    /// A pull request of two or three commits, merged or squashed.
    fn pull_request(&mut self, squashed: bool) {
        let opened_at = self.at.plus(-(6 * HOUR) - (self.next() % 200_000) as Span);
        let mut commits = Vec::new();
        let mut tip = self.head;
        for back in (1..=2 + self.next() % 2).rev() {
            let before = back as Span * HOUR;
            let oid = if squashed {
                self.oid()
            } else {
                let parents: Vec<Oid> = tip.into_iter().collect();
                self.commit(&parents, before)
            };
            let authored_at = Some(self.at.plus(-before));
            let headline = Headline(self.next());
            commits.push(PullCommit { oid, authored_at, headline, looks_like_merge: false });
            tip = Some(oid);
        }
        let parents: Vec<Oid> = if squashed {
            self.head.into_iter().collect()
        } else {
            self.head.into_iter().chain(tip).collect()
        };
        let merge = self.commit(&parents, 0);
        self.head = Some(merge);
        self.pulls += 1;
        let reviews = (0..1 + self.next() % 2).map(|_| Review {
            at: self.at.plus(-((self.random % 7_200) as Span)),
            state: ReviewState::Approved,
            author: self.person(),
        });
        let reviews = reviews.collect();
        let pull = PullRequest {
            repo: self.repo,
            number: self.pulls,
            author: self.person(),
            opened_at,
            merged_at: self.at,
            merge_commit: Some(merge),
            head: tip,
            commits,
            readiness: Vec::new(),
            reviews,
            reverts: Vec::new(),
            hotfix: self.next().is_multiple_of(50),
            additions: (self.next() % 500) as u32,
            deletions: (self.next() % 200) as u32,
            changed_files: (self.next() % 20) as u32,
            components: None,
        };
        self.waiting.push(format!("pull:{}:{}:", self.repo.0, self.pulls));
        self.facts.push(Fact::PullRequest(pull));
    }

    fn commit(&mut self, parents: &[Oid], before: Span) -> Oid {
        let (oid, authored_at) = (self.oid(), self.at.plus(-before));
        let commit = Commit {
            repo: self.repo,
            oid,
            parents: parents.to_vec(),
            authored_at,
            committed_at: authored_at,
            headline: Headline(self.next()),
            author: self.person(),
            reverts: Vec::new(),
            hotfix: false,
        };
        self.facts.push(Fact::Commit(commit));
        self.head.get_or_insert(oid);
        oid
    }

    fn deploy(&mut self) {
        let Some(sha) = self.head else { return };
        let id = self.next() >> 24;
        self.settle(id);
        let status = |after: Span, state| DeploymentStatus {
            at: self.at.plus(after),
            state,
            environment: None,
        };
        let statuses = vec![
            status(5, DeploymentState::Pending),
            status(60, DeploymentState::Pending),
            status(300, DeploymentState::Success),
        ];
        self.facts.push(Fact::Deployment(Deployment {
            id: DeploymentId(id),
            node_id: format!("DE_kwDOABCD{id:016x}").into(),
            repo: self.repo,
            sha,
            environment: "production".into(),
            created_at: self.at,
            marks: Vec::new(),
            statuses,
        }));
    }

    fn incident(&mut self) {
        let id = self.next() >> 24;
        let resolved =
            IncidentEvent { at: self.at.plus(3 * HOUR), transition: IncidentTransition::Resolved };
        self.facts.push(Fact::Incident(Incident {
            id: IncidentId(format!("github:{id}").into()),
            node_id: format!("I_kwDOABCD{id:016x}").into(),
            url: None,
            repo: Some(self.repo),
            component: None,
            ruled: None,
            severities: Vec::new(),
            counts: true,
            opened_at: self.at.plus(HOUR),
            events: vec![resolved],
            causes: Vec::new(),
            fixes: Vec::new(),
        }));
    }

    /// What counters and histograms count of a deployment and of what it ships.
    fn settle(&mut self, deployment: u64) {
        let deployment = format!("deployment:{}:{deployment}:", self.repo.0);
        self.count("dora_deployments_total", deployment, None);
        for change in std::mem::take(&mut self.waiting) {
            self.count("dora_lead_time_hours", change.clone(), None);
            self.count("dora_change_lead_time_seconds", change.clone(), None);
            if change.starts_with("pull") {
                for phase in ["coding", "pickup", "review", "deploy"] {
                    let subject = format!("{phase}:{change}");
                    self.count("dora_change_phase_seconds", subject, Some(phase));
                }
            }
        }
    }

    fn count(&mut self, family: &str, subject: String, phase: Option<&str>) {
        let value = if family.ends_with("_total") { 1 } else { self.next() % 500_000 };
        self.settled.push(SettledRow {
            family: family.to_owned(),
            subject,
            component: ComponentId::whole(self.repo),
            team: self.name["acme/".len()..][..4].to_owned(),
            org: "acme".to_owned(),
            reason: phase.map(str::to_owned),
            value: value as f64,
            at: self.at,
        });
    }

    /// Counting began with the history.
    fn birth(&self, size: Size, now: Time) -> Birth {
        let born_at = now.plus(-(size.days as Span) * DAY);
        Birth {
            component: ComponentId::whole(self.repo),
            born_at,
            settled_through: now.plus(-HOUR),
            primed_at: Some(born_at),
        }
    }

    /// The repository itself, and that everything of it was read.
    fn end(mut self, now: Time) -> Vec<Fact> {
        for collector in Collector::ALL {
            let through = Some(now);
            let progress = Progress { repo: self.repo, collector, complete: true, through };
            self.facts.push(Fact::Progress(progress));
        }
        self.facts.push(Fact::Repository(Repository {
            id: self.repo,
            node_id: format!("R_kgDO{:016x}", self.repo.0).into(),
            full_name: self.name,
            former_names: Vec::new(),
            host: "github".into(),
            state: RepositoryState::Active,
            head: self.head,
            created_at: None,
        }));
        self.facts
    }

    fn person(&mut self) -> Author {
        // Twelve people to a repository.
        let person = self.repo.0 / 8 * 12 + self.next() % 12;
        Author { person: Some(Person(person.wrapping_mul(0x9e37_79b9_7f4a_7c15))), is_bot: false }
    }

    fn oid(&mut self) -> Oid {
        let mut bytes = [0; 20];
        for part in bytes.chunks_mut(8) {
            let word = self.next().to_be_bytes();
            part.copy_from_slice(&word[..part.len()]);
        }
        Oid(bytes)
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
