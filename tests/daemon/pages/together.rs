//! How a team works together, on its page: as the metrics have it, and withheld where they withhold.

use crate::privacy::assert_nobody;
use crate::running::{Running, World};
use crate::space::two_teams;
use crate::story::{NOW, organization};
use crate::surveys::{config, send_export};

/// The section of a page, without what stands around it.
async fn section(daemon: &Running, path: &str) -> String {
    let (status, page) = daemon.get(path).await;
    assert_eq!(status, 200, "{path}: {page}");
    assert_nobody(path, page.as_bytes());
    let (_, rest) = page.split_once("<h2 id=\"together\">").unwrap_or(("", ""));
    rest.split_once("</section>").map(|(section, _)| section.to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn a_quarter_is_told_of_five_people_and_of_fewer_nothing_is_not_even_a_number() {
    let world = World::of(two_teams().0, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(120).await;
    let payments = section(&daemon, "/teams/payments").await;
    for part in [
        "2026Q2 so far, compared with 2026Q1",
        "Not all of 2026Q1 was read",
        "Not for judging a person",
        ">Merged changes</a></th><td data-label=\"Dimension\"><div class=\"quiet\">activity</div></td>\
         <td data-label=\"2026Q2 so far\"><div>6</div>",
        "50 % <span class=\"quiet\">of 6 changes</span>",
        "40 % <span class=\"quiet\">of 5 reviews</span>",
        "2 h <span class=\"quiet\">median of 3 changes; 85 % within 4 h</span>",
        "Reviews by the busiest reviewer, share of reviews, from ",
    ] {
        assert!(payments.contains(part), "{part}: {payments}");
    }
    // The page has the trend; a week in which too few people are left is withheld, not drawn.
    assert!(payments.matches("<svg").count() == 6 && payments.contains(">withheld<"), "{payments}");

    let search = section(&daemon, "/teams/search").await;
    for part in [
        "Of 2026Q2 so far nothing is told: fewer than 5 people wrote or reviewed what was merged",
        "Nothing is drawn: no 30 days",
    ] {
        assert!(search.contains(part), "{part}: {search}");
    }
    assert!(!search.contains("<t") && !search.contains("<svg"), "no figure: {search}");
    for path in ["/components/acme/pay/pay", "/teams/payments/changes"] {
        assert_eq!(section(&daemon, path).await, "", "{path} is of no team as a whole");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn what_a_team_says_is_told_as_the_metrics_tell_it_and_goes_when_it_is_withheld() {
    let world = World::of(organization().story, NOW).await;
    let mut config = config(&world);
    let daemon = world.start(&config).await;
    daemon.advance(5).await;
    let before = section(&daemon, "/teams/payments").await;
    assert!(!before.contains("What the team says"), "{before}");
    send_export(&daemon).await;
    let after = section(&daemon, "/teams/payments").await;
    for part in [
        "What the team says",
        "<th scope=\"col\"><bdi class=\"name\">2026Q1</bdi></th>",
        "<td data-label=\"2026Q1\"><div>71.4 %</div></td>",
        "6 h 55 min a week (mean)",
        "7 of 9 people",
    ] {
        assert!(after.contains(part), "{part}: {after}");
    }
    let none = section(&daemon, "/teams/payments?period=2025Q4").await;
    assert!(!none.contains("What the team says"), "it was asked later: {none}");
    daemon.stop().await;
    config.more = config.more.replacen("[surveys]", "[surveys]\nminimum_responses = 6", 1);
    let daemon = world.start(&config).await;
    daemon.advance(5).await;
    let search = section(&daemon, "/teams/search").await;
    assert!(!search.contains("What the team says") && !search.contains("71"), "{search}");
    daemon.stop().await;
}
