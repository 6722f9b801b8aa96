//! What purging removes, and what it leaves.

use super::*;

/// A store with every kind of fact of the repository 7, one of which is a sample of repository 8,
/// a cursor, a settled row and a birth.
async fn filled() -> Opened {
    let opened = opened().await;
    opened.store.commit(&every_kind(), &[cursor("here")]).await.unwrap();
    let component = ComponentId::whole(RepoId(7));
    let row = SettledRow {
        family: "dora_lead_time_hours".into(),
        subject: "pull:7:12:".into(),
        component: component.clone(),
        team: "blue".into(),
        org: "acme".into(),
        reason: None,
        value: 1.0,
        at: Time(100),
    };
    let (born_at, settled_through) = (Time(1), Time(2));
    let birth = Birth { component, born_at, settled_through, primed_at: None };
    opened.store.settle(plain(&[row]), &[birth]).await.unwrap();
    opened
}

#[tokio::test]
async fn facts_and_cursors_go_and_what_was_counted_stays() {
    let opened = filled().await;
    let purged = opened.store.purge(RepoId(7), false).await.unwrap();
    for expected in [
        ("repository", 1),
        ("deployment", 2),
        ("pull request", 2),
        ("cursor", 1),
        ("infrastructure pull request", 2),
    ] {
        assert!(purged.facts.contains(&expected), "{purged:?}");
    }
    assert_eq!(purged.counted, [("settled row", 1), ("total", 1), ("birth", 1)]);
    let mut left = all(&opened.store).await;
    let mut others = every_kind();
    others.retain(|fact| fact.repo() != Some(RepoId(7)));
    left.sort_by_key(|fact| format!("{fact:?}"));
    others.sort_by_key(|fact| format!("{fact:?}"));
    assert_eq!(left, others);
    assert!(opened.store.cursors().await.unwrap().is_empty());
    assert_eq!(opened.store.settled(0, 9).await.unwrap().rows.len(), 1);
    assert_eq!(opened.store.births().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_counted_goes_where_it_is_asked_for() {
    let opened = filled().await;
    opened.store.purge(RepoId(7), true).await.unwrap();
    assert!(opened.store.settled(0, 9).await.unwrap().rows.is_empty());
    assert!(opened.store.births().await.unwrap().is_empty());
}

#[tokio::test]
async fn no_trace_of_a_purged_repository_is_left_in_the_file() {
    let opened = filled().await;
    opened.store.purge(RepoId(7), true).await.unwrap();
    opened.store.close().await;
    let bytes = std::fs::read(&opened.path).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("acme/shop"), "others have that name");
    assert!(!holds("DE_1") && !holds("pull:7:12:"));
}
