//! What is read, and at what price.

use crate::world::{DAY, HOUR, NOW, World};
use delivery::domain::{DeploymentId, IncidentLink};
use dora_exporter::config::PagerDutySettings;
use proptest::prelude::*;

#[tokio::test]
async fn a_first_reading_finds_everything_of_the_look_back_and_what_is_open_however_old() {
    let world = World::at(NOW).await;
    let account = &world.account;
    for n in 0..250_i64 {
        let (id, at) = (format!("Q{n:03}"), NOW - 100 * DAY + n * 6 * HOUR);
        account.open(at, &id, "P1", "Payments fail");
        account.log(at + 60, &id, "acknowledge", "UADA", "");
        account.resolve(at + 2 * HOUR, &id);
    }
    account.open(NOW - 300 * DAY, "QOLD", "P1", "It burns");
    account.open(NOW - 300 * DAY, "QPAST", "P1", "It burnt");
    account.resolve(NOW - 299 * DAY, "QPAST");
    // Opened before the look-back and resolved within.
    account.open(NOW - 130 * DAY, "QLATE", "P1", "It burnt for long");
    account.resolve(NOW - 30 * DAY, "QLATE");
    let mut reader = world.reader();
    reader.sweep(NOW).await.unwrap();
    assert_eq!(reader.kept.len(), 252);
    assert_eq!(reader.events("Q007"), [(2, 'r')]);
    assert_eq!(reader.events("QOLD"), []);
    assert_eq!(reader.events("QLATE"), [(100 * 24, 'r')]);
    assert!(reader.kept.values().all(|it| it.component.as_deref() == Some("acme/pay")));
    // 18 weeks with a list of incidents and one of log entries each, in pages of 100; the open
    // ones; and the old one that was resolved, with its log.
    let asked = account.asked();
    assert!(asked.len() <= 2 * 18 + 1 + 2, "{}: {asked:?}", asked.len());

    // Nothing new costs three requests.
    world.clock.set(NOW + 300);
    reader.sweep(NOW + 300).await.unwrap();
    assert_eq!(account.asked().len(), 3);
}

#[tokio::test]
async fn resolutions_reopenings_and_merges_are_followed_as_they_happen() {
    let world = World::at(NOW).await;
    let account = &world.account;
    let mut reader = world.reader();
    account.open(NOW - HOUR, "Q1", "P1", "Payments fail");
    account.open(NOW - HOUR, "Q2", "P1", "Payments fail too");
    for (hours, expected) in [
        (0, (vec![], vec![])),
        (1, (vec![], vec![])),
        (3, (vec![(3, 'r')], vec![])),
        (5, (vec![(3, 'r'), (5, 'o')], vec![(4, 'd')])),
        (6, (vec![(3, 'r'), (5, 'o')], vec![(4, 'd')])),
        (9, (vec![(3, 'r'), (5, 'o'), (9, 'r')], vec![(4, 'd')])),
    ] {
        match hours {
            1 => account.log(NOW, "Q1", "acknowledge", "UADA", ""),
            3 => account.resolve(NOW + 2 * HOUR, "Q1"),
            5 => {
                account.merge(NOW + 3 * HOUR, "Q2");
                account.log(NOW + 4 * HOUR, "Q1", "reopen", "UADA", "");
            }
            9 => account.resolve(NOW + 8 * HOUR, "Q1"),
            _ => {}
        }
        let now = NOW + (hours - 1) * HOUR + 60;
        world.clock.set(now);
        reader.sweep(now).await.unwrap();
        assert_eq!((reader.events("Q1"), reader.events("Q2")), expected, "after {hours} h");
    }
    // Whoever reads it all afterwards sees the same.
    let mut late = world.reader();
    late.sweep(world.clock.seconds()).await.unwrap();
    assert_eq!(late.kept, reader.kept);
}

#[tokio::test]
async fn the_resolvers_notes_name_causes_and_fixes() {
    let world = World::at(NOW).await;
    let account = &world.account;
    account.open(NOW - 9 * HOUR, "Q1", "P1", "Payments fail");
    account.log(NOW - 8 * HOUR, "Q1", "annotate", "UEVE", "caused by deployment 1");
    account.log(NOW - 7 * HOUR, "Q1", "annotate", "UADA", "caused by deployment 2");
    account.resolve(NOW - 6 * HOUR, "Q1");
    let mut reader = world.reader();
    reader.sweep(NOW).await.unwrap();
    let named = |id: u64| vec![IncidentLink::Deployment(DeploymentId(id))];
    assert_eq!(reader.kept["Q1"].causes, named(2));
    // A note that is written after the resolution is read, too.
    account.log(NOW + HOUR, "Q1", "annotate", "UADA", "fixed by deployment 3");
    world.clock.set(NOW + 2 * HOUR);
    reader.sweep(NOW + 2 * HOUR).await.unwrap();
    assert_eq!((&reader.kept["Q1"].causes, &reader.kept["Q1"].fixes), (&named(2), &named(3)));
}

#[tokio::test]
async fn an_urgency_that_changes_decides_anew() {
    let world = World::at(NOW).await;
    let account = &world.account;
    account.open(NOW - 2 * HOUR, "Q1", "P1", "Payments are slow");
    account.grade("Q1", "low", None);
    let mut reader = world.reader();
    reader.sweep(NOW).await.unwrap();
    assert!(!reader.kept["Q1"].counts);
    account.grade("Q1", "high", None);
    world.clock.set(NOW + 300);
    reader.sweep(NOW + 300).await.unwrap();
    assert!(reader.kept["Q1"].counts);
    account.resolve(NOW + 310, "Q1");
    account.log(NOW + 400, "Q1", "urgency_change", "UADA", "");
    account.grade("Q1", "low", None);
    world.clock.set(NOW + 600);
    reader.sweep(NOW + 600).await.unwrap();
    assert!(!reader.kept["Q1"].counts);
}

#[tokio::test]
async fn another_mapping_reads_the_look_back_again_and_forgets_no_history() {
    let world = World::at(NOW).await;
    let account = &world.account;
    account.open(NOW - 40 * DAY, "Q1", "P2", "Search fails");
    account.resolve(NOW - 40 * DAY + HOUR, "Q1");
    account.log(NOW - 40 * DAY + 2 * HOUR, "Q1", "reopen", "UADA", "");
    account.resolve(NOW - 40 * DAY + 3 * HOUR, "Q1");
    let mut reader = world.reader();
    let told = reader.sweep(NOW).await.unwrap();
    assert_eq!(reader.kept["Q1"].component.as_deref(), Some("pagerduty:P2"));
    assert!(told.unmapped.contains(&"P2".to_owned()));
    let mut settings = world.settings();
    settings.services.insert("P2".to_owned(), "acme/search".into());
    let mut again = world.reader_with(settings);
    again.cursor = reader.cursor.take();
    again.known = reader.known;
    let told = again.sweep(NOW).await.unwrap();
    assert_eq!(again.kept["Q1"].component.as_deref(), Some("acme/search"));
    assert_eq!(again.events("Q1"), [(1, 'r'), (2, 'o'), (3, 'r')]);
    assert!(told.unmapped.is_empty());
}

#[tokio::test]
async fn more_than_can_be_listed_is_read_in_shorter_slices() {
    let world = World::at(NOW).await;
    // Over 10,000 log entries within a day.
    for n in 0..60_i64 {
        let id = format!("Q{n:02}");
        world.account.open(NOW - 2 * DAY + n * 600, &id, "P1", "Payments fail");
        for entry in 0..200 {
            let at = NOW - 2 * DAY + n * 600 + entry;
            world.account.log(at, &id, "notify", "UADA", "");
        }
        world.account.resolve(NOW - 2 * DAY + n * 600 + HOUR, &id);
    }
    let mut reader = world.reader();
    let told = reader.sweep(NOW).await.unwrap();
    assert_eq!((reader.kept.len(), told.unread.len()), (60, 0));
    assert!(reader.kept.values().all(|it| it.events.len() == 1));
}

/// What may happen to an incident.
#[derive(Clone, Debug)]
struct Turn {
    incident: usize,
    minutes: i64,
    kind: &'static str,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let kinds = proptest::sample::select(vec![
        "resolve",
        "reopen",
        "acknowledge",
        "annotate",
        "escalate",
        "notify",
        "merge",
    ]);
    let turn = (0..4_usize, 1..90_i64, kinds).prop_map(|(incident, minutes, kind)| Turn {
        incident,
        minutes,
        kind,
    });
    proptest::collection::vec(turn, 0..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn however_often_it_is_read_in_the_end_it_is_the_same(turns in turns(), every in 15..120_i64) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::at(NOW).await;
            let ids = ["QA", "QB", "QC", "QD"];
            ids.iter().for_each(|id| world.account.open(NOW, id, "P1", "It fails"));
            let (mut at, mut merged, mut open) = (NOW, [false; 4], [true; 4]);
            for turn in turns {
                at += turn.minutes * 60;
                let (id, n) = (ids[turn.incident], turn.incident);
                match turn.kind {
                    // What PagerDuty does not allow is left out.
                    _ if merged[n] => {}
                    "resolve" | "merge" | "acknowledge" | "escalate" if !open[n] => {}
                    "reopen" if open[n] => {}
                    "merge" => {
                        world.account.merge(at, id);
                        (merged[n], open[n]) = (true, false);
                    }
                    kind => {
                        let words = format!("caused by deployment {at}");
                        world.account.log(at, id, kind, "UADA", &words);
                        open[n] = kind == "reopen" || (open[n] && kind != "resolve");
                    }
                }
            }
            let mut reader = world.reader();
            let mut now = NOW;
            while now < at + 60 {
                reader.sweep(now).await.unwrap();
                now += every * 60;
                world.clock.set(now);
            }
            reader.sweep(now).await.unwrap();
            let mut late = world.reader_with(PagerDutySettings { ..world.settings() });
            late.sweep(now).await.unwrap();
            assert_eq!(reader.kept, late.kept);
        });
    }
}
