//! What authorizes a request at the moment: the token, or what an App's installation was given last.
//!
//! Absent here: how an App asks for tokens (`installation`).

use super::app::AppKey;
use super::bearer::Bearer;
use super::installation::Installation;
use crate::config::{AppSettings, Credential as Settings, TokenSettings};
use delivery::domain::{MINUTE, Span, Time};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Mutex, MutexGuard};

/// A token's file is read again when it was read so long ago.
const REREAD_AFTER: Span = MINUTE;
/// An installation's token is renewed so long before its end.
const RENEW_BEFORE: Span = 5 * MINUTE;
/// A clock that is slewed may go back by so much without having been set.
const SLEW: Span = 2;

/// One credential. Whoever asks for its bearer waits for the one who renews it.
pub(super) struct Credential {
    settings: Settings,
    held: Mutex<Held>,
}

/// What is known at the moment.
#[derive(Default)]
pub(super) struct Held {
    bearer: Option<Lasting>,
    /// Where the App is installed, once that was found.
    pub(super) installation: Option<Installation>,
}

/// A bearer, and between which instants of this machine's clock it is good.
struct Lasting {
    bearer: Bearer,
    since: Time,
    until: Time,
}

impl Held {
    /// The bearer, unless it ends soon, or the clock shows a time before it was there.
    pub(super) fn fresh(&self, now: Time) -> Option<Bearer> {
        let lasting = self.bearer.as_ref()?;
        // Tokens that end sooner than GitHub documents are used for half of their time.
        let margin = RENEW_BEFORE.min(lasting.until.since(lasting.since) / 2);
        let good = now.plus(SLEW) >= lasting.since && now < lasting.until.plus(-margin);
        good.then(|| lasting.bearer.clone())
    }

    /// The bearer, if it is good at all.
    pub(super) fn usable(&self, now: Time) -> Option<Bearer> {
        let lasting = self.bearer.as_ref()?;
        let good = now.plus(SLEW) >= lasting.since && now < lasting.until;
        good.then(|| lasting.bearer.clone())
    }

    /// Holds a bearer that is good for so long.
    pub(super) fn hold(&mut self, bearer: Bearer, now: Time, life: Span) {
        self.bearer = Some(Lasting { bearer, since: now, until: now.plus(life) });
    }
}

impl Credential {
    /// Reads an App's key once, so that one that cannot be used is told at the start.
    pub(super) fn new(settings: &Settings) -> Result<Credential, String> {
        if let Settings::App(app) = settings {
            AppKey::read(&app.private_key_file)?;
        }
        Ok(Credential { settings: settings.clone(), held: Mutex::default() })
    }

    /// Where it comes from, for messages.
    pub(super) fn origin(&self) -> String {
        self.settings.origin()
    }

    /// What to do when it is refused.
    pub(super) fn remedy(&self) -> &'static str {
        match &self.settings {
            Settings::Token(TokenSettings { file: Some(_), .. }) => "write a new token into it",
            Settings::Token(_) => "renew the token, then restart",
            Settings::App(_) => "look at the installation in the account's settings",
        }
    }

    /// The App, where it is one.
    pub(super) fn app(&self) -> Option<&AppSettings> {
        match &self.settings {
            Settings::App(app) => Some(app),
            Settings::Token(_) => None,
        }
    }

    /// What is held; nobody renews it meanwhile.
    pub(super) async fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().await
    }

    /// A token's bearer, from its file where that has another one by now.
    pub(super) async fn of_token(&self, now: Time) -> Option<Bearer> {
        let Settings::Token(settings) = &self.settings else { return None };
        let mut held = self.held.lock().await;
        if let Some(bearer) = held.usable(now) {
            return Some(bearer);
        }
        reread(settings, &mut held, now)
    }

    /// The server refused a bearer: whether there is, or may be, another one now.
    pub(super) async fn replaces(&self, refused: &Bearer, now: Time) -> bool {
        let mut held = self.held.lock().await;
        let is_held = held.bearer.as_ref().is_some_and(|lasting| lasting.bearer == *refused);
        match &self.settings {
            _ if !is_held => held.bearer.is_some(),
            Settings::Token(settings) => {
                reread(settings, &mut held, now).is_some_and(|bearer| bearer != *refused)
            }
            Settings::App(_) => {
                held.bearer = None;
                true
            }
        }
    }
}

/// Holds the token of the file for a while; what was read last where the file cannot be read now.
fn reread(settings: &TokenSettings, held: &mut Held, now: Time) -> Option<Bearer> {
    let read = settings.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
    let read = read.map(SecretString::from);
    let token = read.as_ref().map(|text| text.expose_secret().trim());
    let bearer = token.filter(|token| !token.is_empty()).and_then(Bearer::of);
    let bearer = bearer
        .or_else(|| held.bearer.as_ref().map(|lasting| lasting.bearer.clone()))
        .or_else(|| Bearer::of(settings.token.expose_secret()))?;
    held.hold(bearer.clone(), now, REREAD_AFTER);
    Some(bearer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use delivery::domain::HOUR;

    const NOW: Time = Time(1_000_000);

    #[test]
    fn a_bearer_is_renewed_before_its_end_and_after_the_clock_jumped() {
        let mut held = Held::default();
        held.hold(Bearer::of("a").unwrap(), NOW, HOUR);
        for (at, fresh, usable) in [
            (0, true, true),
            (HOUR - RENEW_BEFORE - 1, true, true),
            (HOUR - RENEW_BEFORE, false, true),
            (HOUR - 1, false, true),
            (HOUR, false, false),
            // The machine slept, or its clock was set.
            (30 * HOUR, false, false),
            (-1, true, true),
            (-HOUR, false, false),
        ] {
            let now = NOW.plus(at);
            let is = (held.fresh(now).is_some(), held.usable(now).is_some());
            assert_eq!(is, (fresh, usable), "{at}");
        }
    }

    #[test]
    fn a_token_that_ends_soon_is_used_for_half_of_its_time() {
        let mut held = Held::default();
        held.hold(Bearer::of("a").unwrap(), NOW, MINUTE);
        assert!(held.fresh(NOW.plus(29)).is_some() && held.fresh(NOW.plus(30)).is_none());
    }

    #[tokio::test]
    async fn a_tokens_file_is_read_again_and_what_it_held_last_holds_while_it_is_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "old\n").unwrap();
        let settings = TokenSettings {
            token: SecretString::from("old"),
            file: Some(file.clone()),
            origin: "a test".to_owned(),
        };
        let credential = Credential::new(&Settings::Token(settings)).unwrap();
        let (old, new) = (Bearer::of("old").unwrap(), Bearer::of("new").unwrap());
        let at = async |seconds| credential.of_token(NOW.plus(seconds)).await.unwrap();
        assert!(at(0).await == old && !credential.replaces(&old, NOW).await);
        std::fs::write(&file, "new\n").unwrap();
        assert!(at(59).await == old, "it is read once a minute");
        assert!(credential.replaces(&old, NOW.plus(59)).await, "and when it is refused");
        assert!(at(59).await == new);
        std::fs::remove_file(&file).unwrap();
        assert!(at(300).await == new);
    }
}
