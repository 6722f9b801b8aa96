//! Hints are kept until they were read, whatever happens meanwhile.

#![allow(clippy::unwrap_used)]

use super::*;
use std::path::Path;

async fn hints(path: &Path) -> (Store, Hints) {
    let store = Store::open(path).await.unwrap();
    let hints = Hints::of("github", store.clone());
    hints.load().await.unwrap();
    (store, hints)
}

fn lists(repo: u64) -> About {
    (Some(RepoId(repo)), News::Lists)
}

fn waiting(hints: &Hints) -> Vec<About> {
    hints.lock().waiting.keys().cloned().collect()
}

async fn stored(store: &Store) -> Vec<(Option<RepoId>, String)> {
    let hints = store.hints("github").await.unwrap();
    hints.into_iter().map(|hint| (hint.repo, hint.news)).collect()
}

#[tokio::test]
async fn what_was_stored_and_not_read_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dora.db");
    let (store, before) = hints(&path).await;
    let told = vec![
        lists(1),
        (Some(RepoId(1)), News::Deployment(Arc::from("DE_1"))),
        (Some(RepoId(u64::MAX)), News::Issue(Arc::from("I_1"))),
        (Some(RepoId(2)), News::OwnerFiles),
        (Some(RepoId(2)), News::Run(u64::MAX)),
        (None, News::Repositories),
        (None, News::Ownership(ClaimSource::GitHubTeam)),
    ];
    assert!(before.keep(told.clone()).await);
    assert!(before.keep(vec![lists(3)]).await);
    let read = before.take(|about| *about == lists(3));
    before.drop_read(read).await.unwrap();
    store.close().await;
    let (store, after) = hints(&path).await;
    assert_eq!(BTreeSet::from_iter(waiting(&after)), BTreeSet::from_iter(told));
    assert_eq!(store.hints("another").await.unwrap(), []);
}

#[tokio::test]
async fn a_hint_that_comes_again_while_it_is_read_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (store, hints) = hints(&folder.path().join("dora.db")).await;
    assert!(hints.keep(vec![lists(1)]).await);
    assert!(hints.keep(vec![lists(1)]).await, "it waits already");
    let read = hints.take(|_| true);
    assert_eq!(read.len(), 1);
    assert!(hints.keep(vec![lists(1)]).await);
    hints.drop_read(read).await.unwrap();
    assert_eq!(stored(&store).await, [(Some(RepoId(1)), "lists".to_owned())]);
    assert_eq!(waiting(&hints), [lists(1)]);
    let read = hints.take(|_| true);
    hints.drop_read(read).await.unwrap();
    assert_eq!(stored(&store).await, []);
}

#[tokio::test]
async fn what_could_not_be_read_is_put_back_and_no_other_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (_store, hints) = hints(&folder.path().join("dora.db")).await;
    assert!(hints.keep(vec![lists(1)]).await);
    let first = hints.take(|_| true);
    assert!(hints.keep(vec![lists(1), lists(2)]).await);
    hints.put_back(first);
    let read = hints.take(|_| true);
    assert_eq!(read.keys().cloned().collect::<Vec<_>>(), [lists(1), lists(2)]);
    hints.drop_read(read).await.unwrap();
    assert_eq!(hints.store.hints("github").await.unwrap(), []);
}

#[tokio::test]
async fn without_the_store_nothing_is_promised() {
    let folder = tempfile::tempdir().unwrap();
    let (store, hints) = hints(&folder.path().join("dora.db")).await;
    store.close().await;
    assert!(!hints.keep(vec![lists(1)]).await);
    assert_eq!(waiting(&hints), []);
}
