//! Ancestry in the commit graph: who contains whom, and what one commit has that another lacks.
//!
//! Decided by the graph and never by times. Generation numbers (a commit's is greater than its
//! parents') bound every walk to the commits between the two that are asked about.

use super::as_of::NextEdge;
use crate::domain::{CommitGraph, CommitIndex, Oid, Time};
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap, HashSet};

/// Marks a commit whose generation is being counted.
const IN_PROGRESS: u32 = u32::MAX;

/// A commit graph, prepared for questions of ancestry.
#[derive(Debug)]
pub(super) struct Ancestry<'a> {
    /// The graph.
    pub(super) graph: &'a CommitGraph,
    /// Where each commit's known parents start in `parents`; one more at the end.
    starts: Vec<usize>,
    parents: Vec<CommitIndex>,
    generations: Vec<u32>,
    /// Which commits were live before everything below them was forgotten; empty where nothing was.
    ground: Vec<bool>,
}

impl<'a> Ancestry<'a> {
    /// Prepares a graph.
    pub(super) fn of(graph: &'a CommitGraph) -> Ancestry<'a> {
        let mut starts = Vec::with_capacity(graph.len() + 1);
        let mut parents = Vec::with_capacity(graph.len());
        for commit in graph.commits() {
            starts.push(parents.len());
            parents.extend(commit.parents.iter().filter_map(|parent| graph.find(parent)));
        }
        starts.push(parents.len());
        let generations = Vec::new();
        let mut ancestry = Ancestry { graph, starts, parents, generations, ground: Vec::new() };
        ancestry.generations = ancestry.count_generations();
        ancestry.ground = ancestry.find_ground();
        ancestry
    }

    /// The commits of the frontier, and those that they contain.
    fn find_ground(&self) -> Vec<bool> {
        if self.graph.frontier().is_empty() {
            return Vec::new();
        }
        let mut ground = vec![false; self.graph.len()];
        for at in self.graph.frontier().iter().filter_map(|oid| self.graph.find(oid)) {
            self.walk(at, |commit| !std::mem::replace(&mut ground[commit as usize], true));
        }
        ground
    }

    /// Whether a commit was live before everything below it was forgotten.
    pub(super) fn is_ground(&self, commit: CommitIndex) -> bool {
        self.ground.get(commit as usize).copied().unwrap_or(false)
    }

    /// The known parents of a commit, in order.
    fn parents(&self, commit: CommitIndex) -> &[CommitIndex] {
        let at = commit as usize;
        &self.parents[self.starts[at]..self.starts[at + 1]]
    }

    fn generation(&self, commit: CommitIndex) -> u32 {
        self.generations[commit as usize]
    }

    /// Whether a commit merges others.
    pub(super) fn is_merge(&self, commit: CommitIndex) -> bool {
        self.graph.commit(commit).parents.len() >= 2
    }

    /// The first parent, if it is known.
    pub(super) fn first_parent(&self, commit: CommitIndex) -> Option<CommitIndex> {
        self.graph.commit(commit).parents.first().and_then(|parent| self.graph.find(parent))
    }

    /// Whether `commit` is `ancestor` or descends from it.
    pub(super) fn contains(&self, commit: CommitIndex, ancestor: CommitIndex) -> bool {
        let bound = self.generation(ancestor);
        if commit == ancestor {
            return true;
        }
        let mut seen = HashSet::new();
        let mut stack = vec![commit];
        while let Some(at) = stack.pop() {
            if at == ancestor {
                return true;
            }
            let above =
                |parent: &&CommitIndex| **parent == ancestor || self.generation(**parent) > bound;
            if self.generation(at) > bound {
                stack.extend(self.parents(at).iter().filter(above).filter(|at| seen.insert(**at)));
            }
        }
        false
    }

    /// Walks from a commit towards its ancestors, as far as `enter` says that a commit is new.
    pub(super) fn walk(&self, from: CommitIndex, mut enter: impl FnMut(CommitIndex) -> bool) {
        let mut stack: Vec<CommitIndex> =
            Some(from).filter(|from| enter(*from)).into_iter().collect();
        while let Some(at) = stack.pop() {
            stack.extend(self.parents(at).iter().filter(|parent| enter(**parent)));
        }
    }

    /// What `of` contains and `without` does not, descendants first; where `without` is forgotten,
    /// it contained nothing that is still there.
    pub(super) fn difference(
        &self,
        of: CommitIndex,
        without: impl Into<Option<CommitIndex>>,
    ) -> Difference<'_, 'a> {
        let mut difference = Difference {
            ancestry: self,
            queue: BinaryHeap::new(),
            wanted: HashMap::new(),
            open: 0,
        };
        without.into().into_iter().for_each(|without| difference.enter(without, false));
        difference.enter(of, true);
        difference
    }

    /// The default branch by first parents, newest first, as it stood at `t`: it starts at the
    /// newest commit that was committed by then. Notes when the later ones come.
    pub(super) fn branch(
        &self,
        head: Option<Oid>,
        t: Time,
        edge: &mut NextEdge,
    ) -> Vec<CommitIndex> {
        let mut branch = Vec::new();
        let mut next = head.and_then(|head| self.graph.find(&head));
        // A graph that claims to be its own ancestor is cut after each commit was seen once.
        for _ in 0..self.graph.len() {
            // What lies on the ground was shipped, and what it is made of may be forgotten.
            let Some(at) = next.filter(|at| !self.is_ground(*at)) else { break };
            let committed_at = self.graph.commit(at).committed_at;
            edge.note(committed_at);
            if committed_at <= t || !branch.is_empty() {
                branch.push(at);
            }
            next = self.first_parent(at);
        }
        branch
    }

    fn count_generations(&self) -> Vec<u32> {
        let mut generations = vec![0; self.graph.len()];
        let mut stack: Vec<(CommitIndex, usize)> = Vec::new();
        for root in 0..self.graph.len() {
            if generations[root] == 0 {
                generations[root] = IN_PROGRESS;
                stack.push((root as CommitIndex, 0));
            }
            while let Some((commit, next)) = stack.last_mut() {
                let parents = self.parents(*commit);
                if let Some(&parent) = parents.get(*next) {
                    *next += 1;
                    if generations[parent as usize] == 0 {
                        generations[parent as usize] = IN_PROGRESS;
                        stack.push((parent, 0));
                    }
                } else {
                    let known = parents.iter().map(|parent| generations[*parent as usize]);
                    let above = known.filter(|known| *known != IN_PROGRESS).max().unwrap_or(0);
                    generations[*commit as usize] = above + 1;
                    stack.pop();
                }
            }
        }
        generations
    }
}

/// Walks over what one commit contains and another does not.
///
/// Commits are visited by falling generation, so all descendants of a commit are known when its
/// turn comes; the walk ends when only commits that both contain are left.
#[derive(Debug)]
pub(super) struct Difference<'g, 'a> {
    ancestry: &'g Ancestry<'a>,
    queue: BinaryHeap<(u32, CommitIndex)>,
    wanted: HashMap<CommitIndex, bool>,
    /// How many wanted commits are in the queue.
    open: usize,
}

impl Difference<'_, '_> {
    fn enter(&mut self, commit: CommitIndex, wanted: bool) {
        match self.wanted.entry(commit) {
            Entry::Vacant(entry) => {
                entry.insert(wanted);
                self.queue.push((self.ancestry.generation(commit), commit));
                self.open += usize::from(wanted);
            }
            Entry::Occupied(mut entry) => {
                if !wanted && entry.insert(false) {
                    self.open = self.open.saturating_sub(1);
                }
            }
        }
    }
}

impl Iterator for Difference<'_, '_> {
    type Item = CommitIndex;

    fn next(&mut self) -> Option<CommitIndex> {
        while self.open > 0 {
            let (_, commit) = self.queue.pop()?;
            let wanted = self.wanted.get(&commit).copied().unwrap_or(false);
            self.open -= usize::from(wanted);
            let ancestry = self.ancestry;
            ancestry.parents(commit).iter().for_each(|parent| self.enter(*parent, wanted));
            if wanted {
                return Some(commit);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
