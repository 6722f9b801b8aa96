//! A GitHub App: its key, where it is installed, and the tokens that it minted.
//!
//! Absent here: the paths and shapes of the answers (`http/apps.rs`), users' tokens, webhooks.

use crate::faults::NodeFaults;
use crate::state::State;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a minted token is good, seconds.
const TOKEN_LIFE: i64 = 3600;
/// How far in the future a JWT may end.
const LONGEST_JWT: i64 = 600;
/// What fields need which permission of the repository or organisation.
const NEEDED: [(&str, &str); 12] = [
    ("Repository.deployments", "deployments"),
    ("Repository.environments", "actions"),
    ("Repository.pullRequests", "pull_requests"),
    ("Repository.issues", "issues"),
    ("Repository.object", "contents"),
    ("Repository.releases", "contents"),
    ("Repository.refs", "contents"),
    ("Ref.target", "contents"),
    ("Deployment.statuses", "deployments"),
    ("Organization.teams", "members"),
    ("PullRequest.commits", "contents"),
    ("Organization.team", "members"),
];

/// A GitHub App.
#[derive(Clone, Debug)]
pub struct App {
    /// Its id.
    pub id: u64,
    /// Its name in addresses.
    pub slug: String,
    /// Its RSA public key, as PEM.
    pub public_key: String,
}

/// Where it is installed.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Its id.
    pub id: u64,
    /// On which account.
    pub account: String,
    /// `contents` → `read`, …
    pub permissions: BTreeMap<String, String>,
    /// The names of the repositories that were selected; absent: all of the account's.
    pub selected: Option<Vec<String>>,
    /// Since when it is suspended.
    pub suspended_at: Option<i64>,
}

impl Installation {
    /// An installation on all repositories of an account, with every permission that reading needs.
    pub fn reading(id: u64, account: &str) -> Installation {
        let names = [
            "metadata",
            "deployments",
            "actions",
            "pull_requests",
            "issues",
            "contents",
            "members",
            "organization_custom_properties",
        ];
        let permissions = names.map(|name| (name.to_owned(), "read".to_owned())).into();
        let account = account.to_owned();
        Installation { id, account, permissions, selected: None, suspended_at: None }
    }
}

/// The App that is registered, if any.
#[derive(Default)]
pub struct Apps {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    app: Option<App>,
    installations: BTreeMap<u64, Installation>,
    tokens: HashMap<String, Minted>,
    minted: u64,
}

#[derive(Clone, Copy)]
struct Minted {
    installation: u64,
    expires_at: i64,
}

/// Why a JWT or a token is refused: status and message.
pub(crate) type Refused = (u16, &'static str);

const BAD: Refused = (401, "Bad credentials");
const SUSPENDED: Refused = (403, "This installation has been suspended");
const UNREADABLE: Refused = (401, "A JSON web token could not be decoded");

impl Apps {
    /// Registers the App.
    pub fn register(&self, app: App) {
        self.lock().app = Some(app);
    }

    /// Installs it on an account, or changes the installation with this id.
    pub fn install(&self, installation: Installation) {
        self.lock().installations.insert(installation.id, installation);
    }

    /// Uninstalls it: tokens of the installation are refused from now on.
    pub fn uninstall(&self, id: u64) {
        let mut inner = self.lock();
        inner.installations.remove(&id);
        inner.tokens.retain(|_, minted| minted.installation != id);
    }

    /// Forgets all tokens, as after a revocation.
    pub fn revoke_tokens(&self) {
        self.lock().tokens.clear();
    }

    /// How many tokens were minted.
    pub fn minted(&self) -> u64 {
        self.lock().minted
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose limits a token is charged to: its installation's, or its own.
    pub(crate) fn bucket(&self, token: &str) -> String {
        match self.lock().tokens.get(token) {
            Some(minted) => format!("installation {}", minted.installation),
            None => token.to_owned(),
        }
    }

    /// Why a token of an installation is not taken; other tokens are not judged here.
    pub(crate) fn turns_away(&self, token: &str, now: i64) -> Option<Refused> {
        let inner = self.lock();
        let Some(minted) = inner.tokens.get(token) else {
            let claims_to_be_one = inner.app.is_some() && token.starts_with("ghs_");
            return claims_to_be_one.then_some(BAD);
        };
        match inner.installations.get(&minted.installation) {
            _ if minted.expires_at <= now => Some(BAD),
            None => Some(BAD),
            Some(installation) if installation.suspended_at.is_some() => Some(SUSPENDED),
            Some(_) => None,
        }
    }

    /// Shows a token no more than its installation may see.
    pub(crate) fn restrict(&self, token: &str, faults: &mut NodeFaults) {
        let Some(installation) = self.of_token(token) else { return };
        let lacking = |permission: &str| !installation.permissions.contains_key(permission);
        let hidden = NEEDED.iter().filter(|(_, permission)| lacking(permission));
        let hidden = hidden.map(|(field, _)| (*field).to_owned());
        faults.restrict(&installation.account, installation.selected.clone(), hidden);
    }

    /// Why a token may not read a path of the REST API.
    pub(crate) fn refusal(&self, token: &str, path: &str, state: &State) -> Option<Refused> {
        let installation = self.of_token(token)?;
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let repo = match segments.as_slice() {
            ["repos", owner, name, ..] => state.find(owner, name).map(|(repo, _)| repo),
            ["repositories", id, ..] => id.parse().ok().and_then(|id| state.repositories.get(&id)),
            _ => None,
        };
        let mut shown = NodeFaults::default();
        self.restrict(token, &mut shown);
        if repo.is_some_and(|repo| !shown.shows(repo)) {
            return Some((404, "Not Found"));
        }
        let needed = match segments.as_slice() {
            ["orgs", _, "properties", ..] => "organization_custom_properties",
            [_, _, _, "actions", ..] | [_, _, "actions", ..] => "actions",
            _ => return None,
        };
        let lacks = !installation.permissions.contains_key(needed);
        lacks.then_some((403, "Resource not accessible by integration"))
    }

    fn of_token(&self, token: &str) -> Option<Installation> {
        let inner = self.lock();
        let minted = inner.tokens.get(token)?;
        inner.installations.get(&minted.installation).cloned()
    }

    /// The App that a JWT authenticates.
    pub(crate) fn authenticate(&self, jwt: &str, now: i64) -> Result<App, Refused> {
        #[derive(Deserialize)]
        struct Claims {
            iss: serde_json::Value,
            iat: i64,
            exp: i64,
        }
        let app = self.lock().app.clone().ok_or(UNREADABLE)?;
        let key = DecodingKey::from_rsa_pem(app.public_key.as_bytes()).map_err(|_| UNREADABLE)?;
        let mut validation = Validation::new(Algorithm::RS256);
        // Times are those of the simulation's clock.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let claims = decode::<Claims>(jwt, &key, &validation).map_err(|_| UNREADABLE)?.claims;
        if claims.iat > now {
            return Err((
                401,
                "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
            ));
        }
        if claims.exp <= now {
            return Err((
                401,
                "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
            ));
        }
        if claims.exp > now + LONGEST_JWT {
            return Err((401, "'Expiration time' claim ('exp') is too far in the future"));
        }
        let is_own = match &claims.iss {
            serde_json::Value::String(text) => *text == app.id.to_string(),
            other => other.as_u64() == Some(app.id),
        };
        if is_own { Ok(app) } else { Err((404, "Integration not found")) }
    }

    /// All installations, by id.
    pub(crate) fn installations(&self) -> Vec<Installation> {
        self.lock().installations.values().cloned().collect()
    }

    /// Mints a token, and tells until when it is good.
    pub(crate) fn mint(&self, id: u64, now: i64) -> Result<(String, i64, Installation), Refused> {
        let mut inner = self.lock();
        let installation = inner.installations.get(&id).cloned().ok_or((404, "Not Found"))?;
        if installation.suspended_at.is_some() {
            return Err(SUSPENDED);
        }
        inner.minted += 1;
        let token = format!("ghs_simulated{:027}", inner.minted);
        let expires_at = now + TOKEN_LIFE;
        inner.tokens.insert(token.clone(), Minted { installation: id, expires_at });
        Ok((token, expires_at, installation))
    }
}
