//! What is forgotten is gone, what has changed meanwhile is not, and counts stay.

use super::*;

fn everything(repo: u64) -> Forgotten {
    assert_eq!(repo, 7);
    Forgotten {
        deployments: vec![DeploymentId(1), DeploymentId(2)],
        pulls: vec![12, 13],
        commits: vec![oid(1), oid(2)],
        incidents: vec![incident().id],
        frontier: vec![oid(90)],
        frontier_before: vec![oid(78)],
    }
}

#[tokio::test]
async fn facts_of_one_repository_go_and_the_frontier_is_remembered() {
    let opened = opened().await;
    let newest = opened.store.commit(&every_kind(), &[cursor("here")]).await.unwrap();
    opened.store.forget(RepoId(7), &everything(7), newest).await.unwrap();
    let left = all(&opened.store).await;
    assert!(left.contains(&Fact::Frontier { repo: RepoId(7), oid: oid(90) }));
    assert!(!left.contains(&Fact::Frontier { repo: RepoId(7), oid: oid(78) }));
    for fact in every_kind() {
        let goes = everything(7).facts() > 0
            && match &fact {
                Fact::Deployment(_) | Fact::PullRequest(_) | Fact::Commit(_) => true,
                Fact::Incident(one) => one.id == incident().id,
                Fact::Frontier { .. } => true,
                _ => false,
            };
        assert_eq!(left.contains(&fact), !goes, "{fact:?}");
    }
    assert_eq!(opened.store.cursors().await.unwrap().len(), 1);
    let asked = [oid(1), oid(77), oid(90)];
    let known = opened.store.known_commits(RepoId(7), &asked).await.unwrap();
    assert_eq!(known, [(oid(77), None), (oid(90), None)].into());
    let ids = [DeploymentId(1), DeploymentId(9)];
    assert_eq!(opened.store.missing_deployments(ids).await.unwrap(), ids.into());
}

#[tokio::test]
async fn what_changed_after_it_was_looked_at_stays() {
    let opened = opened().await;
    let looked_at = opened.store.commit(&every_kind(), &[]).await.unwrap();
    let reopened = Fact::Incident(Incident { events: vec![], ..incident() });
    opened.store.commit(std::slice::from_ref(&reopened), &[]).await.unwrap();
    opened.store.forget(RepoId(7), &everything(7), looked_at).await.unwrap();
    assert!(all(&opened.store).await.contains(&reopened));
}

fn row(subject: &str, value: f64) -> SettledRow {
    SettledRow {
        family: "dora_lead_time_hours".into(),
        subject: subject.into(),
        component: ComponentId { repo: RepoId(u64::MAX), name: "api".into() },
        team: "blue".into(),
        org: "acme".into(),
        reason: None,
        value,
        at: Time(100),
    }
}

fn total(count: u64, sum: i64, upto: Option<i64>, exemplar: Option<(u32, i64)>) -> Total {
    let SettledRow { family, component, team, org, .. } = row("", 0.0);
    let newest = Time(sum);
    Total { family, component, team, org, label: String::new(), upto, count, sum, newest, exemplar }
}

#[tokio::test]
async fn folded_rows_are_replaced_by_totals_that_add_up_once() {
    let Opened { store, path, _folder } = opened().await;
    let rows = [row("a", 1.0), row("b", 2.0), row("c", 3.0)];
    store.settle(&rows, &[]).await.unwrap();
    let places = store.settled(0, 9).await.unwrap().places;
    store.fold(vec![places[0]], vec![total(1, 1, Some(60), Some((4, 1)))]).await.unwrap();
    let second = vec![total(1, 2, Some(60), None), total(1, 5, None, None)];
    store.fold(vec![places[1]], second.clone()).await.unwrap();
    // Whoever does it again, not knowing that it was done, changes nothing.
    assert!(store.fold(vec![places[1]], second).await.is_err());
    store.close().await;
    let store = Store::open(&path).await.unwrap();
    let expected =
        [Total { newest: Time(2), ..total(2, 3, Some(60), Some((4, 1))) }, total(1, 5, None, None)];
    assert_eq!(store.totals().await.unwrap(), expected);
    assert_eq!(store.settled(0, 9).await.unwrap().rows, rows[2..]);
}
