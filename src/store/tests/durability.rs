//! What is acknowledged stays, what fails leaves nothing, and neither disturbs the others.

use super::*;
use std::collections::BTreeSet;
use std::fs;

fn refuse_cursor(action: &'static str) -> &'static str {
    match action {
        "ABORT" => {
            "CREATE TRIGGER refuse BEFORE INSERT ON cursors WHEN NEW.cursor = 'bad'
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        }
        _ => {
            "CREATE TRIGGER refuse BEFORE INSERT ON cursors WHEN NEW.cursor = 'bad'
             BEGIN SELECT RAISE(ROLLBACK, 'refused'); END"
        }
    }
}

#[tokio::test]
async fn facts_and_cursor_are_stored_together_or_not_at_all() {
    for action in ["ABORT", "ROLLBACK"] {
        let Opened { store, path, _folder } = opened().await;
        meddle(&path, refuse_cursor(action)).await;
        let first = store.commit(&[Fact::Commit(commit(1))], &[cursor("good")]).await.unwrap();
        let refused = store.commit(&every_kind(), &[cursor("bad")]).await.unwrap_err();
        assert!(refused.to_string().contains("refused"), "{action}: {refused}");
        assert_eq!(all(&store).await, [Fact::Commit(commit(1))]);
        assert_eq!(store.cursors().await.unwrap(), [cursor("good")]);
        let next = store.commit(&[Fact::Commit(commit(2))], &[]).await.unwrap();
        assert_eq!(next, first + 1, "{action}: a refused change takes no number");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_commits_all_land_and_a_refused_one_spoils_no_other() {
    let Opened { store, path, _folder } = opened().await;
    meddle(&path, refuse_cursor("ABORT")).await;
    let mut tasks = tokio::task::JoinSet::new();
    for id in 1..=200u64 {
        let store = store.clone();
        tasks.spawn(async move {
            let text = if id % 10 == 0 { "bad" } else { "good" };
            let outcome = store.commit(&[Fact::Deployment(deployment(id))], &[cursor(text)]).await;
            (id, outcome)
        });
    }
    let (mut expected, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    while let Some(done) = tasks.join_next().await {
        let (id, outcome) = done.unwrap();
        assert_eq!(outcome.is_ok(), id % 10 != 0);
        if let Ok(number) = outcome {
            expected.insert(id);
            assert!(numbers.insert(number), "each change has its own newest number");
        }
    }
    let stored = all(&store).await.into_iter().map(|fact| match fact {
        Fact::Deployment(deployment) => deployment.id.0,
        other => panic!("{other:?}"),
    });
    assert_eq!(stored.collect::<BTreeSet<u64>>(), expected);
}

/// What a loss of power leaves: the database and its log at one instant, without a goodbye. The
/// log is copied between two equal readings of the database, so no checkpoint came between.
fn image(from: &Path, to: &Path) {
    let beside = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    loop {
        let database = fs::read(from).unwrap();
        let log = fs::read(beside(from)).unwrap();
        if fs::read(from).unwrap() == database {
            fs::write(to, database).unwrap();
            fs::write(beside(to), log).unwrap();
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_moment_keeps_every_acknowledged_commit_with_its_cursor() {
    let Opened { store, path, _folder } = opened().await;
    let (acknowledge, acknowledged) = watch::channel(0u64);
    let committing = store.clone();
    let task = tokio::spawn(async move {
        for id in 1..=2000u64 {
            let facts = [Fact::Deployment(deployment(id)), Fact::Commit(commit(id as u8))];
            committing.commit(&facts, &[cursor(&id.to_string())]).await.unwrap();
            acknowledge.send_replace(id);
        }
    });
    let mut watched = acknowledged.clone();
    for moment in [1, 10, 77, 300, 901, 1500] {
        watched.wait_for(|id| *id >= moment).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("dora.db");
        let before = *acknowledged.borrow();
        image(&path, &copy);
        let survivor = Store::open(&copy).await.unwrap();
        let facts = all(&survivor).await;
        let deployments = facts.iter().filter(|fact| matches!(fact, Fact::Deployment(_))).count();
        assert!(deployments as u64 >= before, "{deployments} of {before}");
        let reached = survivor.cursors().await.unwrap();
        assert_eq!(reached, [cursor(&deployments.to_string())], "the cursor of the last commit");
        survivor.close().await;
    }
    task.await.unwrap();
}

#[tokio::test]
async fn a_caller_that_stops_waiting_does_not_stop_the_commit() {
    let Opened { store, _folder, .. } = opened().await;
    let facts = every_kind();
    let mut commit = Box::pin(store.commit(&facts, &[]));
    // Polled once, so that it is handed over, and then forgotten.
    assert!(
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(commit.as_mut().poll(context).is_pending())
        })
        .await
    );
    drop(commit);
    store.commit(&[], &[cursor("later")]).await.unwrap();
    assert_eq!(all(&store).await, every_kind());
}

#[tokio::test]
async fn closing_leaves_everything_in_the_one_file() {
    let Opened { store, path, _folder } = opened().await;
    store.commit(&every_kind(), &[]).await.unwrap();
    store.close().await;
    store.close().await;
    assert!(!PathBuf::from(format!("{}-wal", path.display())).exists());
    let moved = path.with_file_name("moved.db");
    fs::copy(&path, &moved).unwrap();
    assert_eq!(all(&Store::open(&moved).await.unwrap()).await, every_kind());
    let closed = StoreError::Closed { path: path.clone() };
    assert_eq!(store.commit(&every_kind(), &[]).await, Err(closed.clone()));
    assert_eq!(store.facts_since(0, 1).await, Err(closed));
}

#[tokio::test]
async fn a_full_disk_refuses_whole_commits_and_takes_them_once_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dora.db");
    // The file may grow to 120 pages and no further.
    let store =
        Store::open_by(&path, writing(&path).pragma("max_page_count", "120")).await.unwrap();
    store.meta_set("ballast", &"x".repeat(100_000)).await.unwrap();
    let many = |from: u64| (from..from + 100).map(|id| Fact::Deployment(deployment(id)));
    let mut stored = Vec::new();
    let refused = loop {
        let next: Vec<Fact> = many(stored.len() as u64).collect();
        match store.commit(&next, &[cursor(&stored.len().to_string())]).await {
            Ok(_) => stored.extend(next),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, StoreError::Full { path: path.clone() });
    assert!(!stored.is_empty());
    assert_eq!(all(&store).await, stored);
    let last = cursor(&(stored.len() - 100).to_string());
    assert_eq!(store.cursors().await.unwrap(), [last], "the cursor of the last commit");

    meddle(&path, "DELETE FROM named_values WHERE name = 'ballast'").await;
    let next: Vec<Fact> = many(stored.len() as u64).collect();
    store.commit(&next, &[]).await.unwrap();
    stored.extend(next);
    assert_eq!(all(&store).await, stored);
}
