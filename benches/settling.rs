//! What settling costs: writing a million observations, reading and adding them up at a start, and
//! folding them all into totals.
//!
//! `cargo bench --bench settling [-- OBSERVATIONS]`

use delivery::domain::{ComponentId, HOUR, RepoId, Time};
use dora_exporter::evaluate::{Settled, observations};
use dora_exporter::store::{SettledRow, Store};
use std::time::{Duration, Instant};

/// How many rows are settled at once.
const BATCH: usize = 10_000;
const COMPONENTS: usize = 1_000;

fn observation(number: usize) -> SettledRow {
    let repo = number % COMPONENTS;
    SettledRow {
        family: "dora_change_lead_time_seconds".to_owned(),
        subject: format!("pull:{repo}:{number}:"),
        component: ComponentId::whole(RepoId(repo as u64)),
        team: format!("team-{}", repo % 40),
        org: "acme".to_owned(),
        reason: None,
        value: ((number % 500) as i64 * HOUR) as f64,
        at: Time(number as i64),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(1_000_000);
    let rows: Vec<SettledRow> = (0..wanted).map(observation).collect();

    let start = Instant::now();
    let mut settled = Settled::default();
    settled.add(&rows);
    println!("add observations {wanted} {:?}", start.elapsed());

    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("dora.db")).await?;
    let start = Instant::now();
    for batch in rows.chunks(BATCH) {
        store.settle(observations(batch), &[]).await?;
    }
    println!("write observations {wanted} {:?}", start.elapsed());

    let start = Instant::now();
    let read = Settled::read(&store).await?;
    println!("start observations {wanted} {:?}", start.elapsed());
    let shown = |settled: &Settled| settled.totals.of_orgs([]);
    assert_eq!(shown(&read), shown(&settled));

    let start = Instant::now();
    let (mut after, mut longest) = (Some(0), Duration::ZERO);
    while let Some(place) = after {
        let page = Instant::now();
        (_, after) = Settled::fold_page(&store, place, Time(i64::MAX), |_| true).await?;
        longest = longest.max(page.elapsed());
    }
    println!("fold observations {wanted} {:?}, longest transaction {longest:?}", start.elapsed());
    let start = Instant::now();
    let read = Settled::read(&store).await?;
    println!("start folded {} totals {:?}", store.totals().await?.len(), start.elapsed());
    assert_eq!(shown(&read), shown(&settled));
    store.close().await;
    Ok(())
}
