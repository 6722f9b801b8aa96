//! Reading what hints tell of, between the sweeps and within them: by id what they name, and the
//! lists of the repositories that moved. It is what a sweep would read of these alone.

use super::again::{Again, Looked, is_of_a_fact};
use super::failing::Concern;
use super::hints::About;
use super::open_pulls::READ_TOGETHER;
use super::owner_files::files_of;
use super::pace::Pace;
use super::swept::Question;
use super::{Collect, CollectError};
use crate::sources::github::News;
use delivery::domain::{Fact, HOUR, MINUTE, Oid, RepoId, Span, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One repository is looked at so often at once: deployments come with several events each.
const BURST: i64 = 120;
/// After a burst it is looked at so often, whatever comes.
const LOOKED_EVERY: Span = 15;
/// Runs of one repository are looked at so often at once: nobody waits for them…
const BURST_OF_RUNS: i64 = 3;
/// …and then so often.
const RUNS_LOOKED_EVERY: Span = MINUTE;
/// What concerns a whole organisation is asked so often at once…
const BURST_OF_ALL: i64 = 3;
/// …and then so often: it may take a hundred requests.
const ALL_ASKED_EVERY: Span = 10 * MINUTE;
/// After a failure of the whole source it is left alone for so long, or until the next sweep.
const RETRY_AFTER: Span = 30;
/// About what looking takes.
const POINTS_A_LOOK: u64 = 4;

/// When hints may be looked into.
#[derive(Debug)]
pub(super) struct Heeding {
    repositories: Pace<RepoId>,
    runs: Pace<RepoId>,
    of_all: Pace<News>,
    not_before: Option<Time>,
    /// What is looked at a further time.
    again: Again,
    /// While something is looked at: the repositories of which new facts came.
    brought: Option<BTreeSet<RepoId>>,
}

impl Default for Heeding {
    fn default() -> Heeding {
        Heeding {
            repositories: Pace::new(BURST, LOOKED_EVERY),
            runs: Pace::new(BURST_OF_RUNS, RUNS_LOOKED_EVERY),
            of_all: Pace::new(BURST_OF_ALL, ALL_ASKED_EVERY),
            not_before: None,
            again: Again::default(),
            brought: None,
        }
    }
}

impl Heeding {
    /// The earliest instant at which it may be looked into.
    fn due(&self, (repo, news): &About, now: Time) -> Time {
        let due = match (repo, news) {
            (Some(repo), News::Run(_)) => self.runs.due(repo, now),
            (Some(repo), _) => self.repositories.due(repo, now),
            (None, _) => self.of_all.due(news, now),
        };
        due.max(self.paused_until(now).unwrap_or(now))
    }

    /// Until when nothing is looked into; a clock that was set back puts nothing off.
    fn paused_until(&self, now: Time) -> Option<Time> {
        self.not_before.filter(|at| (1..=HOUR).contains(&at.since(now)))
    }

    /// New facts came of a repository.
    pub(super) fn brought(&mut self, repo: RepoId) {
        if let Some(brought) = &mut self.brought {
            brought.insert(repo);
        }
    }

    fn note(&mut self, taken: &Looked, now: Time) {
        let of_runs = |(_, news): &&About| matches!(news, News::Run(_));
        let (runs, others): (Vec<&About>, Vec<&About>) = taken.keys().partition(of_runs);
        for (pace, some) in [(&mut self.runs, runs), (&mut self.repositories, others)] {
            let repositories: BTreeSet<RepoId> =
                some.iter().filter_map(|(repo, _)| *repo).collect();
            repositories.into_iter().for_each(|repo| pace.take(repo, now));
        }
        for (_, news) in taken.keys().filter(|(repo, _)| repo.is_none()) {
            self.of_all.take(news.clone(), now);
        }
    }
}

impl Collect {
    /// The earliest instant at which some hint may be looked into; nothing where none waits.
    pub(super) fn hints_due(&self) -> Option<Time> {
        let now = self.around.clock.now();
        match self.heeding.paused_until(now) {
            // However many wait: nothing is due before.
            Some(until) => {
                (self.hints.some_wait() || self.heeding.again.some_wait()).then_some(until)
            }
            None => {
                let due = |about: &About| self.heeding.due(about, now);
                let first = self.hints.first_due(due);
                first.into_iter().chain(self.heeding.again.first_due(due)).min()
            }
        }
    }

    /// Whether some hint may be looked into now.
    pub(super) fn hints_wait(&self) -> bool {
        self.hints_due().is_some_and(|due| due <= self.around.clock.now())
    }

    /// Whether some hint of a single repository may be looked into now.
    pub(super) fn hints_of_repositories_wait(&self) -> bool {
        let now = self.around.clock.now();
        let due = |about: &About| match about.0 {
            Some(_) => self.heeding.due(about, now),
            None => Time(i64::MAX),
        };
        let first = self.hints.first_due(due).into_iter().chain(self.heeding.again.first_due(due));
        first.min().is_some_and(|due| due <= now)
    }

    /// Reads what the hints tell of that are due; true where there were any.
    pub(super) async fn heed_hints(&mut self) -> bool {
        let taken = self.take_hints(|_| true);
        if taken.is_empty() {
            return false;
        }
        let outer = self.heeding.brought.replace(BTreeSet::new());
        let heeded = self.heed(&taken).await;
        self.conclude_heeding(taken, heeded, outer).await;
        true
    }

    /// The same of what hints tell of single repositories: while all of them are being listed.
    pub(super) async fn heed_hints_of_repositories(&mut self) {
        let taken = self.take_hints(|(repo, _)| repo.is_some());
        if taken.is_empty() {
            return;
        }
        let outer = self.heeding.brought.replace(BTreeSet::new());
        let heeded = self.heed_repositories(&taken).await;
        self.conclude_heeding(taken, heeded, outer).await;
    }

    fn take_hints(&mut self, which: impl Fn(&About) -> bool) -> Looked {
        let now = self.around.clock.now();
        let is_due = |about: &About| which(about) && self.heeding.due(about, now) <= now;
        let fresh = self.hints.take(is_due);
        let mut again = std::mem::take(&mut self.heeding.again);
        let is_due =
            |about: &About, due: Time| which(about) && due.max(self.heeding.due(about, now)) <= now;
        let taken = again.take_due(fresh, is_due);
        self.heeding.again = again;
        self.heeding.note(&taken, now);
        taken
    }

    /// Ends a look: what it did not find is looked for again, unless points are scarce.
    async fn conclude_heeding(
        &mut self,
        taken: Looked,
        heeded: Result<(), CollectError>,
        outer: Option<BTreeSet<RepoId>>,
    ) {
        let brought = std::mem::replace(&mut self.heeding.brought, outer).unwrap_or_default();
        let now = self.around.clock.now();
        let pause = match heeded {
            Ok(()) => {
                let pause = self.pause();
                let mut again = std::mem::take(&mut self.heeding.again);
                let done = again.put_off(taken, now, |(repo, news)| {
                    let lacks = |repo: &RepoId| !brought.contains(repo) && self.is_read(*repo);
                    pause == 0 && is_of_a_fact(news) && repo.as_ref().is_some_and(lacks)
                });
                self.heeding.again = again;
                // The store tells of its own trouble; then these are read once more.
                let _ = self.hints.drop_read(done).await;
                pause
            }
            Err(error) => {
                let taken = taken.into_iter().map(|(about, (number, _))| (about, number));
                self.hints.put_back(taken.collect());
                self.note_failure(Concern::Sweep, &error);
                self.tell_up(false);
                RETRY_AFTER
            }
        };
        self.heeding.not_before = Some(now.plus(pause));
        self.tell_progress();
    }

    /// Whether the history of a repository is read: while it is not, that brings what is new, too.
    fn is_read(&self, repo: RepoId) -> bool {
        let tracked = self.tracked.get(&repo);
        tracked.is_some_and(|one| one.is_collected() && one.backfill_complete())
    }

    /// How long to wait before hints are looked into again, for the hour's points to last: not at
    /// all while there are plenty beyond what the sweeps of this hour will take.
    fn pause(&self) -> Span {
        let Some(left) = self.source.left() else { return 0 };
        let spare = left.points.saturating_sub(self.sweeps_reserve(&left));
        if spare >= left.allowed / 4 {
            return 0;
        }
        let looks = (spare / POINTS_A_LOOK).max(1).cast_signed();
        let time = left.until.since(self.around.clock.now());
        (time / looks).clamp(1, self.around.settings.sweep_interval.max(1))
    }

    async fn heed(&mut self, taken: &Looked) -> Result<(), CollectError> {
        let now = self.around.clock.now();
        self.heed_repositories(taken).await?;
        for (_, news) in taken.keys().filter(|(repo, _)| repo.is_none()) {
            self.heed_of_all(news, now).await?;
        }
        Ok(())
    }

    async fn heed_repositories(&mut self, taken: &Looked) -> Result<(), CollectError> {
        let asked_at = self.source.as_told(self.around.clock.now());
        let mut moved = self.note_moves(taken, asked_at);
        let more = self.ask_by_id(taken, &moved).await?;
        moved.extend(more);
        self.probe_moved(&moved, asked_at).await?;
        self.fetch_news_of_all(&moved, asked_at).await?;
        self.advance_the_quiet(asked_at, |repo| moved.contains(&repo)).await?;
        self.heed_open_pulls(taken, &moved).await?;
        let with_files = |(repo, news): &About| repo.filter(|_| *news == News::OwnerFiles);
        let with_files: BTreeSet<RepoId> = taken.keys().filter_map(with_files).collect();
        self.heed_owner_files(&with_files).await?;
        self.heed_runs(taken).await
    }

    /// Notes which repositories moved; gives those whose lists may have brought something.
    fn note_moves(&mut self, taken: &Looked, at: Time) -> BTreeSet<RepoId> {
        let mut moved = BTreeSet::new();
        for (repo, news) in taken.keys() {
            let tracked = repo.and_then(|repo| self.tracked.get_mut(&repo));
            let Some(tracked) = tracked.filter(|tracked| tracked.is_collected()) else { continue };
            // Whatever comes of it: it is not idle.
            tracked.stirred_by(at);
            let rules = &self.around.platform.self_service;
            let tells = tracked.has_component()
                || self.source.is_told_elsewhere(&tracked.repository)
                || !rules.of(&tracked.repository.full_name).is_empty();
            if *news == News::OwnerFiles || (*news == News::Lists && tells) {
                moved.insert(tracked.repository.id);
            }
        }
        moved
    }

    /// Asks by id for deployments and incidents that hints name, and for what is not final in the
    /// repositories that moved. Gives the repositories of which more has to be read: those with a
    /// deployment of a commit that is not known.
    async fn ask_by_id(
        &mut self,
        taken: &Looked,
        moved: &BTreeSet<RepoId>,
    ) -> Result<BTreeSet<RepoId>, CollectError> {
        let (mut deployments, mut incidents) = (BTreeSet::new(), BTreeSet::new());
        let mut homes: BTreeSet<RepoId> =
            moved.iter().copied().filter(|repo| self.is_read(*repo)).collect();
        for tracked in homes.iter().filter_map(|repo| self.tracked.get(repo)) {
            deployments.extend(tracked.unfinished_deployments(self.around.clock.now()));
            incidents.extend(tracked.open_incidents());
        }
        for (repo, news) in taken.keys() {
            let Some(repo) = repo.filter(|repo| self.is_read(*repo)) else { continue };
            let is_new = match news {
                News::Deployment(id) => deployments.insert(Arc::clone(id)),
                News::Issue(id) => incidents.insert(Arc::clone(id)),
                _ => false,
            };
            homes.extend(is_new.then_some(repo));
        }
        if deployments.is_empty() && incidents.is_empty() {
            return Ok(BTreeSet::new());
        }
        let (deployments, incidents) = (Vec::from_iter(deployments), Vec::from_iter(incidents));
        let answer = self.source.recheck(&deployments, &incidents).await?;
        let mut by_repo = self.forget(&answer.missing).await?;
        for repo in &homes {
            by_repo.entry(*repo).or_default();
        }
        for fact in answer.facts {
            let wanted = fact.repo().filter(|repo| self.would_be_read(*repo, &fact));
            if let Some(facts) = wanted.and_then(|repo| by_repo.get_mut(&repo)) {
                facts.push(fact);
            }
        }
        let mut unknown = BTreeSet::new();
        for (repo, facts) in by_repo.into_iter().filter(|(_, facts)| !facts.is_empty()) {
            let shas: Vec<Oid> = facts.iter().filter_map(deployed).collect();
            let known = self.around.store.known_commits(repo, &shas).await?;
            self.keep(repo, facts, None).await?;
            if shas.iter().any(|sha| !known.contains_key(sha)) {
                unknown.insert(repo);
            }
        }
        Ok(unknown)
    }

    /// Whether reading the lists would bring it, too: facts are the same however they come.
    fn would_be_read(&self, repo: RepoId, fact: &Fact) -> bool {
        let Some(tracked) = self.tracked.get(&repo) else { return false };
        match fact {
            Fact::Deployment(deployment) => {
                let since = self.around.clock.now().plus(-self.around.settings.lookback);
                self.source.keeps(&tracked.repository, deployment)
                    && (deployment.created_at >= since || tracked.knows(deployment.id))
            }
            Fact::Incident(incident) => incident.counts || tracked.knows_incident(&incident.id),
            _ => false,
        }
    }

    /// Asks these repositories for everything, as a sweep does.
    async fn probe_moved(
        &mut self,
        moved: &BTreeSet<RepoId>,
        asked_at: Time,
    ) -> Result<(), CollectError> {
        let tracked = moved.iter().filter_map(|repo| self.tracked.get(repo));
        let asked: Vec<_> = tracked.map(|tracked| tracked.repository.clone()).collect();
        let searched = &BTreeMap::new();
        let question = Question { asked_at, everything: true, searched };
        let probes = self.source.probe(&asked).await?;
        if self.note_probes(probes, question).await? {
            // The next sweep lists everything, and asks what became of it.
            self.discovered_at = None;
        }
        Ok(())
    }

    /// Reads the open pull requests of the repositories of which that is told, and of those in which
    /// one was seen to have moved.
    async fn heed_open_pulls(
        &mut self,
        taken: &Looked,
        moved: &BTreeSet<RepoId>,
    ) -> Result<(), CollectError> {
        let told = taken.keys().filter(|(_, news)| *news == News::OpenPullRequests);
        let told: BTreeSet<RepoId> = told.filter_map(|(repo, _)| *repo).collect();
        for repo in &told {
            let tracked = self.tracked.get_mut(repo);
            tracked.into_iter().for_each(|tracked| tracked.open.is_due = true);
        }
        let wanted = self.with_open_news(|repo| told.contains(&repo) || moved.contains(&repo));
        for some in wanted.chunks(READ_TOGETHER) {
            self.read_open_pulls_of(some).await?;
        }
        Ok(())
    }

    async fn heed_owner_files(&mut self, of: &BTreeSet<RepoId>) -> Result<(), CollectError> {
        let wanted = self.wanted_files();
        if of.is_empty() || files_of(wanted).next().is_none() {
            return Ok(());
        }
        for (from, error) in self.read_owner_files(wanted, |repo| of.contains(&repo)).await? {
            self.note_failure(Concern::Ownership(from), &error);
        }
        Ok(())
    }

    async fn heed_of_all(&mut self, news: &News, now: Time) -> Result<(), CollectError> {
        match news {
            News::Repositories => self.discover(now).await,
            News::Ownership(from) if self.by_organization().contains(from) => {
                let outcome = self.read_claims(*from).await?;
                self.conclude_claims(*from, outcome, now).await
            }
            _ => Ok(()),
        }
    }
}

/// The commit that a deployment deployed.
fn deployed(fact: &Fact) -> Option<Oid> {
    match fact {
        Fact::Deployment(deployment) => Some(deployment.sha),
        _ => None,
    }
}
