//! Logins as keyed hashes: equal within one store, meaningless outside it.
//!
//! Logins are public, so an unkeyed hash could be undone by hashing everyone. The key is made when
//! the store is created and never leaves it. Since nothing can tell the logins of stored hashes, a
//! later key hashes what the keys before it gave.

use super::rows::{self, TABLES};
use super::writer::Change;
use super::{Store, StoreError, reader};
use crate::config::HashLogins;
use delivery::domain::{Fact, Person};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sqlx::SqliteConnection;

/// A key's length in bytes; also enforced by the schema.
const KEY_LENGTH: usize = 32;
/// How many change numbers are gone through at once.
const AT_ONCE: i64 = 10_000;

/// HMAC-SHA256 with the store's keys, of which 64 bits are kept.
pub(super) struct LoginHasher {
    first: Hmac<Sha256>,
    later: Vec<Hmac<Sha256>>,
}

impl LoginHasher {
    /// Loads the store's keys, after making the first where there is none.
    pub async fn load(connection: &mut SqliteConnection) -> Result<LoginHasher, sqlx::Error> {
        sqlx::query("INSERT INTO login_keys (position, key) VALUES (1, ?) ON CONFLICT DO NOTHING")
            .bind(&fresh()?[..])
            .execute(&mut *connection)
            .await?;
        LoginHasher::read(connection).await
    }

    /// Reads the store's keys.
    pub async fn read(connection: &mut SqliteConnection) -> Result<LoginHasher, sqlx::Error> {
        let keys: Vec<Vec<u8>> = sqlx::query_scalar("SELECT key FROM login_keys ORDER BY position")
            .fetch_all(connection)
            .await?;
        let keyed: Result<Vec<_>, _> = keys.iter().map(|key| keyed(key)).collect();
        let mut keyed = keyed?.into_iter();
        let first = keyed.next().ok_or(sqlx::Error::RowNotFound)?;
        Ok(LoginHasher { first, later: keyed.collect() })
    }
}

impl HashLogins for LoginHasher {
    fn person(&self, login: &str) -> Person {
        let person = hash(&self.first, login.to_lowercase().as_bytes());
        self.later.iter().fold(person, again)
    }
}

impl Store {
    /// Hashes every stored hash of a login once more, by a new key, as logins are from then on; tells
    /// how many facts name people. Who is who stays the same. Hashers that were handed out before
    /// do not know the new key, so nothing else may use the store, which is to be closed then.
    pub async fn rotate_login_key(&self) -> Result<u64, StoreError> {
        let key = fresh().map_err(|error| self.failure("making a key", &error))?;
        let before = *self.news().borrow();
        let written = self.write(Change::RotateLoginKey { key }).await?;
        Ok(written.newest - before)
    }
}

/// Rotates in the writer's transaction; gives the newest change number after it.
pub(super) async fn rotate(
    connection: &mut SqliteConnection,
    key: &[u8],
    newest: i64,
) -> Result<i64, sqlx::Error> {
    // Old hashes would stay in the file's free pages.
    sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
    sqlx::query("INSERT INTO login_keys (key) VALUES (?)")
        .bind(key)
        .execute(&mut *connection)
        .await?;
    let keyed = keyed(key)?;
    let mut changed = newest;
    let mut after = 0;
    while after < newest {
        let through = newest.min(after + AT_ONCE);
        for table in &TABLES {
            for (_, fact) in reader::rows(connection, table, (after, through)).await? {
                let mut rotated: Fact = fact.clone();
                rotated.replace_people(|person| again(person, &keyed));
                if rotated != fact && rows::upsert(connection, changed + 1, &rotated).await? {
                    changed += 1;
                }
            }
        }
        after = through;
    }
    Ok(changed)
}

fn fresh() -> Result<[u8; KEY_LENGTH], sqlx::Error> {
    let mut fresh = [0u8; KEY_LENGTH];
    getrandom::fill(&mut fresh).map_err(|error| sqlx::Error::Io(error.into()))?;
    Ok(fresh)
}

fn keyed(key: &[u8]) -> Result<Hmac<Sha256>, sqlx::Error> {
    Hmac::new_from_slice(key).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn again(person: Person, keyed: &Hmac<Sha256>) -> Person {
    hash(keyed, &person.0.to_be_bytes())
}

fn hash(keyed: &Hmac<Sha256>, what: &[u8]) -> Person {
    let digest = keyed.clone().chain_update(what).finalize().into_bytes();
    Person(digest.iter().take(8).fold(0, |hash, &byte| hash << 8 | u64::from(byte)))
}
