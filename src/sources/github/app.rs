//! How a GitHub App proves who it is: a JSON Web Token, signed with its key.

use octocrab::jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use std::path::Path;

use super::bearer::Bearer;
use delivery::domain::{MINUTE, Span, Time};

/// How far in the past a token is issued, since clocks differ: as GitHub advises.
const ISSUED_AGO: Span = MINUTE;
/// How long it is good; GitHub takes none that ends more than 10 minutes from now.
const LIFE: Span = 9 * MINUTE;

/// An App's private key.
pub(super) struct AppKey(EncodingKey);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
}

impl AppKey {
    /// Reads a key; the error says what is wrong with which file.
    pub(super) fn read(file: &Path) -> Result<AppKey, String> {
        let shown = format!("the app's key in {}", file.display());
        let text = std::fs::read_to_string(file)
            .map(SecretString::from)
            .map_err(|error| format!("{shown} cannot be read: {error}"))?;
        let unusable = format!(
            "{shown} is no RSA private key in PEM; write the .pem file that the app's settings at \
             GitHub generate"
        );
        let key = EncodingKey::from_rsa_pem(text.expose_secret().as_bytes())
            .map(AppKey)
            .map_err(|_| unusable.clone())?;
        // A key that is cut short shows only when it is used.
        key.sign("", Time(0)).map(|_| key).ok_or(unusable)
    }

    /// What proves at the server's time `now` to be the App `app_id`.
    pub(super) fn sign(&self, app_id: &str, now: Time) -> Option<Bearer> {
        let (issued, ends) = (now.plus(-ISSUED_AGO), now.plus(LIFE));
        let claims = Claims { iss: app_id, iat: issued.0, exp: ends.0 };
        let token = encode(&Header::new(Algorithm::RS256), &claims, &self.0).ok()?;
        Bearer::of(&token)
    }
}
