//! Incidents as GitHub issues: in the repository that is hit, or in the central one.

use super::calendar::{DAY, HOUR, MINUTE};
use super::deploys::urgent;
use super::estate::CENTRAL;
use super::people;
use super::profile::IncidentHome;
use super::words;
use super::world::{Action, OWNER, Tempo, World};
use github_sim::Event;
use github_sim::event::CloseReason;

/// The label that makes an issue an incident.
const LABEL: &str = "incident";
/// Incidents a day in a repository that is deployed, whose cause is no deployment.
const QUIET: f64 = 0.004;
/// Incidents a day that belong to no component.
const UNMAPPED: f64 = 0.12;
/// Bug reports a day in a repository.
const BUGS: f64 = 0.02;
/// The repository with the incident that nobody gets to.
pub(super) const NEGLECTED: &str = "backoffice-crm";
/// How long before the history's end that incident opens.
pub(super) const NEGLECTED_SINCE: i64 = 30 * HOUR;

/// What an incident's text names as its cause.
#[derive(Clone, Debug)]
pub(super) enum Cause {
    Pull(u32),
    Commit(String),
}

/// An incident that is open.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    /// The repository that is hit, by its place; that of the issue where none is.
    component: usize,
    /// The repository that the issue is in.
    home: usize,
    number: u32,
    /// Named when it is closed.
    cause: Option<Cause>,
    /// The pull request that fixed it, in the repository that is hit.
    pub(super) fix: Option<u32>,
    /// Whether it may open again.
    may_reopen: bool,
}

/// What comes next for an incident.
#[derive(Clone, Copy, Debug)]
pub(super) enum IncidentStep {
    Resolve,
    Dismiss(CloseReason),
    Reopen,
    /// A bug report turns out to be an incident.
    Escalate,
}

impl World {
    /// Opens an incident of a component. Half of the causes are known at once.
    pub(super) fn open_incident(&mut self, r: usize, cause: Option<Cause>) -> Ticket {
        let title = words::symptom(self.repositories[r].name, &mut self.repositories[r].random);
        let mut ticket = self.file(r, title, cause, &[LABEL]);
        ticket.may_reopen = self.repositories[r].random.chance(0.12);
        ticket
    }

    /// An incident about a branch in production; bringing back the default branch resolves it.
    pub(super) fn branch_incident(&mut self, r: usize) {
        if self.repositories[r].random.chance(0.5) {
            let ticket = self.open_incident(r, None);
            self.repositories[r].mending.push(ticket);
        }
    }

    /// What a day brings that no deployment caused.
    pub(super) fn outside_incidents(&mut self, r: usize) {
        let repository = &mut self.repositories[r];
        if repository.plan.name == CENTRAL && repository.random.chance(UNMAPPED) {
            let title = words::outside(&mut repository.random).to_owned();
            let ticket = self.file(r, title, None, &[LABEL]);
            return self.resolve_after(r, Tempo::Urgent, 5 * HOUR, ticket);
        }
        if repository.archived || repository.plan.weight == 0.0 {
            return;
        }
        if repository.random.chance(BUGS) {
            self.bug(r);
        }
        if self.repositories[r].deploys_trunk() && self.repositories[r].random.chance(QUIET) {
            self.quiet_incident(r);
        }
    }

    /// An incident that outlasts the history by days: some figures exist only while something is
    /// unresolved. A history that is too short for its repository does without.
    pub(super) fn neglected_incident(&mut self, r: usize) {
        if !self.repositories[r].trunk.is_empty() {
            let ticket = self.open_incident(r, None);
            self.resolve_after(r, Tempo::Urgent, NEGLECTED_SINCE + 5 * DAY, ticket);
        }
    }

    fn quiet_incident(&mut self, r: usize) {
        let minutes = self.profile(r).recovery_minutes * self.strain(r);
        let random = &mut self.repositories[r].random;
        let (lot, open) = (random.unit(), random.around(minutes, 0.7) as i64 * MINUTE);
        let ticket = self.open_incident(r, None);
        if lot < 0.7 {
            return self.resolve_after(r, Tempo::Urgent, open, ticket);
        }
        let reason = if lot < 0.92 { CloseReason::NotPlanned } else { CloseReason::Duplicate };
        let at = self.at + open / 2 + MINUTE;
        self.schedule(at, Action::Incident(Box::new(ticket), IncidentStep::Dismiss(reason)));
    }

    /// A bug report, which is no incident; some are made one later.
    fn bug(&mut self, r: usize) {
        let title = words::symptom(self.repositories[r].name, &mut self.repositories[r].random);
        let people = people::present(self.profile(r).members, self.progress());
        let repository = &mut self.repositories[r];
        let (repo, number) = (repository.id, repository.next_number());
        let author = repository.random.pick(&people).to_owned();
        let escalates = repository.random.chance(0.12);
        let (body, labels) = ("Seen by support.".to_owned(), vec!["bug".to_owned()]);
        self.emit(Event::IssueOpened { repo, number, author, title, body, labels });
        let ticket =
            Ticket { component: r, home: r, number, cause: None, fix: None, may_reopen: false };
        if escalates {
            let at = self.at + 2 * HOUR;
            let escalation = Action::Incident(Box::new(ticket.clone()), IncidentStep::Escalate);
            self.schedule(at, escalation);
        }
        self.resolve_after(r, Tempo::Office, 30 * HOUR, ticket);
    }

    /// Writes an incident down where the team does so.
    fn file(&mut self, r: usize, title: String, cause: Option<Cause>, labels: &[&str]) -> Ticket {
        let central = self.repositories.iter().position(|one| one.plan.name == CENTRAL);
        let home = match self.profile(r).incidents {
            IncidentHome::Central => central.unwrap_or(r),
            IncidentHome::Repository => r,
        };
        let mut labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        if home != r {
            labels.push(format!("component/{}", self.repositories[r].name));
        }
        let people = people::present(self.profile(r).members, self.progress());
        let random = &mut self.repositories[r].random;
        let author = random.pick(&people).to_owned();
        let early = random.chance(0.5);
        let mut ticket =
            Ticket { component: r, home, number: 0, cause, fix: None, may_reopen: false };
        let mut body = "Users are affected.".to_owned();
        if let Some(cause) = ticket.cause.take_if(|_| early) {
            body = format!("{body}\n\nCaused by {}", self.reference(&ticket, &cause));
        }
        let repo = self.repositories[home].id;
        ticket.number = self.repositories[home].next_number();
        self.emit(Event::IssueOpened { repo, number: ticket.number, author, title, body, labels });
        ticket
    }

    /// How the ticket's text names a cause: across repositories with the owner and the name.
    fn reference(&self, ticket: &Ticket, cause: &Cause) -> String {
        let elsewhere = ticket.home != ticket.component;
        let name = self.repositories[ticket.component].name;
        match cause {
            Cause::Pull(number) if elsewhere => format!("{OWNER}/{name}#{number}"),
            Cause::Pull(number) => format!("#{number}"),
            Cause::Commit(oid) if elsewhere => format!("{OWNER}/{name}@{oid}"),
            Cause::Commit(oid) => oid.clone(),
        }
    }

    /// Resolves an incident after some time.
    pub(super) fn resolve_after(&mut self, r: usize, tempo: Tempo, seconds: i64, ticket: Ticket) {
        let at = self.after(r, if tempo == Tempo::Office { tempo } else { urgent(tempo) }, seconds);
        self.schedule(at, Action::Incident(Box::new(ticket), IncidentStep::Resolve));
    }

    /// Does the next step of an incident.
    pub(super) fn incident(&mut self, mut ticket: Box<Ticket>, step: IncidentStep) {
        let home = &self.repositories[ticket.home];
        if home.archived {
            return;
        }
        let (repo, number) = (home.id, ticket.number);
        let people = people::present(self.profile(ticket.component).members, self.progress());
        let by = self.repositories[ticket.component].random.pick(&people).to_owned();
        match step {
            IncidentStep::Resolve => {
                if let Some(body) = self.explanation(&mut ticket) {
                    self.emit(Event::Commented { repo, number, author: by.clone(), body });
                }
                self.emit(Event::IssueClosed { repo, number, by, reason: CloseReason::Completed });
                if std::mem::take(&mut ticket.may_reopen) {
                    let at = self.at + 90 * MINUTE;
                    self.schedule(at, Action::Incident(ticket, IncidentStep::Reopen));
                }
            }
            IncidentStep::Dismiss(reason) => {
                self.emit(Event::IssueClosed { repo, number, by, reason });
            }
            IncidentStep::Reopen => {
                self.emit(Event::IssueReopened { repo, number });
                let component = ticket.component;
                self.resolve_after(component, Tempo::Urgent, 2 * HOUR, *ticket);
            }
            IncidentStep::Escalate => {
                let labels = vec!["bug".to_owned(), LABEL.to_owned()];
                self.emit(Event::Labeled { repo, number, labels });
            }
        }
    }

    /// What whoever resolves an incident writes about it.
    fn explanation(&self, ticket: &mut Ticket) -> Option<String> {
        let mut lines = Vec::new();
        if let Some(cause) = ticket.cause.take() {
            lines.push(format!("Root cause: {}", self.reference(ticket, &cause)));
        }
        if let Some(fix) = ticket.fix.take() {
            lines.push(format!("Fixed by {}", self.reference(ticket, &Cause::Pull(fix))));
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
