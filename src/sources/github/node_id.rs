//! The numbers of deployments. GitHub's schema gives them 32 bits and may leave them out, and they
//! have outgrown those; whoever names a deployment by its address names the whole number.

use super::releases::hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use delivery::domain::{DeploymentId, DeploymentSource, RepoId};
use serde_json::Value;

/// The id of a deployment: its number, else the number that its node id ends with, else one that is
/// made of the node id.
pub(super) fn deployment_id(repo: RepoId, number: Option<&Value>, node_id: &str) -> DeploymentId {
    let number = number.and_then(Value::as_u64).or_else(|| number_in(repo, node_id));
    let number = number.unwrap_or_else(|| hash(&[node_id]));
    DeploymentId::of(DeploymentSource::GitHubDeployments, number)
}

/// The number in a node id, in GitHub's older form (`010:Deployment123`, by base64) or its newer one
/// (`DE_`, then as MessagePack a version, the repository's number and its own, by base64).
fn number_in(repo: RepoId, node_id: &str) -> Option<u64> {
    if let Some((_, packed)) = node_id.split_once('_') {
        return match numbers(&unpacked(packed)?)?[..] {
            [_, home, number] if home == repo.0 => Some(number),
            _ => None,
        };
    }
    let text = String::from_utf8(unpacked(node_id)?).ok()?;
    let digits = text.trim_start_matches(|one: char| one.is_ascii_digit() || one == ':');
    digits.strip_prefix("Deployment")?.parse().ok()
}

/// What base64 stands for, in either alphabet.
fn unpacked(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    STANDARD_NO_PAD.decode(text).ok()
}

/// A list in MessagePack that holds nothing but whole numbers.
fn numbers(packed: &[u8]) -> Option<Vec<u64>> {
    let (first, mut rest) = packed.split_first()?;
    let elements = first.checked_sub(0x90).filter(|elements| (1..16).contains(elements))?;
    let mut numbers = Vec::new();
    for _ in 0..elements {
        let (kind, after) = rest.split_first()?;
        let width = match kind {
            0..=0x7f => {
                numbers.push(u64::from(*kind));
                rest = after;
                continue;
            }
            0xcc => 1,
            0xcd => 2,
            0xce => 4,
            0xcf => 8,
            _ => return None,
        };
        let (bytes, after) = after.split_at_checked(width)?;
        numbers.push(bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)));
        rest = after;
    }
    rest.is_empty().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_deployment_has_its_number_whatever_of_it_is_told() {
        for (number, node_id, expected) in [
            (json!(3_300_000_001_u64), "DE_kwDOAAAAB84AAAAq", 3_300_000_001),
            (Value::Null, "DE_kwDOAAAAB84AAAAq", 42),
            (Value::Null, "DE_kwDOAAAAB87EsvwB", 3_300_064_257),
            (Value::Null, "DE_kwDOAAAAB88AAAADxLL8AQ", 16_184_966_145),
            (Value::Null, "MDEwOkRlcGxveW1lbnQxMjM=", 123),
            // As a number of 32 bits that was overrun.
            (json!(-994_903_039), "DE_kwDOAAAAB84AAAAq", 42),
        ] {
            let id = deployment_id(RepoId(7), Some(&number), node_id);
            assert_eq!(id, DeploymentId(expected), "{number} {node_id}");
        }
    }

    #[test]
    fn a_node_id_of_no_known_form_still_tells_deployments_apart() {
        let forms = [
            "DE_1",
            "DE_2",
            "",
            "MDEwOg==",
            "MDQ6VXNlcjE=",
            "DE_kwDOAAAAB87EsvwBAA",
            "é_é",
            // Of another repository, if it were a list at all.
            "DE_kwDOMTA0ODc",
            "DE_kwDOMTE3Njc",
        ];
        let of_repo = |form: &&str| deployment_id(RepoId(7), None, form);
        let ids: Vec<DeploymentId> = forms.iter().map(of_repo).collect();
        for (place, id) in ids.iter().enumerate() {
            assert!(!ids[..place].contains(id), "{}", forms[place]);
            assert_eq!(id.source(), DeploymentSource::GitHubDeployments);
        }
    }
}
