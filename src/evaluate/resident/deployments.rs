//! Deployments, packed.

use super::bytes::{Names, Packer, Unpacker};
use super::packed::Packed;
use delivery::domain::{
    Deployment, DeploymentId, DeploymentMark, DeploymentState, DeploymentStatus, RepoId, Time,
};
use std::sync::Arc;

const STATES: [DeploymentState; 6] = [
    DeploymentState::Success,
    DeploymentState::Failure,
    DeploymentState::Error,
    DeploymentState::Inactive,
    DeploymentState::Pending,
    DeploymentState::Other,
];
/// Beside a status's state: it names an environment.
const NAMES_ENVIRONMENT: u8 = 8;

/// The deployments of one repository.
#[derive(Debug, Default)]
pub struct Deployments {
    packed: Packed<DeploymentId>,
    names: Names<Arc<str>>,
    succeeded: bool,
}

impl Deployments {
    /// Adds a deployment, or replaces the one with the same id.
    pub fn insert(&mut self, deployment: &Deployment) {
        let packed = self.pack(deployment);
        let replaced = self.packed.insert(deployment.id, packed);
        if first_success(&deployment.statuses).is_some() {
            self.succeeded = true;
        } else if replaced && self.succeeded {
            self.succeeded = self.first_succeeded_at().is_some();
        }
    }

    /// Removes deployments.
    pub fn forget(&mut self, gone: &[DeploymentId]) {
        gone.iter().for_each(|id| self.packed.remove(*id));
        self.succeeded = self.succeeded && self.first_succeeded_at().is_some();
    }

    /// Whether any was ever successful.
    pub fn ever_succeeded(&self) -> bool {
        self.succeeded
    }

    /// All of them, in order of id. Of the node id, by which collecting asks again, nothing is kept.
    pub fn all(&self, repo: RepoId) -> impl Iterator<Item = Deployment> {
        self.packed.iter().map(move |(id, packed)| self.unpack(repo, id, packed))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether one has this id.
    pub fn contains(&self, id: DeploymentId) -> bool {
        self.packed.contains(id)
    }

    /// When one first succeeded; absent where it is not here or never did.
    pub fn succeeded_at(&self, id: DeploymentId) -> Option<Time> {
        let deployment = self.unpack(RepoId(0), id, self.packed.get(id)?);
        first_success(&deployment.statuses)
    }

    /// When any of them first succeeded.
    pub fn first_succeeded_at(&self) -> Option<Time> {
        self.all(RepoId(0)).filter_map(|one| first_success(&one.statuses)).min()
    }

    fn pack(&mut self, deployment: &Deployment) -> Packer {
        let mut packer = Packer::default();
        packer.oid(deployment.sha);
        packer.number(self.names.place(&deployment.environment));
        packer.time(deployment.created_at, Time(0));
        packer.number(deployment.statuses.len() as u64);
        let mut near = deployment.created_at;
        for status in &deployment.statuses {
            let named = if status.environment.is_some() { NAMES_ENVIRONMENT } else { 0 };
            let state = STATES.iter().position(|state| *state == status.state);
            packer.byte(state.unwrap_or(STATES.len() - 1) as u8 | named);
            packer.time(status.at, near);
            near = status.at;
            if let Some(environment) = &status.environment {
                packer.number(self.names.place(environment));
            }
        }
        packer.number(deployment.marks.len() as u64);
        for mark in &deployment.marks {
            let (field, value) = match mark {
                DeploymentMark::Task(task) => (None, task),
                DeploymentMark::Payload(field, value) => (Some(field), value),
            };
            packer.number(field.map_or(0, |field| self.names.place(field) + 1));
            packer.number(self.names.place(value));
        }
        packer
    }

    fn unpack(&self, repo: RepoId, id: DeploymentId, mut unpacker: Unpacker<'_>) -> Deployment {
        let name = |place| self.names.name(place).unwrap_or_default();
        let sha = unpacker.oid();
        let environment = name(unpacker.number());
        let created_at = unpacker.time(Time(0));
        let mut near = created_at;
        let statuses = (0..unpacker.number()).map(|_| {
            let state = unpacker.byte();
            let at = unpacker.time(near);
            near = at;
            let named = state & NAMES_ENVIRONMENT != 0;
            let environment = named.then(|| name(unpacker.number()));
            let state = usize::from(state & !NAMES_ENVIRONMENT).min(STATES.len() - 1);
            DeploymentStatus { at, state: STATES[state], environment }
        });
        let statuses = statuses.collect();
        let marks = (0..unpacker.number()).map(|_| {
            let (field, value) = (unpacker.number(), name(unpacker.number()));
            match field.checked_sub(1) {
                None => DeploymentMark::Task(value),
                Some(field) => DeploymentMark::Payload(name(field), value),
            }
        });
        let marks = marks.collect();
        let node_id = Arc::default();
        Deployment { id, node_id, repo, sha, environment, created_at, marks, statuses }
    }
}

fn first_success(statuses: &[DeploymentStatus]) -> Option<Time> {
    let succeeded = statuses.iter().filter(|status| status.state == DeploymentState::Success);
    succeeded.map(|status| status.at).min()
}
