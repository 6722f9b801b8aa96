//! How each event changes the state. Pull requests have their own file.

use super::{
    Account, AccountKind, Comment, Deployment, EventError, Graph, Issue, IssueReason, Repository,
    State, Status, Thread, TimelineItem, TimelineKind, name_key,
};
use crate::event::{Event, NewCommit, RepoId};
use std::collections::{BTreeMap, HashMap};

impl State {
    /// Applies the next event of the log; one that does not fit is remembered and changes nothing.
    pub(crate) fn apply(&mut self, at: i64, event: &Event) {
        if let Err(reason) = self.try_apply(at, event) {
            self.rejected.push(EventError { at, reason });
        }
    }

    fn try_apply(&mut self, at: i64, event: &Event) -> Result<(), String> {
        if let Some(applied) = self.apply_ownership(at, event) {
            return applied;
        }
        match event {
            Event::Organization { login } => self.account_as(login, AccountKind::Organization),
            Event::Account { login, bot: true } => self.account_as(login, AccountKind::Bot),
            Event::Account { login, bot: false } => self.account_as(login, AccountKind::User),
            Event::AccountDeleted { login } => {
                let key = login.to_ascii_lowercase();
                let user = || Account::new(login, AccountKind::User);
                self.accounts.entry(key).or_insert_with(user).deleted = true;
                Ok(())
            }
            Event::RepositoryCreated { .. } => self.create_repository(at, event),
            Event::RepositoryMoved { repo, owner, name } => {
                let moved = self.repo(*repo)?;
                (moved.owner, moved.name, moved.updated_at) = (owner.clone(), name.clone(), at);
                self.names.insert(name_key(owner, name), *repo);
                Ok(())
            }
            Event::RepositoryArchived { repo, archived } => {
                let repo = self.repo(*repo)?;
                (repo.archived, repo.updated_at) = (*archived, at);
                Ok(())
            }
            Event::RepositoryDeleted { repo } => {
                self.repo(*repo)?;
                self.repositories.remove(repo);
                self.deployments.retain(|_, (owner, _)| owner != repo);
                Ok(())
            }
            Event::Push { repo, branch, head, commits } => {
                self.repo(*repo)?.push(at, branch, head, commits)
            }
            Event::BranchDeleted { repo, branch } => {
                let repo = self.repo(*repo)?;
                repo.branches.remove(branch).ok_or(format!("there is no branch {branch:?}"))?;
                repo.pushed_at = Some(at);
                repo.head_deleted(at, branch);
                Ok(())
            }
            Event::CommitsLost { repo, oids } => {
                let repo = self.repo(*repo)?;
                oids.iter().for_each(|oid| repo.graph.lose(oid));
                Ok(())
            }
            Event::DeploymentCreated { repo, id, .. } => self.deploy(at, *repo, *id, event),
            Event::DeploymentStatus { id, state, environment } => {
                let (repo, index) = *self.deployments.get(id).ok_or(no("deployment", id))?;
                self.repo(repo)?.add_status(at, index, state, environment.as_deref());
                Ok(())
            }
            Event::CommitStatus { repo, .. } => self.repo(*repo)?.give_status(at, event),
            Event::Release(event) => self.repo(event.repo())?.apply_release(at, event),
            Event::Run(event) => self.repo(event.repo())?.apply_run(at, event),
            other => self.apply_thread(at, other),
        }
    }

    /// The events of issues, and those that issues and pull requests share.
    fn apply_thread(&mut self, at: i64, event: &Event) -> Result<(), String> {
        match event {
            Event::IssueOpened { repo, number, author, title, body, labels } => {
                let repo = self.repo(*repo)?;
                repo.is_free(*number)?;
                let thread = Thread::new(at, *number, author, title, body, labels);
                repo.issues.insert(*number, Issue { thread, reason: None });
                Ok(())
            }
            Event::IssueClosed { repo, number, by, reason } => {
                let issue = self.repo(*repo)?.issue(*number)?;
                issue.reason = Some(IssueReason::Closed(*reason));
                issue.thread.closed_at = Some(at);
                issue.thread.note(at, Some(by), TimelineKind::Closed(Some(*reason)));
                Ok(())
            }
            Event::IssueReopened { repo, number } => {
                let issue = self.repo(*repo)?.issue(*number)?;
                issue.reason = Some(IssueReason::Reopened);
                issue.thread.closed_at = None;
                issue.thread.note(at, None, TimelineKind::Reopened);
                Ok(())
            }
            Event::Labeled { repo, number, labels } => {
                self.repo(*repo)?.thread(*number)?.label(at, labels);
                Ok(())
            }
            Event::BodyEdited { repo, number, body } => {
                let thread = self.repo(*repo)?.thread(*number)?;
                thread.body.clone_from(body);
                (thread.updated_at, thread.edited_at) = (at, Some(at));
                Ok(())
            }
            Event::Commented { repo, number, author, body } => {
                let thread = self.repo(*repo)?.thread(*number)?;
                let what = TimelineKind::Comment(thread.comments.len());
                let (author, body) = (author.clone(), body.clone());
                thread.comments.push(Comment { at, author: author.clone(), body });
                thread.note(at, Some(&author), what);
                Ok(())
            }
            pull => {
                let repo = Self::repo_of_pull(pull).ok_or("this event is not understood")?;
                self.repo(repo)?.apply_pull(at, pull)
            }
        }
    }

    fn repo_of_pull(event: &Event) -> Option<RepoId> {
        match event {
            Event::PullOpened { repo, .. }
            | Event::PullFiles { repo, .. }
            | Event::PullReadiness { repo, .. }
            | Event::PullReviewed { repo, .. }
            | Event::PullMerged { repo, .. }
            | Event::PullClosed { repo, .. }
            | Event::PullReopened { repo, .. } => Some(*repo),
            _ => None,
        }
    }

    fn account_as(&mut self, login: &str, kind: AccountKind) -> Result<(), String> {
        if login.is_empty() {
            return Err("an account needs a login".to_owned());
        }
        self.accounts.insert(login.to_ascii_lowercase(), Account::new(login, kind));
        Ok(())
    }

    pub(super) fn repo(&mut self, id: RepoId) -> Result<&mut Repository, String> {
        self.repositories.get_mut(&id).ok_or_else(|| no("repository", &id))
    }

    fn create_repository(&mut self, at: i64, event: &Event) -> Result<(), String> {
        let Event::RepositoryCreated { repo, owner, name, default_branch, fork, topics } = event
        else {
            return Ok(());
        };
        if self.repositories.contains_key(repo) {
            return Err(format!("repository {repo} exists; ids are unique"));
        }
        if self.find(owner, name).is_some_and(|(_, present)| present) {
            return Err(format!("{owner}/{name} exists; move or delete it first"));
        }
        self.names.insert(name_key(owner, name), *repo);
        let created = Repository {
            id: *repo,
            owner: owner.clone(),
            name: name.clone(),
            default_branch: default_branch.clone(),
            fork: *fork,
            topics: topics.clone(),
            properties: BTreeMap::new(),
            files: BTreeMap::new(),
            archived: false,
            created_at: at,
            updated_at: at,
            pushed_at: None,
            branches: BTreeMap::new(),
            graph: Graph::default(),
            pulls: BTreeMap::new(),
            issues: BTreeMap::new(),
            deployments: Vec::new(),
            tags: BTreeMap::new(),
            releases: BTreeMap::new(),
            workflows: Vec::new(),
            runs: BTreeMap::new(),
            environments: BTreeMap::new(),
            live: HashMap::new(),
            statuses: HashMap::new(),
            open_heads: HashMap::new(),
            pulls_of_commit: HashMap::new(),
        };
        self.repositories.insert(*repo, created);
        Ok(())
    }

    fn deploy(&mut self, at: i64, repo: RepoId, id: u64, event: &Event) -> Result<(), String> {
        let Event::DeploymentCreated { sha, branch, environment, task, payload, .. } = event else {
            return Ok(());
        };
        if self.deployments.contains_key(&id) {
            return Err(format!("deployment {id} exists; ids are unique"));
        }
        let repository = self.repo(repo)?;
        let index = repository.deployments.len();
        repository.environments.entry(environment.clone()).or_insert(at);
        repository.deployments.push(Deployment {
            id,
            sha: sha.clone(),
            branch: branch.clone(),
            original_environment: environment.clone(),
            environment: environment.clone(),
            task: task.clone(),
            payload: payload.clone(),
            created_at: at,
            statuses: Vec::new(),
        });
        self.deployments.insert(id, (repo, index));
        Ok(())
    }
}

pub(super) fn no(what: &str, id: &impl std::fmt::Display) -> String {
    format!("there is no {what} {id}; create it before")
}

impl Repository {
    fn push(
        &mut self,
        at: i64,
        branch: &str,
        head: &str,
        commits: &[NewCommit],
    ) -> Result<(), String> {
        for commit in commits {
            self.graph.add(commit)?;
        }
        let tip = self.graph.find(head).ok_or_else(|| no("commit", &head))?;
        let before = self.branches.insert(branch.to_owned(), tip);
        self.pushed_at = Some(at);
        self.head_pushed(at, branch, before, tip);
        Ok(())
    }

    /// Adds a status. A success makes the environment's earlier successes inactive, as GitHub's
    /// `auto_inactive` does unless a caller switches it off.
    fn add_status(&mut self, at: i64, index: usize, state: &str, environment: Option<&str>) {
        let deployment = &mut self.deployments[index];
        let was = deployment.environment.clone();
        if let Some(environment) = environment {
            environment.clone_into(&mut deployment.environment);
            self.environments.entry(environment.to_owned()).or_insert(at);
        }
        let environment = deployment.environment.clone();
        let state = state.to_owned();
        deployment.statuses.push(Status { at, state, environment: environment.clone() });
        let succeeded = deployment.statuses.last().is_some_and(|last| last.state == "SUCCESS");
        self.live.entry(was).or_default().retain(|live| *live != index);
        if !succeeded {
            return;
        }
        let live = self.live.entry(environment.clone()).or_default();
        let (earlier, later) = live.iter().partition::<Vec<usize>, _>(|live| **live < index);
        *live = later;
        live.push(index);
        for earlier in earlier {
            let environment = environment.clone();
            let inactive = Status { at, state: "INACTIVE".to_owned(), environment };
            self.deployments[earlier].statuses.push(inactive);
        }
    }

    pub(super) fn is_free(&self, number: u32) -> Result<(), String> {
        if self.pulls.contains_key(&number) || self.issues.contains_key(&number) {
            return Err(format!(
                "number {number} is taken; issues and pull requests share numbers"
            ));
        }
        Ok(())
    }

    fn issue(&mut self, number: u32) -> Result<&mut Issue, String> {
        self.issues.get_mut(&number).ok_or_else(|| no("issue", &number))
    }

    fn thread(&mut self, number: u32) -> Result<&mut Thread, String> {
        let pull = self.pulls.get_mut(&number).map(|pull| &mut pull.thread);
        let issue = self.issues.get_mut(&number).map(|issue| &mut issue.thread);
        pull.or(issue).ok_or_else(|| no("issue or pull request", &number))
    }
}

impl Thread {
    pub(super) fn new(
        at: i64,
        number: u32,
        author: &str,
        title: &str,
        body: &str,
        labels: &[String],
    ) -> Thread {
        let mut thread = Thread {
            number,
            author: author.to_owned(),
            title: title.to_owned(),
            body: body.to_owned(),
            labels: Vec::new(),
            created_at: at,
            updated_at: at,
            closed_at: None,
            edited_at: None,
            comments: Vec::new(),
            timeline: Vec::new(),
        };
        thread.label(at, labels);
        thread
    }

    /// Adds a timeline item; the thread was updated then.
    pub(super) fn note(&mut self, at: i64, actor: Option<&str>, what: TimelineKind) {
        self.updated_at = at;
        self.timeline.push(TimelineItem { at, actor: actor.map(str::to_owned), what });
    }

    fn label(&mut self, at: i64, labels: &[String]) {
        let before = std::mem::replace(&mut self.labels, labels.to_vec());
        // The log does not say who labels; someone does, and the author may.
        let actor = self.author.clone();
        for gone in before.iter().filter(|label| !labels.contains(label)) {
            self.note(at, Some(&actor), TimelineKind::Unlabeled(gone.clone()));
        }
        for new in labels.iter().filter(|label| !before.contains(label)) {
            self.note(at, Some(&actor), TimelineKind::Labeled(new.clone()));
        }
    }
}
