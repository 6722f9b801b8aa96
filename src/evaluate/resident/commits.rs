//! Commits in columns: parents are places, what is rare lies beside.

use super::bytes::reserve;
use delivery::domain::{
    Author, Commit, CommitGraph, Headline, Oid, Person, RepoId, Reversion, Time,
};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};

/// Where a commit has no such parent.
const NONE: u32 = u32::MAX;
/// How full the index may be, in eighths.
const FULL: usize = 7;

// What a commit has.
const IS_HELD: u8 = 1;
const HAS_PERSON: u8 = 2;
const IS_BOT: u8 = 4;
const IS_HOTFIX: u8 = 8;

/// The commits of one repository. A parent that is not held has a place, too, and nothing else.
#[derive(Debug, Default)]
pub struct Commits {
    ids: Vec<Oid>,
    /// The first two parents; merges of more are rare.
    parents: Vec<[u32; 2]>,
    further_parents: BTreeMap<u32, Box<[u32]>>,
    /// When it was authored and committed, in seconds since 1970.
    times: Vec<[u32; 2]>,
    /// Both times where one of them does not fit.
    odd_times: BTreeMap<u32, [Time; 2]>,
    headlines: Vec<u64>,
    people: Vec<u64>,
    marks: Vec<u8>,
    reverts: BTreeMap<u32, Box<[Reversion]>>,
    held: usize,
    index: Index,
    /// Below these everything is forgotten, whether they are held or not.
    frontier: BTreeSet<Oid>,
}

impl Commits {
    /// Adds a commit, or replaces the one with the same id.
    pub fn insert(&mut self, commit: &Commit) {
        let at = self.place(commit.oid);
        let mut places = commit.parents.iter().map(|parent| self.place(*parent));
        let parents = [places.next().unwrap_or(NONE), places.next().unwrap_or(NONE)];
        let further: Box<[u32]> = places.collect();
        if further.is_empty() {
            self.further_parents.remove(&at);
        } else {
            self.further_parents.insert(at, further);
        }
        if commit.reverts.is_empty() {
            self.reverts.remove(&at);
        } else {
            self.reverts.insert(at, commit.reverts.as_slice().into());
        }
        let marks = [
            (true, IS_HELD),
            (commit.author.person.is_some(), HAS_PERSON),
            (commit.author.is_bot, IS_BOT),
            (commit.hotfix, IS_HOTFIX),
        ];
        let place = at as usize;
        self.held += usize::from(self.marks[place] & IS_HELD == 0);
        self.parents[place] = parents;
        self.set_times(at, [commit.authored_at, commit.committed_at]);
        self.headlines[place] = commit.headline.0;
        self.people[place] = commit.author.person.map_or(0, |person| person.0);
        self.marks[place] = marks.iter().filter(|(has, _)| *has).map(|(_, mark)| mark).sum();
    }

    /// Notes that everything below a commit is forgotten.
    pub fn insert_frontier(&mut self, oid: Oid) {
        self.frontier.insert(oid);
    }

    /// The commits below which everything is forgotten.
    pub fn frontier(&self) -> &BTreeSet<Oid> {
        &self.frontier
    }

    /// Removes commits, and replaces the frontier that they leave behind.
    pub fn forget(&mut self, gone: &BTreeSet<Oid>, frontier: BTreeSet<Oid>) {
        if !gone.is_empty() {
            let mut left = Commits::default();
            let stay = self.held().filter(|at| !gone.contains(&self.ids[*at as usize]));
            // Whose they are is told when they are unpacked.
            stay.for_each(|at| left.insert(&self.commit(RepoId(0), at)));
            *self = left;
        }
        self.frontier = frontier;
    }

    /// How many commits are held.
    pub fn len(&self) -> usize {
        self.held
    }

    /// When a commit that is held was committed.
    pub fn committed_at(&self, oid: &Oid) -> Option<Time> {
        let at = self.index.find(oid, &self.ids)? as usize;
        (self.marks[at] & IS_HELD != 0).then(|| self.times(at as u32)[1])
    }

    /// Whether a commit is held.
    pub fn contains(&self, oid: &Oid) -> bool {
        self.committed_at(oid).is_some()
    }

    /// All held commits as a graph, with the frontier.
    pub fn graph(&self, repo: RepoId) -> CommitGraph {
        let mut graph = CommitGraph::default();
        self.held().for_each(|at| graph.insert(self.commit(repo, at)));
        self.frontier.iter().for_each(|oid| graph.insert_frontier(*oid));
        graph
    }

    /// The places of all held commits.
    fn held(&self) -> impl Iterator<Item = u32> {
        (0..self.ids.len() as u32).filter(|at| self.marks[*at as usize] & IS_HELD != 0)
    }

    fn commit(&self, repo: RepoId, at: u32) -> Commit {
        let place = at as usize;
        let further = self.further_parents.get(&at).into_iter().flatten();
        let parents = self.parents[place].iter().filter(|parent| **parent != NONE).chain(further);
        let [authored_at, committed_at] = self.times(at);
        let marks = self.marks[place];
        let person = (marks & HAS_PERSON != 0).then(|| Person(self.people[place]));
        Commit {
            repo,
            oid: self.ids[place],
            parents: parents.map(|parent| self.ids[*parent as usize]).collect(),
            authored_at,
            committed_at,
            headline: Headline(self.headlines[place]),
            author: Author { person, is_bot: marks & IS_BOT != 0 },
            reverts: self.reverts.get(&at).map_or_else(Vec::new, |reverts| reverts.to_vec()),
            hotfix: marks & IS_HOTFIX != 0,
        }
    }

    fn set_times(&mut self, at: u32, times: [Time; 2]) {
        let seconds = times.map(|time| u32::try_from(time.0).ok());
        if let [Some(authored), Some(committed)] = seconds {
            self.times[at as usize] = [authored, committed];
            self.odd_times.remove(&at);
        } else {
            self.odd_times.insert(at, times);
        }
    }

    fn times(&self, at: u32) -> [Time; 2] {
        let seconds = self.times[at as usize].map(|seconds| Time(i64::from(seconds)));
        self.odd_times.get(&at).copied().unwrap_or(seconds)
    }

    /// The place of an id, which is given one if it has none.
    fn place(&mut self, oid: Oid) -> u32 {
        if let Some(at) = self.index.find(&oid, &self.ids) {
            return at;
        }
        let at = self.ids.len() as u32;
        push(&mut self.ids, oid);
        push(&mut self.parents, [NONE; 2]);
        push(&mut self.times, [0; 2]);
        push(&mut self.headlines, 0);
        push(&mut self.people, 0);
        push(&mut self.marks, 0);
        self.index.insert(at, &self.ids);
        at
    }
}

fn push<T>(column: &mut Vec<T>, value: T) {
    reserve(column, 1);
    column.push(value);
}

/// Finds places by id: four bytes each, since the ids are elsewhere already.
#[derive(Debug, Default)]
struct Index {
    /// A power of two of slots, probed one after the other.
    slots: Vec<u32>,
    hasher: RandomState,
}

impl Index {
    fn find(&self, oid: &Oid, ids: &[Oid]) -> Option<u32> {
        let at = self.slots.get(self.slot(oid, ids)).copied()?;
        (at != NONE).then_some(at)
    }

    /// Adds the last of `ids`.
    fn insert(&mut self, at: u32, ids: &[Oid]) {
        if ids.len() * 8 > self.slots.len() * FULL {
            self.slots = vec![NONE; (ids.len() * 8 / FULL + 1).next_power_of_two()];
            for (place, oid) in (0..at).zip(ids) {
                let slot = self.slot(oid, ids);
                self.slots[slot] = place;
            }
        }
        let slot = self.slot(&ids[at as usize], ids);
        self.slots[slot] = at;
    }

    /// The slot of an id: its own, or the free one where it would be.
    fn slot(&self, oid: &Oid, ids: &[Oid]) -> usize {
        let Some(mask) = self.slots.len().checked_sub(1) else { return 0 };
        let mut slot = self.hasher.hash_one(oid) as usize & mask;
        while self.slots[slot] != NONE && ids[self.slots[slot] as usize] != *oid {
            slot = (slot + 1) & mask;
        }
        slot
    }
}
