//! What can go wrong with the store: the file, the cause and the remedy.

use sqlx::migrate::MigrateError;
use std::io;
use std::path::{Path, PathBuf};

/// A failure of the store. The text names the file, the cause and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The folder of the database is not there.
    #[error(
        "store {path}: the folder {folder} does not exist; create it, or set `store.url` to a file in another folder"
    )]
    FolderMissing {
        /// The database file.
        path: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// The file or its folder cannot be written.
    #[error(
        "store {path}: not writable: {cause}; let this user write the file and its folder (SQLite keeps further files beside it), or set `store.url` to another file"
    )]
    NotWritable {
        /// The database file.
        path: PathBuf,
        /// The cause.
        cause: String,
    },
    /// The file is something else than an SQLite database; it was not touched.
    #[error(
        "store {path}: the file is not a database and was left untouched; set `store.url` to another file"
    )]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is another program's database; it was not touched.
    #[error(
        "store {path}: the database belongs to another program and was left untouched; set `store.url` to another file"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// An older version has made the database, and it may not be changed now.
    #[error(
        "store {path}: made by an older dora-exporter; start this version once with `run`, which brings it up to date"
    )]
    Older {
        /// The database file.
        path: PathBuf,
    },
    /// A newer version has changed the database.
    #[error(
        "store {path}: made by a newer dora-exporter (migration {migration} is unknown to this one); use that version or another file"
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The first migration that this version does not know.
        migration: i64,
    },
    /// The database could not be brought to this version.
    #[error(
        "store {path}: cannot be brought to this version: {cause}; use the version that made it, or another file"
    )]
    Migration {
        /// The database file.
        path: PathBuf,
        /// The cause.
        cause: String,
    },
    /// Another process has the database.
    #[error(
        "store {path}: in use by another process ({cause}); stop that process, or give each its own file by `store.url`"
    )]
    InUse {
        /// The database file.
        path: PathBuf,
        /// How it showed.
        cause: String,
    },
    /// The disk is full. Nothing of the refused transaction was stored.
    #[error("store {path}: the disk is full; free some space: nothing that was stored is lost")]
    Full {
        /// The database file.
        path: PathBuf,
    },
    /// The database holds what this program never wrote.
    #[error(
        "store {path}: damaged: {cause}; restore a backup, or move the file away to collect everything anew"
    )]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// The cause.
        cause: String,
    },
    /// Anything else, such as a failing disk.
    #[error(
        "store {path}: {what} failed: {cause}; check the disk and the file, what was stored is kept"
    )]
    Failed {
        /// The database file.
        path: PathBuf,
        /// What was attempted.
        what: &'static str,
        /// The cause.
        cause: String,
    },
    /// The store was closed before.
    #[error("store {path}: already closed; this happens only while the process stops")]
    Closed {
        /// The database file.
        path: PathBuf,
    },
}

impl StoreError {
    /// Classifies a failure of the file system.
    pub(super) fn from_io(path: &Path, what: &'static str, error: &io::Error) -> StoreError {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                StoreError::NotWritable { path, cause: error.to_string() }
            }
            io::ErrorKind::IsADirectory => StoreError::NotADatabase { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full { path },
            _ => StoreError::Failed { path, what, cause: error.to_string() },
        }
    }

    /// Classifies a failure of SQLite or of decoding what it holds.
    pub(super) fn from_sqlx(path: &Path, what: &'static str, error: &sqlx::Error) -> StoreError {
        let path = path.to_owned();
        let cause = error.to_string();
        match error {
            sqlx::Error::Io(error) => StoreError::from_io(&path, what, error),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => StoreError::Closed { path },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                StoreError::Damaged { path, cause }
            }
            sqlx::Error::Database(database) => {
                let code: i32 = database.code().and_then(|code| code.parse().ok()).unwrap_or(0);
                // The low byte of an extended result code is the primary one; the numbers are
                // SQLite's published ones, stable for ever.
                match code & 0xff {
                    5 | 6 => StoreError::InUse { path, cause },
                    3 | 8 | 14 | 23 => StoreError::NotWritable { path, cause },
                    11 => StoreError::Damaged { path, cause },
                    13 => StoreError::Full { path },
                    26 => StoreError::NotADatabase { path },
                    _ => StoreError::Failed { path, what, cause },
                }
            }
            _ => StoreError::Failed { path, what, cause },
        }
    }

    /// Classifies a failure of the migrations.
    pub(super) fn from_migration(path: &Path, error: &MigrateError) -> StoreError {
        match error {
            MigrateError::VersionMissing(migration) => {
                StoreError::Newer { path: path.to_owned(), migration: *migration }
            }
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                StoreError::from_sqlx(path, "bringing the database to this version", error)
            }
            other => StoreError::Migration { path: path.to_owned(), cause: other.to_string() },
        }
    }
}
