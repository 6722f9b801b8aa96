//! What authorizes requests to a GitHub.

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
