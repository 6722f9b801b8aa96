//! The whole exposition of a fixed history at a fixed instant, byte for byte.

use crate::running::World;
use crate::story::{NOW, organization};
use crate::surveys;
use std::path::Path;

/// To write it anew: `UPDATE_GOLDEN=1 cargo test --test daemon golden`.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/organization.prom");

#[tokio::test]
async fn the_families_of_a_fixed_history_are_the_committed_ones_byte_for_byte() {
    let world = World::of(organization().story, NOW).await;
    let mut config = surveys::config(&world);
    config.more.push_str("\n[[platform.self_service]]\nrepositories = [\"acme/infrastructure\"]\n");
    let daemon = world.start(&config).await;
    surveys::send_export(&daemon).await;
    // Long enough for the birth of every series, and for the history to enter the histogram.
    daemon.advance(56).await;
    let scrape = daemon.scrape().await;
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, scrape.figures()).unwrap();
    }
    let golden = std::fs::read_to_string(Path::new(GOLDEN)).unwrap();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let difference = crate::exposition::difference(&lines(&golden), &lines(&scrape.figures()));
    assert!(
        golden == scrape.figures(),
        "UPDATE_GOLDEN=1 writes tests/golden/organization.prom anew; it differs:\n{difference}"
    );
    daemon.stop().await;
}

#[tokio::test]
async fn promtool_complains_of_the_two_inherited_names_and_of_nothing_else() {
    let world = World::of(organization().story, NOW).await;
    let mut config = world.config();
    config.more = "[exposition]\ncomponent_detail = \"full\"".to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(61).await;
    let scrape = daemon.scrape().await;
    let complaints = scrape.complaints();
    assert_eq!(complaints.len(), 2, "{complaints:#?}");
    for name in ["dora_lead_time_hours ", "dora_mean_time_to_restore_hours "] {
        assert!(complaints.iter().any(|line| line.starts_with(name)), "{name}: {complaints:#?}");
    }
    daemon.stop().await;
}
