//! What is forgotten is gone, what has changed meanwhile is not, and counts stay.

use super::*;

fn everything(repo: u64) -> Forgotten {
    assert_eq!(repo, 7);
    Forgotten {
        deployments: vec![DeploymentId(1), DeploymentId(2)],
        pulls: vec![12, 13],
        infrastructure: vec![12, 13],
        commits: vec![oid(1), oid(2)],
        incidents: vec![incident().id],
        runs: vec![9_000, 9_001],
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
                Fact::InfrastructurePull(_) => true,
                Fact::Incident(one) => one.id == incident().id,
                Fact::Frontier { .. } => true,
                Fact::WorkflowRun(one) => one.id != 9_002,
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
    let newest = Time(100);
    Total { family, component, team, org, label: String::new(), upto, count, sum, newest, exemplar }
}

#[tokio::test]
async fn rows_add_to_totals_once_and_totals_stay_when_they_go() {
    let Opened { store, path, _folder } = opened().await;
    let one = |subject, value, upto, pull| Observation {
        row: row(subject, value),
        upto,
        pull,
        follows: false,
    };
    let first = vec![one("a", 1.0, Some(60), Some(4)), one("b", 2.0, Some(60), None)];
    assert!(store.settle(first.clone(), &[]).await.unwrap().is_empty());
    let second = vec![first[0].clone(), one("c", 5.0, None, None), first[1].clone()];
    assert_eq!(store.settle(second, &[]).await.unwrap(), [0, 2]);
    let places = store.settled(0, 9).await.unwrap().places;
    for _ in 0..2 {
        // Whoever does it again, not knowing that it was done, changes nothing.
        store.remove_settled(places[..2].to_vec()).await.unwrap();
    }
    store.close().await;
    let store = Store::open(&path).await.unwrap();
    let expected = [total(2, 3, Some(60), Some((4, 1))), total(1, 5, None, None)];
    assert_eq!(store.totals().await.unwrap(), expected);
    assert_eq!(store.settled(0, 9).await.unwrap().rows, [row("c", 5.0)]);
}

#[tokio::test]
async fn what_follows_a_row_settles_with_it_or_not_at_all() {
    let Opened { store, _folder, .. } = opened().await;
    let one = |subject: String, follows| Observation {
        follows,
        ..plain(&[row(&subject, 1.0)])[0].clone()
    };
    store.settle(vec![one("old".into(), false)], &[]).await.unwrap();
    // So many that a statement ends between a row and what follows it.
    let fresh = (0..99).map(|n| one(format!("{n}"), false));
    let followers = (0..3).map(|n| one(format!("follower {n}"), true));
    let mut rows: Vec<Observation> = fresh.chain([one("old".into(), false)]).collect();
    rows.extend(followers);
    rows.push(one("last".into(), false));
    assert_eq!(store.settle(rows, &[]).await.unwrap(), [99, 100, 101, 102]);
    let total: u64 = store.totals().await.unwrap().iter().map(|total| total.count).sum();
    assert_eq!(total, 101);
    assert_eq!(store.settled(0, 999).await.unwrap().rows.len(), 101);
}

#[tokio::test]
async fn all_totals_are_read_page_by_page() {
    let Opened { store, _folder, .. } = opened().await;
    let of = |n: u64| {
        let component =
            ComponentId { repo: RepoId(n.wrapping_mul(u64::MAX / 7)), name: "a".into() };
        let row = SettledRow {
            component,
            reason: Some(format!("{}", n % 3)),
            ..row(&format!("{n}"), 1.0)
        };
        Observation { upto: Some(n as i64 % 5), ..plain(&[row])[0].clone() }
    };
    store.settle((0..25_000).map(of).collect(), &[]).await.unwrap();
    let totals = store.totals().await.unwrap();
    assert_eq!(totals.iter().map(|total| total.count).sum::<u64>(), 25_000);
    let families = totals.iter().map(|one| (one.component.clone(), one.label.clone(), one.upto));
    assert_eq!(families.collect::<std::collections::BTreeSet<_>>().len(), totals.len());
}
