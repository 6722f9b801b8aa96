//! What things are called: identifiers that survive renames, and names that people read.

use super::RepositoryName;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A repository's database id at its host: it survives renames and transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoId(pub u64);

impl RepoId {
    /// Under what the progress and the cursor of a source of incidents are kept that lives in no
    /// repository. Hosts count their ids from 1 and never reach the highest bit.
    pub fn of_source(name: &str) -> RepoId {
        RepoId(RepositoryName::of(name).0 | 1 << 63)
    }
}

/// A deployment's numeric id, unique at its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeploymentId(pub u64);

/// A pull request's number within its repository.
pub type PullNumber = u32;

/// An incident's id, unique over all sources: `github:<issue database id>`, and
/// `<source>:<the source's own id>` where a source of its own tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentId(pub Arc<str>);

impl IncidentId {
    /// The name of the source that tells it.
    pub fn source(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }
}

/// A person, as a keyed hash of the login; the key never leaves the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub u64);

/// A component's own name; the empty name is the repository's only component, which is shown
/// under the repository's name and so follows its renames.
pub type ComponentName = Arc<str>;

/// A team's name as the label `team` shows it.
pub type TeamName = Arc<str>;

/// The unit that is deployed and owned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId {
    /// The repository it lives in.
    pub repo: RepoId,
    /// Its name within the repository; empty for a whole repository.
    pub name: ComponentName,
}

impl ComponentId {
    /// The component that is the whole repository.
    pub fn whole(repo: RepoId) -> ComponentId {
        ComponentId { repo, name: Arc::from("") }
    }
}

/// A Git object id (SHA-1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(pub [u8; 20]);

/// Text that is no Git object id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOidError;

impl fmt::Display for ParseOidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not a Git object id: expected 40 hexadecimal digits (7 to 40 where abbreviated)",
        )
    }
}

impl std::error::Error for ParseOidError {}

impl FromStr for Oid {
    type Err = ParseOidError;

    fn from_str(text: &str) -> Result<Oid, ParseOidError> {
        let prefix = OidPrefix::from_str(text)?;
        if prefix.digits == 40 { Ok(Oid(prefix.bytes)) } else { Err(ParseOidError) }
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A Git object id as people write it: 7 to 40 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OidPrefix {
    bytes: [u8; 20],
    digits: u8,
}

impl OidPrefix {
    /// Whether `oid` starts with these digits.
    pub fn matches(&self, oid: &Oid) -> bool {
        let whole = usize::from(self.digits / 2);
        self.bytes[..whole] == oid.0[..whole]
            && (self.digits.is_multiple_of(2) || self.bytes[whole] >> 4 == oid.0[whole] >> 4)
    }

    /// The smallest object id with these digits: where a search in sorted ids starts.
    pub fn lowest(&self) -> Oid {
        Oid(self.bytes)
    }
}

impl From<Oid> for OidPrefix {
    fn from(oid: Oid) -> OidPrefix {
        OidPrefix { bytes: oid.0, digits: 40 }
    }
}

impl FromStr for OidPrefix {
    type Err = ParseOidError;

    fn from_str(text: &str) -> Result<OidPrefix, ParseOidError> {
        if !(7..=40).contains(&text.len()) {
            return Err(ParseOidError);
        }
        let mut bytes = [0u8; 20];
        for (at, digit) in text.chars().enumerate() {
            let value = digit.to_digit(16).ok_or(ParseOidError)? as u8;
            bytes[at / 2] |= if at % 2 == 0 { value << 4 } else { value };
        }
        Ok(OidPrefix { bytes, digits: text.len() as u8 })
    }
}

impl fmt::Display for OidPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Oid(self.bytes).to_string();
        f.write_str(&text[..usize::from(self.digits)])
    }
}

impl fmt::Debug for OidPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn object_ids_are_read_and_written_as_hexadecimal() {
        let text = "0123456789abcdef0123456789abcdef01234567";
        let oid: Oid = text.parse().unwrap();
        assert_eq!(oid.to_string(), text);
        assert!("0123".parse::<Oid>().is_err());
        assert!("é123456".parse::<OidPrefix>().is_err());
        assert!("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<Oid>().is_err());
    }

    #[test]
    fn an_abbreviated_id_matches_by_its_digits_only() {
        let oid: Oid = "0123456789abcdef0123456789abcdef01234567".parse().unwrap();
        assert!("0123456".parse::<OidPrefix>().unwrap().matches(&oid));
        assert!("01234567".parse::<OidPrefix>().unwrap().matches(&oid));
        assert!(!"0123457".parse::<OidPrefix>().unwrap().matches(&oid));
        assert!("012345".parse::<OidPrefix>().is_err());
        assert_eq!("0123456".parse::<OidPrefix>().unwrap().to_string(), "0123456");
    }
}
