//! The database file: whose it is, who has it, and who may read it, settled before SQLite opens it.
//!
//! Two processes that write one database would each keep their own ledger and settle twice, and
//! SQLite alone lets them. So a lock is held on a file beside the database (`dora.db.lock`) as
//! long as the store is open. The kernel drops it with the process, however that ends, so the
//! file itself may stay behind. The database is not locked itself: closing any handle of it would
//! drop SQLite's own locks.

use super::StoreError;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Marks a database as this program's, in SQLite's header: `DORA`.
pub(super) const APPLICATION_ID: u32 = 0x444f_5241;

/// The length of SQLite's header.
const HEADER: usize = 100;
/// How the header of every SQLite database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where the header holds the application's id, big-endian.
const APPLICATION_ID_AT: usize = 68;

/// A claimed database file: no other store has it until this value is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    /// Whether the file has yet to be marked as this program's: it is empty, or a crash left a
    /// journal beside it that will undo what was written last, which may have been the mark.
    pub unmarked: bool,
    _lock: File,
}

/// Claims `path` for this process, creating an empty file that only this user may read (it will
/// hold the key of the logins' hashes). A file that is not this program's is refused unchanged.
pub(super) fn claim(path: &Path) -> Result<Claim, StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(StoreError::FolderMissing { path: path.into(), folder: folder.into() });
    }
    if path.is_dir() {
        return Err(StoreError::NotADatabase { path: path.into() });
    }
    let lock_path = beside(path, ".lock");
    let (lock, lock_is_new) = open_or_create(&lock_path)
        .map_err(|error| StoreError::from_io(path, "creating the lock file", &error))?;
    lock.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => StoreError::InUse {
            path: path.into(),
            cause: format!("{} is locked", lock_path.display()),
        },
        TryLockError::Error(error) => StoreError::from_io(path, "locking the lock file", &error),
    })?;
    match inspect(path) {
        Ok(empty) => {
            let unmarked = empty || beside(path, "-journal").exists();
            Ok(Claim { unmarked, _lock: lock })
        }
        Err(error) => {
            if lock_is_new {
                // Nothing of ours is left beside a file that is not ours; a leftover is harmless.
                let _ = std::fs::remove_file(&lock_path);
            }
            Err(error)
        }
    }
}

/// Creates the file or opens it for writing without changing it; tells whether it was created.
fn open_or_create(path: &Path) -> io::Result<(File, bool)> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let file = OpenOptions::new().read(true).write(true).open(path)?;
            Ok((file, false))
        }
        created => created.map(|file| (file, true)),
    }
}

/// Whether the file is empty; an error where it holds anything but a database of this program.
fn inspect(path: &Path) -> Result<bool, StoreError> {
    let failed = |error| StoreError::from_io(path, "opening the file", &error);
    let (file, _) = open_or_create(path).map_err(failed)?;
    is_empty(path, file)
}

/// Refuses a file that is there and not this program's database; touches nothing.
pub(super) fn look(path: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::from_io(path, "opening the file", &error);
    match is_empty(path, File::open(path).map_err(failed)?)? {
        true => Err(StoreError::NotADatabase { path: path.into() }),
        false => Ok(()),
    }
}

fn is_empty(path: &Path, file: File) -> Result<bool, StoreError> {
    let failed = |error| StoreError::from_io(path, "opening the file", &error);
    let mut header = Vec::with_capacity(HEADER);
    file.take(HEADER as u64).read_to_end(&mut header).map_err(failed)?;
    if header.is_empty() {
        return Ok(true);
    }
    if header.len() < HEADER || !header.starts_with(MAGIC) {
        return Err(StoreError::NotADatabase { path: path.into() });
    }
    if header[APPLICATION_ID_AT..][..4] != APPLICATION_ID.to_be_bytes() {
        return Err(StoreError::Foreign { path: path.into() });
    }
    Ok(false)
}

/// A file beside the database: its path, with `ending` added.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}
