//! Opening: whose file it is, who has it, and what is said when it cannot be.

use super::*;
use std::fs;

async fn refused(path: &Path) -> StoreError {
    match Store::open(path).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

/// The bytes of everything in a folder, by name.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dora.db");
    for text in ["x", "SQLite format 3\0", &"token = 1\n".repeat(1000)] {
        fs::write(&path, text).unwrap();
        let before = contents(folder.path());
        assert_eq!(refused(&path).await, StoreError::NotADatabase { path: path.clone() });
        assert_eq!(contents(folder.path()), before);
    }
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photos.db");
    let mut connection = quiet(&path).create_if_missing(true).connect().await.unwrap();
    sqlx::query("CREATE TABLE photos (id)").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let before = contents(folder.path());
    assert_eq!(refused(&path).await, StoreError::Foreign { path: path.clone() });
    assert_eq!(contents(folder.path()), before);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_with_its_facts_intact() {
    let Opened { store, path, _folder } = opened().await;
    store.commit(&every_kind(), &[]).await.unwrap();
    store.close().await;
    meddle(
        &path,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .await;
    let error = refused(&path).await;
    assert_eq!(error, StoreError::Newer { path: path.clone(), migration: 9999 });
    assert!(error.to_string().contains("use that version or another file"), "{error}");
    meddle(&path, "DELETE FROM _sqlx_migrations WHERE version = 9999").await;
    assert_eq!(all(&Store::open(&path).await.unwrap()).await, every_kind());
}

#[tokio::test]
async fn a_second_store_on_the_same_file_is_refused_until_the_first_is_closed() {
    let Opened { store, path, _folder } = opened().await;
    let error = refused(&path).await;
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    store.commit(&every_kind(), &[]).await.unwrap();
    store.close().await;
    assert_eq!(all(&Store::open(&path).await.unwrap()).await, every_kind());
}

#[tokio::test]
async fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nowhere");
    let path = missing.join("dora.db");
    assert_eq!(refused(&path).await, StoreError::FolderMissing { path, folder: missing });
}

#[tokio::test]
async fn a_folder_in_place_of_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    assert_eq!(refused(&path).await, StoreError::NotADatabase { path });
}

/// `/sys` refuses new files even to root, whom permissions alone would not stop.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_refused_with_the_remedy() {
    let path = PathBuf::from("/sys/dora.db");
    let error = refused(&path).await;
    assert!(matches!(error, StoreError::NotWritable { .. }), "{error}");
    assert!(error.to_string().contains("let this user write the file and its folder"), "{error}");
}

#[tokio::test]
async fn a_full_disk_is_named_and_what_was_stored_stays() {
    let Opened { store, path, _folder } = opened().await;
    store.commit(&every_kind(), &[]).await.unwrap();
    // The limit never goes below what is there already, so the next page is one too many.
    let mut connection = writing(&path).pragma("max_page_count", "1").connect().await.unwrap();
    let filled = sqlx::query("INSERT INTO named_values VALUES ('x', hex(zeroblob(1000000)))")
        .execute(&mut connection)
        .await;
    let error = StoreError::from_sqlx(&path, "writing", &filled.unwrap_err());
    assert_eq!(error, StoreError::Full { path });
    assert_eq!(all(&store).await, every_kind());
}

/// Whatever is done with a damaged database: nothing writes over it, since a backup may be older than
/// what can still be saved from it.
#[tokio::test]
async fn a_damaged_database_is_named_with_the_remedy_and_left_as_it_was() {
    let Opened { store, path, _folder } = opened().await;
    let facts: Vec<Fact> = (1..2_000).map(|id| Fact::Deployment(deployment(id))).collect();
    store.commit(&facts, &[]).await.unwrap();
    store.close().await;
    let sound = fs::read(&path).unwrap();
    let pages = sound.len() / 4_096;
    for (what, first, last) in [
        ("its schema", 100, 4_096),
        ("everything but its first page", 4_096, sound.len()),
        ("a half", pages / 2 * 4_096, sound.len()),
    ] {
        let mut damaged = sound.clone();
        damaged[first..last].fill(0xa5);
        fs::write(&path, &damaged).unwrap();
        let error = match Store::open(&path).await {
            Err(error) => error,
            Ok(store) => {
                let read = store.facts_since(0, 10_000).await;
                store.close().await;
                read.unwrap_err()
            }
        };
        assert!(matches!(error, StoreError::Damaged { .. }), "{what}: {error}");
        assert!(error.to_string().contains("restore a backup, or move the file away"), "{error}");
        assert!(fs::read(&path).unwrap() == damaged, "{what} was written over");
    }
    fs::write(&path, &sound[..sound.len() / 2]).unwrap();
    let error = refused(&path).await;
    assert!(matches!(error, StoreError::Damaged { .. }), "cut off: {error}");
    assert_eq!(fs::read(&path).unwrap(), &sound[..sound.len() / 2]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_this_user_may_read_what_holds_the_key() {
    use std::os::unix::fs::PermissionsExt;
    let Opened { store, path, _folder } = opened().await;
    store.commit(&every_kind(), &[]).await.unwrap();
    let folder = path.parent().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", entry.path().display());
    }
}

#[tokio::test]
async fn an_empty_file_is_made_into_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dora.db");
    fs::write(&path, "").unwrap();
    let store = Store::open(&path).await.unwrap();
    store.commit(&every_kind(), &[]).await.unwrap();
    assert_eq!(all(&store).await, every_kind());
}

/// Between the writing of the mark and the end of the journal that would undo it.
#[tokio::test]
async fn a_file_whose_marking_was_cut_short_is_made_into_a_store_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, marked) = (folder.path().join("dora.db"), folder.path().join("marked.db"));
    let journal = |path: &Path| PathBuf::from(format!("{}-journal", path.display()));
    // Without waiting for the disk the journal is valid as soon as it is begun.
    let options = quiet(&marked).create_if_missing(true).synchronous(SqliteSynchronous::Off);
    let mut connection = options.connect().await.unwrap();
    let mark = format!("BEGIN; PRAGMA application_id = {}", file::APPLICATION_ID);
    sqlx::raw_sql(sqlx::AssertSqlSafe(mark)).execute(&mut connection).await.unwrap();
    fs::copy(journal(&marked), journal(&path)).unwrap();
    sqlx::query("COMMIT").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    fs::copy(&marked, &path).unwrap();

    let store = Store::open(&path).await.unwrap();
    store.commit(&every_kind(), &[]).await.unwrap();
    store.close().await;
    assert_eq!(all(&Store::open(&path).await.unwrap()).await, every_kind());
}

#[tokio::test]
async fn a_store_is_read_beside_the_process_that_has_it_and_not_written() {
    let Opened { store, path, _folder } = opened().await;
    store.commit(&every_kind(), &[]).await.unwrap();
    let beside = Store::open_to_read(&path).await.unwrap();
    let read = |store: Store| async move { store.facts_since(0, 1_000).await.unwrap().facts };
    assert_eq!(read(beside.clone()).await, read(store.clone()).await);
    let login = |store: &Store| store.login_hasher().person("ada");
    assert_eq!(login(&beside), login(&store));
    let refused = beside.commit(&every_kind(), &[]).await;
    assert_eq!(refused, Err(StoreError::Closed { path: path.clone() }));
    store.close().await;
    beside.close().await;
    let alone = Store::open_to_read(&path).await.unwrap();
    assert!(!read(alone).await.is_empty(), "and without one");
}

#[tokio::test]
async fn what_is_no_store_of_this_version_is_not_read() {
    let Opened { store, path, _folder } = opened().await;
    store.close().await;
    let refused = |path: PathBuf| async move {
        Store::open_to_read(&path).await.err().expect("it was opened").to_string()
    };
    meddle(&path, "UPDATE _sqlx_migrations SET version = version + 1000").await;
    assert!(refused(path.clone()).await.contains("made by a newer"));
    meddle(&path, "UPDATE _sqlx_migrations SET version = version - 2000").await;
    assert!(refused(path.clone()).await.contains("made by an older"));
    for text in ["", "x", &"token = 1\n".repeat(1000)] {
        let other = path.with_extension("txt");
        fs::write(&other, text).unwrap();
        assert!(refused(other).await.contains("not a database"), "{text:.10}");
    }
    let nowhere = path.with_extension("none");
    refused(nowhere.clone()).await;
    assert!(!nowhere.exists());
}
