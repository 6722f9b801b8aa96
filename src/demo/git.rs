//! Commits as people and GitHub make them: on branches, and at the three kinds of merge.

use super::estate::MergeStyle;
use super::random::{Random, fingerprint};
use github_sim::event::{NewCommit, RepoId};

/// A commit of `repo` under an id that its content determines.
pub(super) fn commit(
    repo: RepoId,
    parents: Vec<String>,
    times: (i64, i64),
    author: Option<String>,
    message: String,
) -> NewCommit {
    let (authored_at, committed_at) = times;
    let content = format!("{repo} {parents:?} {authored_at} {committed_at} {author:?} {message}");
    NewCommit { oid: oid(&content), parents, authored_at, committed_at, author, message }
}

/// What a merge brings to the base branch.
pub(super) struct Landing<'a> {
    pub(super) repo: RepoId,
    pub(super) style: MergeStyle,
    /// The base branch's head.
    pub(super) base: &'a str,
    /// The head branch's head.
    pub(super) head: &'a str,
    /// The head branch's own commits, oldest first.
    pub(super) commits: &'a [NewCommit],
    pub(super) at: i64,
    pub(super) by: Option<String>,
    pub(super) number: u32,
    pub(super) title: &'a str,
    pub(super) branch: &'a str,
}

/// The commits that a merge adds to the base branch; the last of them is the merge's.
pub(super) fn land(landing: &Landing<'_>) -> Vec<NewCommit> {
    let Landing { repo, at, number, title, .. } = *landing;
    let now = (at, at);
    match landing.style {
        MergeStyle::Merge => {
            let message =
                format!("Merge pull request #{number} from acme/{}\n\n{title}", landing.branch);
            let parents = vec![landing.base.to_owned(), landing.head.to_owned()];
            vec![commit(repo, parents, now, landing.by.clone(), message)]
        }
        MergeStyle::Rebase if !landing.commits.is_empty() => replay(landing),
        MergeStyle::Squash | MergeStyle::Rebase => {
            let mut message = format!("{title} (#{number})");
            let author = landing.commits.first().and_then(|first| first.author.clone());
            if let [only] = landing.commits {
                // GitHub keeps a single commit's body, as that of a revert.
                let body = only.message.split_once('\n').map_or("", |(_, body)| body);
                if !body.is_empty() {
                    message = format!("{message}\n{body}");
                }
            } else {
                for part in landing.commits {
                    message.push_str(&format!("\n\n* {}", headline(&part.message)));
                }
            }
            vec![commit(repo, vec![landing.base.to_owned()], now, author, message)]
        }
    }
}

/// The branch's commits again on top of the base: other ids, the same authored times and messages.
/// Merges from the base into the branch are left out, as git does.
fn replay(landing: &Landing<'_>) -> Vec<NewCommit> {
    let mut parent = landing.base.to_owned();
    let mut replayed = Vec::new();
    for original in landing.commits.iter().filter(|commit| commit.parents.len() == 1) {
        let times = (original.authored_at, landing.at);
        let (author, message) = (original.author.clone(), original.message.clone());
        let again = commit(landing.repo, vec![std::mem::take(&mut parent)], times, author, message);
        parent.clone_from(&again.oid);
        replayed.push(again);
    }
    replayed
}

/// A message's first line.
pub(super) fn headline(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

/// 40 hexadecimal digits of `content`.
fn oid(content: &str) -> String {
    let mut random = Random::new(fingerprint(content.as_bytes()));
    let (a, b, c) = (random.bits(), random.bits(), random.bits());
    format!("{a:016x}{b:016x}{:08x}", c >> 32)
}
