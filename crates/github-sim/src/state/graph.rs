//! A repository's commits. Indices follow arrival, so a parent's index is below its children's.

use crate::event::NewCommit;
use std::collections::{BinaryHeap, HashMap, HashSet};

/// A commit of the graph.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) oid: String,
    pub(crate) parents: Vec<u32>,
    pub(crate) authored_at: i64,
    pub(crate) committed_at: i64,
    pub(crate) author: Option<String>,
    pub(crate) message: String,
    /// Garbage-collected: it is in nobody's answer any more.
    pub(crate) lost: bool,
}

impl Commit {
    pub(crate) fn headline(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// The message without its first line and the blank one after it.
    pub(crate) fn body(&self) -> &str {
        self.message.split_once('\n').map_or("", |(_, rest)| rest.trim_start_matches('\n'))
    }
}

/// A commit id's bytes: as text, every id would lie in memory twice as large.
type Key = [u8; 20];

/// The bytes of 40 lower-case hexadecimal digits.
fn key(oid: &str) -> Option<Key> {
    if oid.len() != 40 || !oid.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut key = Key::default();
    for (place, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(oid.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(key)
}

/// All commits that were ever pushed to a repository.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    commits: Vec<Commit>,
    index: HashMap<Key, u32>,
}

impl Graph {
    pub(crate) fn len(&self) -> usize {
        self.commits.len()
    }

    pub(crate) fn get(&self, commit: u32) -> &Commit {
        &self.commits[commit as usize]
    }

    /// The index of a commit that still resolves.
    pub(crate) fn find(&self, oid: &str) -> Option<u32> {
        let found = *self.index.get(&key(oid)?)?;
        (!self.get(found).lost).then_some(found)
    }

    /// The only commit whose id begins so, as revision expressions may shorten it.
    pub(crate) fn find_short(&self, prefix: &str) -> Option<u32> {
        if prefix.len() < 4 || !prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut found =
            self.commits.iter().zip(0..).filter(|(commit, _)| commit.oid.starts_with(prefix));
        let (commit, place) = found.next()?;
        (found.next().is_none() && !commit.lost).then_some(place)
    }

    /// Adds a commit unless it is known.
    ///
    /// # Errors
    /// What is wrong with the commit.
    pub(crate) fn add(&mut self, new: &NewCommit) -> Result<(), String> {
        let Some(own) = key(&new.oid) else {
            return Err(format!("commit id {:?} needs 40 lower-case hexadecimal digits", new.oid));
        };
        if let Some(known) = self.index.get(&own) {
            self.commits[*known as usize].lost = false;
            return Ok(());
        }
        let parents = new.parents.iter().map(|oid| {
            key(oid).and_then(|oid| self.index.get(&oid).copied()).ok_or_else(|| {
                format!("commit {} has the unknown parent {oid}; push parents first", new.oid)
            })
        });
        let commit = Commit {
            oid: new.oid.clone(),
            parents: parents.collect::<Result<_, _>>()?,
            authored_at: new.authored_at,
            committed_at: new.committed_at,
            author: new.author.clone(),
            message: new.message.clone(),
            lost: false,
        };
        self.index.insert(own, self.commits.len() as u32);
        self.commits.push(commit);
        Ok(())
    }

    pub(crate) fn lose(&mut self, oid: &str) {
        if let Some(commit) = key(oid).and_then(|oid| self.index.get(&oid)) {
            self.commits[*commit as usize].lost = true;
        }
    }

    /// Whether `ancestor` is `of` or one of its ancestors.
    pub(crate) fn is_ancestor(&self, ancestor: u32, of: u32) -> bool {
        let mut seen = HashSet::from([of]);
        let mut open = vec![of];
        while let Some(commit) = open.pop() {
            if commit == ancestor {
                return true;
            }
            // An ancestor arrived before its descendants, so nothing below it can lead there.
            let parents = self.get(commit).parents.iter().filter(|parent| **parent >= ancestor);
            open.extend(parents.filter(|parent| seen.insert(**parent)));
        }
        false
    }

    /// The commits reachable from `head` and not from `base`, oldest arrival first.
    pub(crate) fn range(&self, base: Option<u32>, head: u32) -> Vec<u32> {
        let mut heap = BinaryHeap::from([(head, false)]);
        heap.extend(base.map(|base| (base, true)));
        let mut wanted = 1usize;
        let mut range = Vec::new();
        // Highest index first: when a commit is popped, all its descendants have been.
        while wanted > 0 {
            let Some((commit, mut of_base)) = heap.pop() else { break };
            wanted -= usize::from(!of_base);
            while let Some((same, flag)) = heap.peek().copied() {
                if same != commit {
                    break;
                }
                heap.pop();
                wanted -= usize::from(!flag);
                of_base |= flag;
            }
            if !of_base {
                range.push(commit);
                wanted += self.get(commit).parents.len();
            }
            heap.extend(self.get(commit).parents.iter().map(|parent| (*parent, of_base)));
        }
        range.reverse();
        range
    }

    /// All commits reachable from `head` in the order of `git log --date-order`: newest commit
    /// time first, no parent before its children.
    pub(crate) fn log(&self, head: u32) -> Vec<u32> {
        let mut children: HashMap<u32, u32> = HashMap::from([(head, 0)]);
        let mut open = vec![head];
        while let Some(commit) = open.pop() {
            for parent in &self.get(commit).parents {
                let known = children.entry(*parent).or_insert_with(|| {
                    open.push(*parent);
                    0
                });
                *known += 1;
            }
        }
        let mut ready = BinaryHeap::from([(self.get(head).committed_at, head)]);
        let mut log = Vec::with_capacity(children.len());
        while let Some((_, commit)) = ready.pop() {
            log.push(commit);
            for parent in &self.get(commit).parents {
                if let Some(left) = children.get_mut(parent) {
                    *left -= 1;
                    if *left == 0 {
                        ready.push((self.get(*parent).committed_at, *parent));
                    }
                }
            }
        }
        log
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn oid(n: u8) -> String {
        format!("{n:040x}")
    }

    fn graph(commits: &[(u8, &[u8], i64)]) -> Graph {
        let mut graph = Graph::default();
        for (n, parents, at) in commits {
            let parents = parents.iter().map(|parent| oid(*parent)).collect();
            let (authored_at, committed_at) = (*at, *at);
            let message = String::new();
            let author = None;
            let oid = oid(*n);
            let new = NewCommit { oid, parents, authored_at, committed_at, author, message };
            graph.add(&new).unwrap();
        }
        graph
    }

    fn ids(graph: &Graph, commits: Vec<u32>) -> Vec<u8> {
        let id = |commit: &u32| u8::from_str_radix(&graph.get(*commit).oid[38..], 16).unwrap();
        commits.iter().map(id).collect()
    }

    #[test]
    fn the_log_goes_by_commit_time_and_never_shows_a_parent_first() {
        // 3 is a parent with a clock in the future; 5 merges 2's and 4's lines.
        let graph =
            graph(&[(1, &[], 10), (3, &[1], 90), (2, &[1], 20), (4, &[3], 30), (5, &[2, 4], 40)]);
        let head = graph.find(&oid(5)).unwrap();
        assert_eq!(ids(&graph, graph.log(head)), [5, 4, 3, 2, 1]);
    }

    #[test]
    fn a_range_leaves_out_what_the_base_reaches() {
        let graph =
            graph(&[(1, &[], 1), (2, &[1], 2), (3, &[1], 3), (4, &[2, 3], 4), (5, &[3], 5)]);
        let (base, head) = (graph.find(&oid(4)), graph.find(&oid(5)).unwrap());
        assert_eq!(ids(&graph, graph.range(base, head)), [5]);
        assert_eq!(ids(&graph, graph.range(None, head)), [1, 3, 5]);
        assert!(graph.range(Some(head), head).is_empty());
    }

    #[test]
    fn an_unknown_parent_is_refused() {
        let mut graph = Graph::default();
        let new = NewCommit {
            oid: oid(1),
            parents: vec![oid(9)],
            authored_at: 0,
            committed_at: 0,
            author: None,
            message: String::new(),
        };
        assert!(graph.add(&new).unwrap_err().contains("unknown parent"));
    }
}
