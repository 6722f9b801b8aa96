//! `Deployment` and `DeploymentStatus`.

use super::{Call, deployer, node_id, null, web};
use crate::graphql::connection::{Key, page};
use crate::graphql::exec::{Ctx, Node, Out};
use crate::state::{Deployment, Repository};

/// A deployment that got no status for this long is abandoned, seconds.
const ABANDONED_AFTER: i64 = 30 * 60;

pub(super) fn field<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    deployment: &'s Deployment,
    call: Call<'_>,
) -> Out<'s> {
    match call.name {
        "id" => node_id(&Node::Deployment(repo, deployment)).into(),
        "databaseId" => Out::int32(deployment.id),
        "commit" => {
            Out::Node(repo.graph.find(&deployment.sha).map(|commit| Node::Commit(repo, commit)))
        }
        "commitOid" => deployment.sha.clone().into(),
        "createdAt" => Out::time(deployment.created_at),
        "updatedAt" => Out::time(deployment.updated_at()),
        "creator" => deployer(),
        "environment" | "latestEnvironment" => deployment.environment.clone().into(),
        "originalEnvironment" => deployment.original_environment.clone().into(),
        "task" => deployment.task.clone().into(),
        "payload" => deployment.payload.clone().into(),
        "ref" => {
            let branch = deployment.branch.as_ref();
            let branch = branch.and_then(|branch| repo.branches.get_key_value(branch));
            Out::Node(branch.map(|(name, _)| Node::Ref(repo, name)))
        }
        "repository" => Out::node(Node::Repository(repo)),
        "state" => Out::Enum(state(deployment, ctx.now)),
        "latestStatus" => {
            let last = deployment.statuses.len().checked_sub(1);
            Out::Node(last.map(|last| Node::Status(repo, deployment, last)))
        }
        "statuses" => {
            // Newest first, as on the page of a deployment; clients are told nothing of an order.
            let statuses = deployment.statuses.iter().enumerate();
            let items = statuses.map(|(n, status)| (Key::at(status.at, n as u64), n)).collect();
            page(call.args, call.bounds, true, items, |n| Node::Status(repo, deployment, n))
        }
        _ => null(),
    }
}

/// The deployment's own state: a success is `ACTIVE` until it is superseded.
fn state(deployment: &Deployment, now: i64) -> String {
    match deployment.statuses.last().map(|status| status.state.as_str()) {
        Some("SUCCESS") => "ACTIVE".to_owned(),
        Some(other) => other.to_owned(),
        None if now - deployment.created_at > ABANDONED_AFTER => "ABANDONED".to_owned(),
        None => "PENDING".to_owned(),
    }
}

pub(super) fn status<'s>(
    repo: &'s Repository,
    deployment: &'s Deployment,
    index: usize,
    call: Call<'_>,
) -> Out<'s> {
    let Some(status) = deployment.statuses.get(index) else { return null() };
    match call.name {
        "id" => node_id(&Node::Status(repo, deployment, index)).into(),
        "createdAt" | "updatedAt" => Out::time(status.at),
        "creator" => deployer(),
        "deployment" => Out::node(Node::Deployment(repo, deployment)),
        "environment" => status.environment.clone().into(),
        "logUrl" => format!("{}/actions/runs/{}", web(repo), deployment.id).into(),
        "state" => Out::Enum(status.state.clone()),
        _ => null(),
    }
}
