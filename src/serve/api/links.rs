//! Links to what a host shows of a fact.

use crate::evaluate::{RepositoryPlace, WebAddresses};
use delivery::domain::{Oid, Time};
use delivery::ledger::ChangeId;

/// Makes links to the pages of a repository.
#[derive(Clone, Debug)]
pub struct Links {
    /// The repository's page; absent where its host is not configured any more.
    base: Option<String>,
}

impl Links {
    /// Links to a repository.
    pub fn to(place: &RepositoryPlace, web: &WebAddresses) -> Links {
        let host = web.get(&*place.host);
        Links { base: host.map(|host| format!("{host}/{}", path(&place.full_name))) }
    }

    /// The repository itself.
    pub fn repository(&self) -> Option<String> {
        self.base.clone()
    }

    /// The deployments to an environment; hosts show none alone.
    pub fn environment(&self, environment: &str) -> Option<String> {
        self.below(&format!("deployments/{}", segment(environment)))
    }

    /// A commit.
    pub fn commit(&self, sha: &Oid) -> Option<String> {
        self.below(&format!("commit/{sha}"))
    }

    /// A change.
    pub fn change(&self, change: ChangeId) -> Option<String> {
        match change {
            ChangeId::Pull(number) => self.below(&format!("pull/{number}")),
            ChangeId::Commit(sha) => self.commit(&sha),
        }
    }

    /// An issue.
    pub fn issue(&self, number: u64) -> Option<String> {
        self.below(&format!("issues/{number}"))
    }

    /// The issues that were opened in a second, for an incident that was read before addresses of
    /// issues were kept: two in one second are rare.
    pub fn issues_of(&self, opened_at: Time) -> Option<String> {
        let at = super::instant::text(opened_at).replace(':', "%3A");
        self.below(&format!("issues?q=is%3Aissue+created%3A{at}..{at}"))
    }

    fn below(&self, path: &str) -> Option<String> {
        self.base.as_ref().map(|base| format!("{base}/{path}"))
    }
}

/// A path's segments, encoded.
fn path(text: &str) -> String {
    text.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Encodes all but what every URL may hold.
pub fn segment(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    let mut encoded = String::new();
    for byte in text.bytes() {
        match Some(byte).filter(plain) {
            Some(byte) => encoded.push(char::from(byte)),
            None => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::sync::Arc;

    #[test]
    fn links_lead_to_the_host_that_the_repository_is_at_and_encode_what_names_hold() {
        let web = Arc::new([("ghe".to_owned(), "https://git.acme.example".to_owned())].into());
        let place = |host: &str| RepositoryPlace {
            host: Arc::from(host),
            full_name: Arc::from("acme/shop"),
        };
        let links = Links::to(&place("ghe"), &web);
        let shop = "https://git.acme.example/acme/shop";
        assert_eq!(links.change(ChangeId::Pull(7)).unwrap(), format!("{shop}/pull/7"));
        assert_eq!(
            links.environment("prod/\"eu\" ü").unwrap(),
            format!("{shop}/deployments/prod%2F%22eu%22%20%C3%BC")
        );
        assert_eq!(
            links.issues_of(Time(1_800_000_000)).unwrap(),
            format!(
                "{shop}/issues?q=is%3Aissue+created%3A2027-01-15T08%3A00%3A00Z..\
                 2027-01-15T08%3A00%3A00Z"
            )
        );
        assert_eq!(Links::to(&place("gone"), &web).repository(), None);
    }
}
