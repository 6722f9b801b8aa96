//! The lists inside facts, as JSON text: mirrors of domain types with short, stable names. What a
//! later version adds needs a default, so that older rows stay readable.

use super::malformed;
use delivery::domain::{
    Author, ChangeReference, ComponentName, DeploymentId, DeploymentMark, DeploymentState,
    DeploymentStatus, Headline, IncidentEvent, IncidentLink, IncidentTransition, Oid, Person,
    PullCommit, ReadinessEvent, RepositoryName, Reversion, Review, ReviewState, Time,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A domain type that has a mirror to be stored as.
pub(super) trait Mirrored: Sized {
    /// The mirror.
    type Mirror: Serialize + for<'a> Deserialize<'a>;
    /// The mirror of this value.
    fn mirror(&self) -> Self::Mirror;
    /// The value of a mirror; an error where it holds what was never written.
    fn from_mirror(mirror: Self::Mirror) -> Result<Self, sqlx::Error>;
}

/// A list as JSON text.
pub(super) fn write<T: Mirrored>(list: &[T]) -> Result<String, sqlx::Error> {
    let mirrors: Vec<T::Mirror> = list.iter().map(T::mirror).collect();
    serde_json::to_string(&mirrors).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// A list from its JSON text.
pub(super) fn read<T: Mirrored>(text: &str) -> Result<Vec<T>, sqlx::Error> {
    if text == "[]" {
        return Ok(Vec::new());
    }
    let mirrors: Vec<T::Mirror> =
        serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))?;
    mirrors.into_iter().map(T::from_mirror).collect()
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "DeploymentState", rename_all = "snake_case")]
enum DeploymentStateMirror {
    Success,
    Failure,
    Error,
    Inactive,
    Pending,
    Other,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StatusMirror {
    at: i64,
    #[serde(with = "DeploymentStateMirror")]
    state: DeploymentState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
}

impl Mirrored for DeploymentStatus {
    type Mirror = StatusMirror;

    fn mirror(&self) -> StatusMirror {
        let environment = self.environment.as_deref().map(str::to_owned);
        StatusMirror { at: self.at.0, state: self.state, environment }
    }

    fn from_mirror(mirror: StatusMirror) -> Result<DeploymentStatus, sqlx::Error> {
        let environment = mirror.environment.map(Arc::from);
        Ok(DeploymentStatus { at: Time(mirror.at), state: mirror.state, environment })
    }
}

/// What a deployment says of itself, by the kind of mark.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MarkMirror {
    Task(String),
    Payload(String, String),
}

impl Mirrored for DeploymentMark {
    type Mirror = MarkMirror;

    fn mirror(&self) -> MarkMirror {
        match self {
            DeploymentMark::Task(task) => MarkMirror::Task(task.to_string()),
            DeploymentMark::Payload(field, value) => {
                MarkMirror::Payload(field.to_string(), value.to_string())
            }
        }
    }

    fn from_mirror(mirror: MarkMirror) -> Result<DeploymentMark, sqlx::Error> {
        Ok(match mirror {
            MarkMirror::Task(task) => DeploymentMark::Task(Arc::from(task)),
            MarkMirror::Payload(field, value) => {
                DeploymentMark::Payload(Arc::from(field), Arc::from(value))
            }
        })
    }
}

impl Mirrored for ComponentName {
    type Mirror = String;

    fn mirror(&self) -> String {
        self.to_string()
    }

    fn from_mirror(mirror: String) -> Result<ComponentName, sqlx::Error> {
        Ok(Arc::from(mirror))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct PullCommitMirror {
    oid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authored: Option<i64>,
    headline: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    merge: bool,
}

impl Mirrored for PullCommit {
    type Mirror = PullCommitMirror;

    fn mirror(&self) -> PullCommitMirror {
        PullCommitMirror {
            oid: self.oid.to_string(),
            authored: self.authored_at.map(|at| at.0),
            headline: self.headline.0,
            merge: self.looks_like_merge,
        }
    }

    fn from_mirror(mirror: PullCommitMirror) -> Result<PullCommit, sqlx::Error> {
        Ok(PullCommit {
            oid: mirror.oid.parse::<Oid>().map_err(|error| malformed(error.to_string()))?,
            authored_at: mirror.authored.map(Time),
            headline: Headline(mirror.headline),
            looks_like_merge: mirror.merge,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ReadinessMirror {
    at: i64,
    ready: bool,
}

impl Mirrored for ReadinessEvent {
    type Mirror = ReadinessMirror;

    fn mirror(&self) -> ReadinessMirror {
        ReadinessMirror { at: self.at.0, ready: self.ready }
    }

    fn from_mirror(mirror: ReadinessMirror) -> Result<ReadinessEvent, sqlx::Error> {
        Ok(ReadinessEvent { at: Time(mirror.at), ready: mirror.ready })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ReviewState", rename_all = "snake_case")]
enum ReviewStateMirror {
    Approved,
    ChangesRequested,
    Commented,
    Dismissed,
    Other,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ReviewMirror {
    at: i64,
    #[serde(with = "ReviewStateMirror")]
    state: ReviewState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<u64>,
    #[serde(default, skip_serializing_if = "is_false")]
    bot: bool,
}

impl Mirrored for Review {
    type Mirror = ReviewMirror;

    fn mirror(&self) -> ReviewMirror {
        let person = self.author.person.map(|person| person.0);
        ReviewMirror { at: self.at.0, state: self.state, person, bot: self.author.is_bot }
    }

    fn from_mirror(mirror: ReviewMirror) -> Result<Review, sqlx::Error> {
        let author = Author { person: mirror.person.map(Person), is_bot: mirror.bot };
        Ok(Review { at: Time(mirror.at), state: mirror.state, author })
    }
}

/// A reference to something else, by what is told of it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReferenceMirror {
    Pull(u32),
    Commit(String),
    Deployment(u64),
    PullOf(u64, u32),
    CommitOf(u64, String),
}

impl ReferenceMirror {
    fn of(change: &ChangeReference) -> ReferenceMirror {
        match change {
            ChangeReference::Pull(number) => ReferenceMirror::Pull(*number),
            ChangeReference::Commit(prefix) => ReferenceMirror::Commit(prefix.to_string()),
        }
    }

    fn link(self) -> Result<IncidentLink, sqlx::Error> {
        Ok(match self {
            ReferenceMirror::Deployment(id) => IncidentLink::Deployment(DeploymentId(id)),
            ReferenceMirror::Pull(number) => IncidentLink::Change(ChangeReference::Pull(number)),
            ReferenceMirror::Commit(prefix) => IncidentLink::Change(commit(&prefix)?),
            ReferenceMirror::PullOf(name, number) => {
                IncidentLink::ChangeOf(RepositoryName(name), ChangeReference::Pull(number))
            }
            ReferenceMirror::CommitOf(name, prefix) => {
                IncidentLink::ChangeOf(RepositoryName(name), commit(&prefix)?)
            }
        })
    }
}

fn commit(prefix: &str) -> Result<ChangeReference, sqlx::Error> {
    let prefix = prefix.parse().map_err(|_| malformed("no abbreviated object id"))?;
    Ok(ChangeReference::Commit(prefix))
}

#[derive(Serialize, Deserialize)]
pub(super) struct ReversionMirror {
    of: ReferenceMirror,
    #[serde(default, skip_serializing_if = "is_false")]
    reapplies: bool,
}

impl Mirrored for Reversion {
    type Mirror = ReversionMirror;

    fn mirror(&self) -> ReversionMirror {
        ReversionMirror { of: ReferenceMirror::of(&self.of), reapplies: self.reapplies }
    }

    fn from_mirror(mirror: ReversionMirror) -> Result<Reversion, sqlx::Error> {
        match mirror.of.link()? {
            IncidentLink::Change(of) => Ok(Reversion { of, reapplies: mirror.reapplies }),
            IncidentLink::Deployment(_) | IncidentLink::ChangeOf(..) => {
                Err(malformed("a change that reverts no change of its repository"))
            }
        }
    }
}

impl Mirrored for IncidentLink {
    type Mirror = ReferenceMirror;

    fn mirror(&self) -> ReferenceMirror {
        match self {
            IncidentLink::Deployment(id) => ReferenceMirror::Deployment(id.0),
            IncidentLink::Change(change) => ReferenceMirror::of(change),
            IncidentLink::ChangeOf(name, ChangeReference::Pull(number)) => {
                ReferenceMirror::PullOf(name.0, *number)
            }
            IncidentLink::ChangeOf(name, ChangeReference::Commit(prefix)) => {
                ReferenceMirror::CommitOf(name.0, prefix.to_string())
            }
        }
    }

    fn from_mirror(mirror: ReferenceMirror) -> Result<IncidentLink, sqlx::Error> {
        mirror.link()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "IncidentTransition", rename_all = "snake_case")]
enum TransitionMirror {
    Resolved,
    Dismissed,
    Reopened,
}

#[derive(Serialize, Deserialize)]
pub(super) struct IncidentEventMirror {
    at: i64,
    #[serde(with = "TransitionMirror")]
    transition: IncidentTransition,
}

impl Mirrored for IncidentEvent {
    type Mirror = IncidentEventMirror;

    fn mirror(&self) -> IncidentEventMirror {
        IncidentEventMirror { at: self.at.0, transition: self.transition }
    }

    fn from_mirror(mirror: IncidentEventMirror) -> Result<IncidentEvent, sqlx::Error> {
        Ok(IncidentEvent { at: Time(mirror.at), transition: mirror.transition })
    }
}

/// Whether a flag is left out.
pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}
