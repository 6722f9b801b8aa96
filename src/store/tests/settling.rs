//! Settled once, settled for ever.

use super::*;

fn row(subject: &str, team: &str, value: f64) -> SettledRow {
    SettledRow {
        family: "dora_lead_time_hours".into(),
        subject: subject.into(),
        component: ComponentId { repo: RepoId(u64::MAX), name: "api".into() },
        team: team.into(),
        org: "acme".into(),
        reason: None,
        value,
        at: Time(100),
    }
}

fn birth(born_at: i64, settled_through: i64, primed_at: Option<i64>) -> Birth {
    Birth {
        component: ComponentId::whole(RepoId(7)),
        born_at: Time(born_at),
        settled_through: Time(settled_through),
        primed_at: primed_at.map(Time),
    }
}

#[tokio::test]
async fn a_settled_row_is_never_judged_again() {
    let Opened { store, path, _folder } = opened().await;
    let other_family = SettledRow {
        family: "dora_failed_deployments_total".into(),
        reason: Some("revert".into()),
        ..row("b", "blue", 1.0)
    };
    let first = [row("b", "blue", 0.1), other_family.clone(), row("a", "blue", 2.5)];
    store.settle(plain(&first), &[]).await.unwrap();
    let again = [row("a", "red", 9.0), row("c", "red", 3.0), row("c", "green", 4.0)];
    store.settle(plain(&again), &[]).await.unwrap();
    store.close().await;
    let store = Store::open(&path).await.unwrap();
    let expected =
        [row("b", "blue", 0.1), other_family, row("a", "blue", 2.5), row("c", "red", 3.0)];
    assert_eq!(store.settled(0, 9).await.unwrap().rows, expected, "in the order of settling");
    let page = store.settled(0, 3).await.unwrap();
    assert_eq!(page.rows, expected[..3]);
    assert_eq!(store.settled(page.last, 3).await.unwrap().rows, expected[3..]);
}

#[tokio::test]
async fn many_rows_settle_at_once_in_their_order() {
    let Opened { store, _folder, .. } = opened().await;
    let rows: Vec<SettledRow> =
        (0..1_050).map(|n| row(&format!("{n}"), "blue", f64::from(n))).collect();
    store.settle(plain(&rows), &[]).await.unwrap();
    assert_eq!(store.settled(0, 2_000).await.unwrap().rows, rows);
}

#[tokio::test]
async fn a_birth_stays_and_settling_only_advances() {
    let Opened { store, _folder, .. } = opened().await;
    let other = Birth { component: ComponentId::whole(RepoId(6)), ..birth(1, 1, None) };
    for (told, stored) in [
        (birth(100, 100, None), birth(100, 100, None)),
        (birth(100, 150, Some(120)), birth(100, 150, Some(120))),
        (birth(200, 140, Some(130)), birth(100, 150, Some(120))),
        (birth(200, 160, None), birth(100, 160, Some(120))),
    ] {
        store.settle(plain(&[]), &[told, other.clone()]).await.unwrap();
        assert_eq!(store.births().await.unwrap(), [other.clone(), stored]);
    }
}

#[tokio::test]
async fn rows_and_births_are_settled_together_or_not_at_all() {
    let Opened { store, path, _folder } = opened().await;
    meddle(
        &path,
        "CREATE TRIGGER refuse BEFORE INSERT ON births
         BEGIN SELECT RAISE(ABORT, 'refused'); END",
    )
    .await;
    let outcome = store.settle(plain(&[row("a", "blue", 1.0)]), &[birth(1, 1, None)]).await;
    assert!(outcome.is_err());
    assert_eq!(store.settled(0, 9).await.unwrap().rows, []);
}

#[tokio::test]
async fn the_schema_itself_refuses_to_change_a_settled_row() {
    let Opened { store, path, _folder } = opened().await;
    store.settle(plain(&[row("a", "blue", 1.0)]), &[]).await.unwrap();
    let mut connection = quiet(&path).connect().await.unwrap();
    let update = sqlx::query("UPDATE settled SET value = 2").execute(&mut connection).await;
    assert!(update.unwrap_err().to_string().contains("never changed"));
}
