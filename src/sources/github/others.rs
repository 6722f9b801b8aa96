//! The newest deployments that are not to production, as a probe shows them: they are no news, and
//! asking for them would cost what they are not worth.

use super::node_id::deployment_id;
use super::page::time;
use delivery::domain::{OtherDeployment, RepoId};
use serde_json::Value;
use std::sync::Arc;

/// Those of a probed repository. What cannot be read is left out: a page of the list tells it.
pub(super) fn others(
    node: &Value,
    repo: RepoId,
    is_production: impl Fn(&str) -> bool,
) -> Vec<OtherDeployment> {
    let nodes = node.pointer("/deployments/nodes").and_then(Value::as_array);
    let other = |deployment: &Value| {
        let name = |field: &str| deployment.get(field).and_then(Value::as_str);
        let present = name("environment");
        let environment = name("originalEnvironment").or(present)?;
        let is_other = !is_production(environment) && !present.is_some_and(&is_production);
        is_other.then_some(OtherDeployment {
            id: deployment_id(repo, deployment.get("databaseId"), name("id")?),
            repo,
            environment: Arc::from(environment),
            created_at: time(name("createdAt")?)?,
        })
    };
    nodes.into_iter().flatten().filter_map(other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::domain::{DeploymentId, Time};
    use serde_json::json;

    #[test]
    fn only_what_is_not_production_by_either_name_is_told() {
        let at = "2027-01-15T08:00:00Z";
        let node = json!({ "deployments": { "nodes": [
            { "id": "DE_5", "databaseId": 5, "createdAt": at, "environment": "prd", "originalEnvironment": "prd" },
            { "id": "DE_4", "databaseId": 4, "createdAt": at, "environment": "production",
              "originalEnvironment": "candidate" },
            { "id": "DE_3", "databaseId": 3, "createdAt": at, "environment": "moved",
              "originalEnvironment": "production" },
            { "createdAt": at, "environment": "staging" },
            { "id": "DE_1", "databaseId": 1, "createdAt": "soon", "environment": "staging" },
            null,
        ] } });
        let told = OtherDeployment {
            id: DeploymentId(5),
            repo: RepoId(7),
            environment: Arc::from("prd"),
            created_at: Time(1_800_000_000),
        };
        assert_eq!(others(&node, RepoId(7), |name| name == "production"), [told]);
        assert!(others(&json!({}), RepoId(7), |_| false).is_empty());
    }
}
