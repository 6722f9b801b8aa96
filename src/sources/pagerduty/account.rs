//! What an account shows of itself to whoever wants to know whether it can be read.

use super::PagerDuty;
use super::lists::Listed;
use super::wire::WireService;
use crate::sources::SourceError;

/// A service of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id, in upper case.
    pub id: String,
    /// What it is called.
    pub name: String,
}

impl From<WireService> for Service {
    fn from(wire: WireService) -> Service {
        let name = wire.name.or(wire.summary).unwrap_or_default();
        Service { id: wire.id.to_uppercase(), name }
    }
}

impl PagerDuty {
    /// Asks for the account's abilities, which every valid key may, and for the lists that are
    /// collected; the first that is refused is the error.
    pub async fn test(&self) -> Result<(), SourceError> {
        for (list, path) in [
            ("abilities", "/abilities"),
            ("incidents", "/incidents"),
            ("log entries", "/log_entries"),
        ] {
            let answer = self.rest.get(list, path, &[("limit", "1".to_owned())]).await?;
            let nothing = || format!("there is nothing at {path}: correct api_url");
            answer.ok_or_else(|| self.rest.garbled(list, nothing()))?;
        }
        Ok(())
    }

    /// All services of the account; an error where there are more than can be listed.
    pub async fn services(&self) -> Result<Vec<Service>, SourceError> {
        let mut unread = Vec::new();
        let listed =
            self.list("/services", "services", Vec::new(), WireService::of, &mut unread).await?;
        let Listed::All(services) = listed else {
            let many = "there are more than 10,000, and not all can be listed".to_owned();
            return Err(self.rest.garbled("services", many));
        };
        Ok(services.into_iter().map(Service::from).collect())
    }
}
