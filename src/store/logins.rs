//! Logins as keyed hashes: equal within one store, meaningless outside it.
//!
//! Logins are public, so an unkeyed hash could be undone by hashing everyone. The key is made when
//! the store is created and never leaves it.

use crate::config::HashLogins;
use delivery::domain::Person;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sqlx::SqliteConnection;

/// The key's length in bytes; also enforced by the schema.
const KEY_LENGTH: usize = 32;

/// HMAC-SHA256 with the store's key, of which 64 bits are kept.
pub(super) struct LoginHasher {
    keyed: Hmac<Sha256>,
}

impl LoginHasher {
    /// Loads the store's key, after making it where there is none.
    pub async fn load(connection: &mut SqliteConnection) -> Result<LoginHasher, sqlx::Error> {
        let mut fresh = [0u8; KEY_LENGTH];
        getrandom::fill(&mut fresh).map_err(|error| sqlx::Error::Io(error.into()))?;
        sqlx::query("INSERT INTO login_key (only, key) VALUES (1, ?) ON CONFLICT DO NOTHING")
            .bind(&fresh[..])
            .execute(&mut *connection)
            .await?;
        LoginHasher::read(connection).await
    }

    /// Reads the store's key.
    pub async fn read(connection: &mut SqliteConnection) -> Result<LoginHasher, sqlx::Error> {
        let key: Vec<u8> =
            sqlx::query_scalar("SELECT key FROM login_key").fetch_one(connection).await?;
        let keyed =
            Hmac::new_from_slice(&key).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(LoginHasher { keyed })
    }
}

impl HashLogins for LoginHasher {
    fn person(&self, login: &str) -> Person {
        let mut mac = self.keyed.clone();
        mac.update(login.to_lowercase().as_bytes());
        let digest = mac.finalize().into_bytes();
        let kept = digest.iter().take(8);
        Person(kept.fold(0, |hash, &byte| hash << 8 | u64::from(byte)))
    }
}
