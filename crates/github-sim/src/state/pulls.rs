//! Pull requests: their life, and the commits that are theirs.

use super::fold::no;
use super::{PullRequest, Repository, Review, Thread, TimelineKind};
use crate::event::Event;

impl Repository {
    /// Applies an event of a pull request.
    pub(super) fn apply_pull(&mut self, at: i64, event: &Event) -> Result<(), String> {
        match event {
            Event::PullOpened { .. } => self.open_pull(at, event),
            Event::PullFiles { number, paths, .. } => {
                self.pull(*number)?.files = Some(paths.clone());
                Ok(())
            }
            Event::PullReadiness { number, ready, .. } => {
                let pull = self.pull(*number)?;
                pull.draft = !ready;
                let ready = *ready;
                let what =
                    if ready { TimelineKind::ReadyForReview } else { TimelineKind::ConvertToDraft };
                let author = pull.thread.author.clone();
                pull.thread.note(at, Some(&author), what);
                Ok(())
            }
            Event::PullReviewed { number, author, verdict, .. } => {
                let pull = self.pull(*number)?;
                let what = TimelineKind::Review(pull.reviews.len());
                let (author, verdict, commit) = (author.clone(), *verdict, pull.head_oid);
                pull.reviews.push(Review { at, author: author.clone(), verdict, commit });
                pull.thread.note(at, Some(&author), what);
                Ok(())
            }
            Event::PullMerged { number, merge_commit, by, .. } => {
                self.merge_pull(at, *number, merge_commit, by)
            }
            Event::PullClosed { number, .. } => {
                let pull = self.pull(*number)?;
                let author = pull.thread.author.clone();
                pull.thread.closed_at = Some(at);
                pull.thread.note(at, Some(&author), TimelineKind::Closed(None));
                let head = pull.head.clone();
                self.no_longer_open(&head, *number);
                Ok(())
            }
            Event::PullReopened { number, .. } => self.reopen_pull(at, *number),
            _ => Ok(()),
        }
    }

    fn open_pull(&mut self, at: i64, event: &Event) -> Result<(), String> {
        let Event::PullOpened { number, author, title, body, base, head, draft, labels, .. } =
            event
        else {
            return Ok(());
        };
        self.is_free(*number)?;
        let head_oid = *self.branches.get(head).ok_or_else(|| no("branch", head))?;
        self.branches.get(base).ok_or_else(|| no("branch", base))?;
        let pull = PullRequest {
            thread: Thread::new(at, *number, author, title, body, labels),
            base: base.clone(),
            head: head.clone(),
            draft: *draft,
            base_oid: None,
            head_oid: Some(head_oid),
            merged_at: None,
            merged_by: None,
            merge_commit: None,
            commits: Vec::new(),
            reviews: Vec::new(),
            files: None,
        };
        self.pulls.insert(*number, pull);
        self.open_heads.entry(head.clone()).or_default().push(*number);
        self.compare_pull(*number, head_oid);
        Ok(())
    }

    fn reopen_pull(&mut self, at: i64, number: u32) -> Result<(), String> {
        let pull = self.pull(number)?;
        if pull.merged_at.is_some() || pull.thread.closed_at.is_none() {
            return Err(format!("pull request {number} is not closed, or merged"));
        }
        let (head, author) = (pull.head.clone(), pull.thread.author.clone());
        let tip = *self.branches.get(&head).ok_or_else(|| no("branch", &head))?;
        let pull = self.pull(number)?;
        pull.thread.closed_at = None;
        pull.thread.note(at, Some(&author), TimelineKind::Reopened);
        self.open_heads.entry(head).or_default().push(number);
        self.compare_pull(number, tip);
        Ok(())
    }

    fn merge_pull(&mut self, at: i64, number: u32, merge: &str, by: &str) -> Result<(), String> {
        let merge = self.graph.find(merge).ok_or_else(|| no("commit", &merge))?;
        let pull = self.pull(number)?;
        if pull.merged_at.is_some() {
            return Err(format!("pull request {number} is merged already"));
        }
        (pull.merged_at, pull.merged_by) = (Some(at), Some(by.to_owned()));
        pull.merge_commit = Some(merge);
        pull.thread.closed_at = Some(at);
        pull.thread.note(at, Some(by), TimelineKind::Merged);
        pull.thread.note(at, Some(by), TimelineKind::Closed(None));
        // Little happens to it from now on, and a history is mostly merged pull requests.
        pull.thread.timeline.shrink_to_fit();
        pull.reviews.shrink_to_fit();
        let (head, commits) = (pull.head.clone(), pull.commits.clone());
        self.no_longer_open(&head, number);
        // A rebase merge replays the commits on the base: the copies belong to the pull request.
        let mut replayed = Some(merge);
        for original in commits.iter().rev() {
            let Some(copy) = replayed else { break };
            let same = self.graph.get(copy).headline() == self.graph.get(*original).headline();
            if copy != merge && !same {
                break;
            }
            self.belongs(copy, number);
            let parents = &self.graph.get(copy).parents;
            replayed = if same && parents.len() == 1 { Some(parents[0]) } else { None };
        }
        self.belongs(merge, number);
        Ok(())
    }

    /// A branch got a new head: its open pull requests have new commits.
    pub(super) fn head_pushed(&mut self, at: i64, branch: &str, before: Option<u32>, after: u32) {
        for number in self.open_heads.get(branch).cloned().unwrap_or_default() {
            let forced = before.filter(|before| !self.graph.is_ancestor(*before, after));
            if let Some(pull) = self.pulls.get_mut(&number) {
                pull.thread.updated_at = at;
                if let Some(before) = forced {
                    let author = pull.thread.author.clone();
                    let what = TimelineKind::HeadRefForcePushed { before, after };
                    pull.thread.note(at, Some(&author), what);
                }
            }
            self.compare_pull(number, after);
        }
    }

    /// A branch was deleted: GitHub closes what is open on it and touches what was merged from it.
    pub(super) fn head_deleted(&mut self, at: i64, branch: &str) {
        for number in self.open_heads.remove(branch).unwrap_or_default() {
            if let Some(pull) = self.pulls.get_mut(&number) {
                pull.thread.closed_at = Some(at);
                pull.thread.note(at, None, TimelineKind::Closed(None));
            }
        }
        // Branch names are reused, so only the newest of the merged ones had this branch.
        let merged = |pull: &&mut PullRequest| pull.head == branch && pull.merged_at.is_some();
        if let Some(pull) = self.pulls.values_mut().rev().find(merged) {
            pull.thread.updated_at = at;
        }
    }

    /// Takes the commits that `head` has and the base lacks.
    fn compare_pull(&mut self, number: u32, head: u32) {
        let Some(pull) = self.pulls.get_mut(&number) else { return };
        let base = self.branches.get(&pull.base).copied();
        pull.commits = self.graph.range(base, head);
        (pull.head_oid, pull.base_oid) = (Some(head), base);
        for commit in pull.commits.clone() {
            self.belongs(commit, number);
        }
    }

    fn belongs(&mut self, commit: u32, number: u32) {
        let pulls = self.pulls_of_commit.entry(commit).or_default();
        if !pulls.contains(&number) {
            pulls.push(number);
        }
    }

    fn no_longer_open(&mut self, head: &str, number: u32) {
        if let Some(open) = self.open_heads.get_mut(head) {
            open.retain(|open| *open != number);
        }
    }

    fn pull(&mut self, number: u32) -> Result<&mut PullRequest, String> {
        self.pulls.get_mut(&number).ok_or_else(|| no("pull request", &number))
    }
}
