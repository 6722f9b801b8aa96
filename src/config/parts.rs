//! How one `[[github]]` divides by its credential: a GitHub App has an installation, with limits of its
//! own, on each account.

use super::credential::{AppSettings, Credential};
use super::settings::GitHubSettings;
use delivery::domain::Repository;

impl GitHubSettings {
    /// The accounts whose repositories are asked for, each once, as they are written first.
    pub fn accounts(&self) -> Vec<&str> {
        let globs = self.repositories.iter().filter_map(|pattern| pattern.owner());
        let mut accounts: Vec<&str> = Vec::new();
        for account in self.organizations.iter().map(String::as_str).chain(globs) {
            if !accounts.iter().any(|known| known.eq_ignore_ascii_case(account)) {
                accounts.push(account);
            }
        }
        accounts
    }

    /// What is collected by one credential each: the section as it is, or what it asks for of each
    /// account where an App has an installation for each.
    pub fn parts(&self) -> Vec<GitHubSettings> {
        let Credential::App(app) = &self.credential else { return vec![self.clone()] };
        let part = |account: &str| {
            let is_theirs = |owner: &str| owner.eq_ignore_ascii_case(account);
            let mut part = self.clone();
            part.name = format!("{}/{account}", self.name);
            part.organizations.retain(|login| is_theirs(login));
            part.repositories.retain(|pattern| pattern.owner().is_some_and(is_theirs));
            part.credential =
                Credential::App(AppSettings { account: account.to_owned(), ..app.clone() });
            part
        };
        self.accounts().into_iter().map(part).collect()
    }

    /// Whether a stored repository is this part's to collect.
    pub fn is_home_of(&self, repository: &Repository) -> bool {
        *repository.host == *self.host
            && match &self.credential {
                Credential::Token(_) => true,
                Credential::App(app) => {
                    let owner = repository.full_name.split('/').next().unwrap_or_default();
                    owner.eq_ignore_ascii_case(&app.account)
                }
            }
    }
}
