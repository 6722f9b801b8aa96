use super::*;
use crate::domain::{Author, Commit, Headline, RepoId};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn id(number: usize) -> Oid {
    let mut bytes = [0; 20];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    Oid(bytes)
}

/// A graph in which commit n has the given parents.
fn graph(parents: &[Vec<usize>]) -> CommitGraph {
    let mut graph = CommitGraph::default();
    for (number, parents) in parents.iter().enumerate() {
        graph.insert(Commit {
            repo: RepoId(1),
            oid: id(number),
            parents: parents.iter().map(|parent| id(*parent)).collect(),
            authored_at: Time(0),
            committed_at: Time(0),
            headline: Headline(0),
            author: Author { person: None, is_bot: false },
            reverts: Vec::new(),
            hotfix: false,
        });
    }
    graph
}

fn difference(ancestry: &Ancestry<'_>, of: usize, without: usize) -> Vec<u32> {
    let mut difference: Vec<u32> = ancestry.difference(of as u32, without as u32).collect();
    difference.sort_unstable();
    difference
}

#[test]
fn containing_follows_all_parents_and_a_commit_contains_itself() {
    // 0 - 1 - 3 (merge of 2), 2 branches off 0; 4 is unrelated.
    let graph = graph(&[vec![], vec![0], vec![0], vec![1, 2], vec![]]);
    let ancestry = Ancestry::of(&graph);
    for (commit, ancestor, expected) in
        [(3, 0, true), (3, 2, true), (0, 3, false), (1, 2, false), (2, 2, true), (3, 4, false)]
    {
        assert_eq!(ancestry.contains(commit, ancestor), expected, "{commit} {ancestor}");
    }
    assert_eq!(difference(&ancestry, 3, 1), [2, 3]);
    assert_eq!(difference(&ancestry, 1, 3), []);
    assert_eq!(difference(&ancestry, 4, 3), [4]);
}

#[test]
fn parents_beyond_the_collected_horizon_end_a_walk_and_are_no_first_parents() {
    let graph = graph(&[vec![99], vec![98, 0]]);
    let ancestry = Ancestry::of(&graph);
    assert!(ancestry.contains(1, 0));
    assert_eq!(ancestry.first_parent(1), None);
    assert!(ancestry.is_merge(1));
}

#[test]
fn a_graph_that_claims_to_be_its_own_ancestor_is_survived() {
    let graph = graph(&[vec![2], vec![0], vec![1, 1]]);
    let ancestry = Ancestry::of(&graph);
    for commit in 0..3 {
        for other in 0..3 {
            ancestry.contains(commit, other);
            assert!(ancestry.difference(commit, other).count() <= 3);
        }
    }
    assert_eq!(ancestry.branch(Some(id(0)), Time(1), &mut NextEdge::after(Time(1))).len(), 3);
}

/// Parents of each commit among those before it.
fn histories() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let commits =
        prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..3), 1..24);
    commits.prop_map(|commits| {
        let before = |at: usize, parents: Vec<prop::sample::Index>| {
            let parents = parents.into_iter().filter(|_| at > 0);
            parents.map(|parent| parent.index(at)).collect()
        };
        commits.into_iter().enumerate().map(|(at, parents)| before(at, parents)).collect()
    })
}

proptest! {
    #[test]
    fn ancestry_agrees_with_the_sets_of_all_ancestors(parents in histories()) {
        let graph = graph(&parents);
        let ancestry = Ancestry::of(&graph);
        let mut contained: Vec<BTreeSet<u32>> = Vec::new();
        for (at, parents) in parents.iter().enumerate() {
            let mut set = BTreeSet::from([at as u32]);
            parents.iter().for_each(|parent| set.extend(&contained[*parent]));
            contained.push(set);
        }
        for (a, in_a) in contained.iter().enumerate() {
            for (b, in_b) in contained.iter().enumerate() {
                prop_assert_eq!(ancestry.contains(a as u32, b as u32), in_a.contains(&(b as u32)));
                let expected: Vec<u32> = in_a.difference(in_b).copied().collect();
                prop_assert_eq!(difference(&ancestry, a, b), expected);
            }
        }
    }
}
