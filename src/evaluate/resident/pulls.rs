//! Merged pull requests, packed.

use super::bytes::{Names, Packer, Unpacker};
use super::packed::Packed;
use delivery::domain::{
    ComponentName, Headline, Oid, Person, PullCommit, PullNumber, PullRequest, ReadinessEvent,
    RepoId, Review, ReviewState, Time,
};

const STATES: [ReviewState; 5] = [
    ReviewState::Approved,
    ReviewState::ChangesRequested,
    ReviewState::Commented,
    ReviewState::Dismissed,
    ReviewState::Other,
];

// What a pull request has.
const IS_HOTFIX: u8 = 1;
const HAS_MERGE_COMMIT: u8 = 2;
const HAS_HEAD: u8 = 4;
/// Its head is its last commit, as it mostly is.
const ENDS_WITH_HEAD: u8 = 8;
const HAS_COMPONENTS: u8 = 16;

// What one of its commits has.
const IS_AUTHORED: u8 = 1;
const LOOKS_LIKE_MERGE: u8 = 2;

/// The pull requests of one repository.
#[derive(Debug, Default)]
pub struct Pulls {
    packed: Packed<PullNumber>,
    names: Names<ComponentName>,
    people: Names<Person>,
}

impl Pulls {
    /// Adds a pull request, or replaces the one with the same number.
    pub fn insert(&mut self, pull: &PullRequest) {
        let packed = self.pack(pull);
        self.packed.insert(pull.number, packed);
    }

    /// Removes pull requests.
    pub fn forget(&mut self, gone: &[PullNumber]) {
        gone.iter().for_each(|number| self.packed.remove(*number));
    }

    /// Whether one has this number.
    pub fn contains(&self, number: PullNumber) -> bool {
        self.packed.contains(number)
    }

    /// All of them, in order of number.
    pub fn all(&self, repo: RepoId) -> impl Iterator<Item = PullRequest> {
        self.packed.iter().map(move |(number, packed)| self.unpack(repo, number, packed))
    }

    /// The one of that number.
    pub fn get(&self, repo: RepoId, number: PullNumber) -> Option<PullRequest> {
        Some(self.unpack(repo, number, self.packed.get(number)?))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    fn pack(&mut self, pull: &PullRequest) -> Packer {
        let mut packer = Packer::default();
        let last = pull.commits.last().map(|commit| commit.oid);
        let ends_with_head = pull.head.is_some() && pull.head == last;
        let marks = [
            (pull.hotfix, IS_HOTFIX),
            (pull.merge_commit.is_some(), HAS_MERGE_COMMIT),
            (pull.head.is_some() && !ends_with_head, HAS_HEAD),
            (ends_with_head, ENDS_WITH_HEAD),
            (pull.components.is_some(), HAS_COMPONENTS),
        ];
        packer.byte(marks.iter().filter(|(has, _)| *has).map(|(_, mark)| mark).sum());
        packer.author(pull.author, &mut self.people);
        packer.time(pull.opened_at, Time(0));
        packer.time(pull.merged_at, pull.opened_at);
        let ids = pull.merge_commit.into_iter().chain(pull.head.filter(|_| !ends_with_head));
        ids.for_each(|oid| packer.oid(oid));
        packer.number(pull.commits.len() as u64);
        for commit in &pull.commits {
            let authored = if commit.authored_at.is_some() { IS_AUTHORED } else { 0 };
            packer.byte(authored | if commit.looks_like_merge { LOOKS_LIKE_MERGE } else { 0 });
            packer.oid(commit.oid);
            packer.hash(commit.headline.0);
            commit.authored_at.into_iter().for_each(|at| packer.time(at, pull.opened_at));
        }
        packer.number(pull.readiness.len() as u64);
        for event in &pull.readiness {
            packer.byte(u8::from(event.ready));
            packer.time(event.at, pull.opened_at);
        }
        packer.number(pull.reviews.len() as u64);
        for review in &pull.reviews {
            let state = STATES.iter().position(|state| *state == review.state);
            packer.byte(state.unwrap_or(STATES.len() - 1) as u8);
            packer.time(review.at, pull.opened_at);
            packer.author(review.author, &mut self.people);
        }
        packer.reversions(&pull.reverts);
        let sizes = [pull.additions, pull.deletions, pull.changed_files];
        sizes.into_iter().for_each(|size| packer.number(u64::from(size)));
        if let Some(components) = &pull.components {
            packer.number(components.len() as u64);
            components.iter().for_each(|name| packer.number(self.names.place(name)));
        }
        packer
    }

    fn unpack(&self, repo: RepoId, number: PullNumber, mut unpacker: Unpacker<'_>) -> PullRequest {
        let unpacker = &mut unpacker;
        let marks = unpacker.byte();
        let author = unpacker.author(&self.people);
        let opened_at = unpacker.time(Time(0));
        let merged_at = unpacker.time(opened_at);
        let merge_commit = (marks & HAS_MERGE_COMMIT != 0).then(|| unpacker.oid());
        let own_head = (marks & HAS_HEAD != 0).then(|| unpacker.oid());
        let commits: Vec<PullCommit> =
            (0..unpacker.number()).map(|_| unpack_commit(unpacker, opened_at)).collect();
        let last = || commits.last().map(|commit| commit.oid).unwrap_or(Oid([0; 20]));
        let head = own_head.or_else(|| (marks & ENDS_WITH_HEAD != 0).then(last));
        let readiness = (0..unpacker.number()).map(|_| {
            let ready = unpacker.byte() != 0;
            ReadinessEvent { at: unpacker.time(opened_at), ready }
        });
        let readiness = readiness.collect();
        let reviews = (0..unpacker.number()).map(|_| {
            let state = usize::from(unpacker.byte()).min(STATES.len() - 1);
            let at = unpacker.time(opened_at);
            Review { at, state: STATES[state], author: unpacker.author(&self.people) }
        });
        let reviews = reviews.collect();
        let reverts = unpacker.reversions();
        let [additions, deletions, changed_files] = [(); 3].map(|()| unpacker.number() as u32);
        let components = (marks & HAS_COMPONENTS != 0).then(|| {
            (0..unpacker.number()).filter_map(|_| self.names.name(unpacker.number())).collect()
        });
        PullRequest {
            repo,
            number,
            author,
            opened_at,
            merged_at,
            merge_commit,
            head,
            commits,
            readiness,
            reviews,
            reverts,
            hotfix: marks & IS_HOTFIX != 0,
            additions,
            deletions,
            changed_files,
            components,
        }
    }
}

fn unpack_commit(unpacker: &mut Unpacker<'_>, near: Time) -> PullCommit {
    let marks = unpacker.byte();
    let oid = unpacker.oid();
    let headline = Headline(unpacker.hash());
    let authored_at = (marks & IS_AUTHORED != 0).then(|| unpacker.time(near));
    PullCommit { oid, authored_at, headline, looks_like_merge: marks & LOOKS_LIKE_MERGE != 0 }
}
