//! The numbers of deployments. GitHub's schema gives them 32 bits and may leave them out, and they
//! have outgrown those; whoever names a deployment by its address names the whole number.

use super::releases::hash;
use delivery::domain::{DeploymentId, DeploymentSource};
use serde_json::Value;

/// The id of a deployment: its number, else the number that its node id ends with, else one that is
/// made of the node id.
pub(super) fn deployment_id(number: Option<&Value>, node_id: &str) -> DeploymentId {
    let number = number.and_then(Value::as_u64).or_else(|| number_in(node_id));
    let number = number.unwrap_or_else(|| hash(&[node_id]));
    DeploymentId::of(DeploymentSource::GitHubDeployments, number)
}

/// The number in a node id, in GitHub's older form (`010:Deployment123`, by base64) or its newer one
/// (`DE_`, then a list of numbers as MessagePack, by base64).
fn number_in(node_id: &str) -> Option<u64> {
    if let Some((_, packed)) = node_id.split_once('_') {
        return last_number(&unpacked(packed)?);
    }
    let text = String::from_utf8(unpacked(node_id)?).ok()?;
    let digits = text.trim_start_matches(|one: char| one.is_ascii_digit() || one == ':');
    digits.strip_prefix("Deployment")?.parse().ok()
}

/// What base64 stands for, in either alphabet.
fn unpacked(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0, 0_u32);
    for letter in text.trim_end_matches('=').bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        (bits, held) = (bits + 6, (held << 6 | u32::from(six)) & 0xffff);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    Some(bytes)
}

/// The last number of a list in MessagePack that holds nothing but whole numbers.
fn last_number(packed: &[u8]) -> Option<u64> {
    let (first, mut rest) = packed.split_first()?;
    let elements = first.checked_sub(0x90).filter(|elements| (1..16).contains(elements))?;
    let mut last = None;
    for _ in 0..elements {
        let (kind, after) = rest.split_first()?;
        let width = match kind {
            0..=0x7f => {
                (last, rest) = (Some(u64::from(*kind)), after);
                continue;
            }
            0xcc => 1,
            0xcd => 2,
            0xce => 4,
            0xcf => 8,
            _ => return None,
        };
        let (bytes, after) = after.split_at_checked(width)?;
        let number = bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
        (last, rest) = (Some(number), after);
    }
    last.filter(|_| rest.is_empty())
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
            let id = deployment_id(Some(&number), node_id);
            assert_eq!(id, DeploymentId(expected), "{number} {node_id}");
        }
    }

    #[test]
    fn a_node_id_of_no_known_form_still_tells_deployments_apart() {
        let forms =
            ["DE_1", "DE_2", "", "MDEwOg==", "MDQ6VXNlcjE=", "DE_kwDOAAAAB87EsvwBAA", "é_é"];
        let ids: Vec<DeploymentId> = forms.iter().map(|form| deployment_id(None, form)).collect();
        for (place, id) in ids.iter().enumerate() {
            assert!(!ids[..place].contains(id), "{}", forms[place]);
            assert_eq!(id.source(), DeploymentSource::GitHubDeployments);
        }
    }
}
