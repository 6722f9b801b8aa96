//! Tokens of a GitHub App: where it is installed, and what its installation is given for an hour.
//!
//! Tokens are minted one at a time, under the lock of their credential. Absent here: how the App
//! proves who it is (`app`), and for how long a token is used (`credential`).

use super::app::AppKey;
use super::bearer::Bearer;
use super::client::Client;
use super::credential::Held;
use super::transport::RawAnswer;
use super::verdict::{LimitSignal, Verdict, judge_status, message_of, number, server_time};
use crate::config::AppSettings;
use crate::sources::SourceError;
use delivery::domain::{HOUR, Span, Time};
use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// How many installations a page of their list holds.
const PAGE: usize = 100;
/// No list of installations is read beyond so many pages.
const MOST_PAGES: usize = 100;
/// Clocks that moved by more against each other are worth another try.
const MOVED: Span = 5;
/// How many accounts a message names.
const NAMED: usize = 5;

/// Where an App is installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installation {
    /// Its id.
    pub id: u64,
    /// On which account.
    pub account: String,
    /// Where its settings are.
    pub url: String,
    /// Whether it covers selected repositories only; told with a token.
    pub selected: bool,
    /// What it may do: `contents` → `read`; told with a token.
    pub permissions: BTreeMap<String, String>,
}

/// Why there is no token.
pub(super) enum Denied {
    /// Trouble that another try may not meet; with the pause the server wants.
    Trouble(SourceError, Option<Span>),
    /// A limit: what it is, in which words, until when, and the server's time.
    Limited(LimitSignal, String, Option<Time>, Option<Time>),
    /// Nothing that trying again at once would change.
    Final(SourceError),
}

#[derive(Deserialize)]
struct WireInstallation {
    id: u64,
    account: Option<WireAccount>,
    #[serde(default)]
    html_url: String,
}

#[derive(Deserialize)]
struct WireAccount {
    /// Enterprises have none.
    login: Option<String>,
}

#[derive(Deserialize)]
struct WireToken {
    token: String,
    expires_at: String,
    #[serde(default)]
    permissions: BTreeMap<String, String>,
    #[serde(default)]
    repository_selection: String,
}

#[derive(Deserialize)]
struct WireApp {
    html_url: String,
}

impl Client {
    /// What authorizes a request now; `what` is what it is for.
    pub(super) async fn authorize(&self, what: &str) -> Result<Bearer, Denied> {
        let now = self.clock.now();
        let Some(app) = self.credential.app() else {
            return self
                .credential
                .of_token(now)
                .await
                .ok_or_else(|| denied(format!("{} holds no token", self.credential.origin())));
        };
        let mut held = self.credential.held().await;
        if let Some(bearer) = held.fresh(now) {
            return Ok(bearer);
        }
        match self.mint(app, &mut held, what).await {
            Err(Denied::Final(error)) => Err(Denied::Final(error)),
            // The former one is good for minutes, in which trouble may be over.
            Err(trouble) => held.usable(self.clock.now()).ok_or(trouble),
            Ok(bearer) => Ok(bearer),
        }
    }

    /// Where the App is installed, as far as is known; nothing where a token authorizes.
    pub(super) async fn installation(&self) -> Option<Installation> {
        self.credential.held().await.installation.clone()
    }

    async fn mint(&self, app: &AppSettings, held: &mut Held, what: &str) -> Result<Bearer, Denied> {
        let known = held.installation.take();
        let was_known = known.is_some();
        let mut found = match known {
            Some(found) => found,
            None => self.find(app, what).await?,
        };
        let mut answer = self.token_of(app, &found, what).await?;
        if answer.status == 404 && was_known {
            // It was installed anew.
            found = self.find(app, what).await?;
            answer = self.token_of(app, &found, what).await?;
        }
        if answer.status == 404 {
            return Err(self.uninstalled(app, &[], what).await);
        }
        let minted: WireToken = self.told(what, &answer)?;
        let unreadable = || denied("GitHub gave a token that is none".to_owned());
        let bearer = Bearer::of(&minted.token).ok_or_else(unreadable)?;
        let now = self.clock.now();
        let ends = super::page::time(&minted.expires_at).ok_or_else(unreadable)?;
        // Both times are the server's, so this machine's clock may show what it likes.
        let life = ends.since(server_time(&answer).unwrap_or(now)).clamp(0, HOUR);
        held.hold(bearer.clone(), now, life);
        found.permissions = minted.permissions;
        found.selected = minted.repository_selection == "selected";
        held.installation = Some(found);
        Ok(bearer)
    }

    async fn token_of(
        &self,
        app: &AppSettings,
        found: &Installation,
        what: &str,
    ) -> Result<RawAnswer, Denied> {
        let path = format!("/app/installations/{}/access_tokens", found.id);
        self.as_app(app, Method::POST, &path, what).await
    }

    /// Finds the installation on the account.
    async fn find(&self, app: &AppSettings, what: &str) -> Result<Installation, Denied> {
        if let Some(id) = app.installation_id {
            let path = format!("/app/installations/{id}");
            let answer = self.as_app(app, Method::GET, &path, what).await?;
            if answer.status == 404 {
                let AppSettings { app_id, .. } = app;
                let cause = format!(
                    "the app {app_id} has no installation {id}; correct installation_id, or remove \
                     it: the one on `{}` is found then",
                    app.account
                );
                return Err(denied(cause));
            }
            let found = installation(self.told(what, &answer)?);
            if found.account.eq_ignore_ascii_case(&app.account) {
                return Ok(found);
            }
            let cause = format!(
                "the installation {id} of the app {} is on `{}`, not on `{}`; correct \
                 installation_id, or remove it",
                app.app_id, found.account, app.account
            );
            return Err(denied(cause));
        }
        let mut others = Vec::new();
        for number in 1..=MOST_PAGES {
            let path = format!("/app/installations?per_page={PAGE}&page={number}");
            let answer = self.as_app(app, Method::GET, &path, what).await?;
            let page: Vec<WireInstallation> = self.told(what, &answer)?;
            let is_last = page.len() < PAGE;
            for found in page.into_iter().map(installation) {
                if found.account.eq_ignore_ascii_case(&app.account) {
                    return Ok(found);
                }
                others.push(found.account);
            }
            if is_last {
                break;
            }
        }
        Err(self.uninstalled(app, &others, what).await)
    }

    /// What to do where the App is not installed on the account.
    async fn uninstalled(&self, app: &AppSettings, others: &[String], what: &str) -> Denied {
        let answer = self.as_app(app, Method::GET, "/app", what).await;
        let page = answer.ok().and_then(|answer| self.told::<WireApp>(what, &answer).ok());
        let place = match page {
            Some(page) => format!("at {}/installations/new", page.html_url),
            None => "from the page of its settings".to_owned(),
        };
        let mut others: Vec<&str> =
            others.iter().map(String::as_str).filter(|one| !one.is_empty()).collect();
        let more = others.len().saturating_sub(NAMED);
        others.truncate(NAMED);
        let elsewhere = match (others.is_empty(), more) {
            (true, _) => String::new(),
            (false, 0) => format!(" (it is on {})", others.join(", ")),
            (false, more) => format!(" (it is on {} and {more} more)", others.join(", ")),
        };
        let cause = format!(
            "the app {} is not installed on `{}`{elsewhere}: install it {place}, or correct the \
             account's name",
            app.app_id, app.account
        );
        denied(cause)
    }

    /// Asks as the App itself. Answers 2xx and 404 are given back.
    async fn as_app(
        &self,
        app: &AppSettings,
        method: Method,
        path: &str,
        what: &str,
    ) -> Result<RawAnswer, Denied> {
        let mut tried = false;
        loop {
            let (answer, moved) = self.once_as_app(app, &method, path, what).await?;
            // The key is right and the time was wrong, which the answer tells.
            if answer.status == 401 && moved && !tried {
                tried = true;
                continue;
            }
            return self.taken(app, answer, what);
        }
    }

    async fn once_as_app(
        &self,
        app: &AppSettings,
        method: &Method,
        path: &str,
        what: &str,
    ) -> Result<(RawAnswer, bool), Denied> {
        let key = AppKey::read(&app.private_key_file).map_err(denied)?;
        let before = self.skew.at_server(self.clock.now());
        let jwt = key
            .sign(&app.app_id, before)
            .ok_or_else(|| denied("the app's key cannot sign; generate another one".to_owned()))?;
        let transport = self.rest.transport();
        let answer = transport.send(method.clone(), path, &jwt).await.map_err(|error| {
            self.observer.request(&self.source, super::rest::API, "error");
            Denied::Trouble(self.unreachable(what, &error), None)
        })?;
        self.observer.request(&self.source, super::rest::API, &answer.status.to_string());
        let now = self.clock.now();
        self.skew.note(now, server_time(&answer));
        let moved = self.skew.at_server(now).since(before).abs() > MOVED;
        Ok((answer, moved))
    }

    fn taken(&self, app: &AppSettings, answer: RawAnswer, what: &str) -> Result<RawAnswer, Denied> {
        let AppSettings { app_id, account, private_key_file: file, .. } = app;
        let words = message_of(&answer);
        Err(match judge_status(&answer) {
            None => return Ok(answer),
            Some(_) if answer.status == 404 && words != INTEGRATION_NOT_FOUND => return Ok(answer),
            Some(Verdict::Limited(signal, reason)) => {
                let reset = number(&answer, "x-ratelimit-reset").map(Time);
                Denied::Limited(signal, reason, reset, server_time(&answer))
            }
            Some(Verdict::TryAgain { status, why: message, pause, .. }) => {
                let what = format!("{what}: a token for `{account}`");
                Denied::Trouble(SourceError::Failed { what, status, message }, pause)
            }
            Some(Verdict::Forbidden(words)) if is_suspension(&words) => denied(suspended(app)),
            Some(_) if answer.status == 404 => {
                let url = self.rest.transport().url();
                denied(format!("there is no app {app_id} at {url}; correct app_id"))
            }
            Some(Verdict::Unauthorized(words)) => {
                let cause = format!(
                    "GitHub refuses the key of the app {app_id} in {} (HTTP 401: {words}); check \
                     that it is this app's and was not deleted there, and this machine's clock",
                    file.display()
                );
                denied(cause)
            }
            Some(_) => {
                let cause = format!("a token for `{account}`: HTTP {}: {words}", answer.status);
                denied(cause)
            }
        })
    }

    /// What a refusal of the whole installation means; nothing where it is none.
    pub(super) fn suspension(&self, words: &str) -> Option<SourceError> {
        let app = self.credential.app().filter(|_| is_suspension(words))?;
        Some(SourceError::Denied { cause: suspended(app) })
    }

    fn told<T: DeserializeOwned>(&self, what: &str, answer: &RawAnswer) -> Result<T, Denied> {
        serde_json::from_slice(&answer.body).map_err(|error| {
            let (what, url) = (what.to_owned(), self.rest.transport().url().to_owned());
            let cause = format!("it is no whole answer: {error}");
            Denied::Trouble(SourceError::Malformed { what, url, cause }, None)
        })
    }
}

fn denied(cause: String) -> Denied {
    Denied::Final(SourceError::Denied { cause })
}

/// GitHub's words for an App that it does not know.
const INTEGRATION_NOT_FOUND: &str = "Integration not found";

fn is_suspension(words: &str) -> bool {
    words.contains("installation has been suspended")
}

fn suspended(app: &AppSettings) -> String {
    format!(
        "the installation of the app {} on `{}` is suspended; an owner of `{}` can unsuspend it in \
         its settings, among the installed GitHub Apps",
        app.app_id, app.account, app.account
    )
}

fn installation(wire: WireInstallation) -> Installation {
    Installation {
        id: wire.id,
        account: wire.account.and_then(|account| account.login).unwrap_or_default(),
        url: wire.html_url,
        ..Installation::default()
    }
}
