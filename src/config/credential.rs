//! What authorizes requests to a GitHub, and how one `[[github]]` divides by it: a GitHub App has an
//! installation, with limits of its own, on each account.

use super::settings::GitHubSettings;
use delivery::domain::Repository;
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;

/// What authorizes requests.
#[derive(Clone, Debug)]
pub enum Credential {
    /// `token_env` or `token_file`
    Token(TokenSettings),
    /// `app_id`
    App(AppSettings),
}

/// A token.
#[derive(Clone, Debug, Default)]
pub struct TokenSettings {
    /// As it was read at the start.
    pub token: SecretString,
    /// The file that it is from, which is read again: tokens are replaced before they expire.
    pub file: Option<PathBuf>,
    /// Where it came from, for messages: `the environment variable GITHUB_TOKEN`.
    pub origin: String,
}

/// A GitHub App.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppSettings {
    /// `app_id`: its id, or its client ID.
    pub app_id: String,
    /// `private_key_file`: its key, in PEM, which is read again for every token.
    pub private_key_file: PathBuf,
    /// `installation_id`, where it is not to be looked up.
    pub installation_id: Option<u64>,
    /// The account whose installation is meant; empty in a section that is not divided yet.
    pub account: String,
}

impl Credential {
    /// Where it comes from, for messages.
    pub fn origin(&self) -> String {
        match self {
            Credential::Token(token) => token.origin.clone(),
            Credential::App(app) => {
                format!("the app {}, installed on {}", app.app_id, app.account)
            }
        }
    }

    /// Whether both have the same limits.
    pub fn shares_limits_with(&self, other: &Credential) -> bool {
        match (self, other) {
            (Credential::Token(one), Credential::Token(other)) => {
                one.token.expose_secret() == other.token.expose_secret()
                    || (one.file.is_some() && one.file == other.file)
            }
            (Credential::App(one), Credential::App(other)) => {
                one.app_id == other.app_id && one.account.eq_ignore_ascii_case(&other.account)
            }
            _ => false,
        }
    }
}

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
