//! Refusals, limits, outages, and answers that are none.

use crate::stand_in::Fault;
use crate::world::{DAY, HOUR, NOW, World};
use dora_exporter::sources::SourceError;
use dora_exporter::sources::pagerduty::PagerDuty;
use std::sync::Arc;

fn fault(times: usize, status: u16) -> Fault {
    Fault { path: "/incidents", times, status, headers: Vec::new(), body: "" }
}

async fn world() -> World {
    let world = World::at(NOW).await;
    world.account.open(NOW - DAY, "Q1", "P1", "Payments fail");
    world
}

#[tokio::test]
async fn a_refused_key_is_told_with_its_origin_and_never_repeated() {
    let world = world().await;
    world.account.revoke(true);
    let error = world.reader().sweep(NOW).await.unwrap_err();
    assert_eq!(error.reason(), "unauthorized");
    let text = error.to_string();
    assert!(
        text.contains("the environment variable PAGERDUTY_TOKEN was refused (HTTP 401)"),
        "{text}"
    );
    assert!(text.contains("api.eu.pagerduty.com") && !text.contains("secret"), "{text}");
    assert_eq!(world.account.asked().len(), 1, "a refused key is not tried again");
}

#[tokio::test]
async fn limits_are_waited_out_as_the_server_says() {
    for (headers, waited) in [
        (
            vec![
                ("ratelimit-limit", "960"),
                ("ratelimit-remaining", "0"),
                ("ratelimit-reset", "7"),
            ],
            7,
        ),
        (vec![("retry-after", "11")], 11),
        (vec![], 15),
        (vec![("ratelimit-reset", "soon")], 15),
    ] {
        let world = world().await;
        world.account.fail(Fault { headers, ..fault(1, 429) });
        let mut reader = world.reader();
        reader.sweep(NOW).await.unwrap();
        assert_eq!(world.clock.waits(), [waited]);
        assert_eq!(reader.kept.len(), 1);
    }
}

#[tokio::test]
async fn a_limit_that_lasts_ends_the_sweep_and_says_until_when() {
    let world = world().await;
    world.account.fail(Fault { headers: vec![("ratelimit-reset", "900")], ..fault(1, 429) });
    let error = world.reader().sweep(NOW).await.unwrap_err();
    assert!(matches!(error, SourceError::RateLimited { until, .. } if until.0 == NOW + 900));
    world.account.fail(fault(9, 429));
    let error = world.reader().sweep(NOW).await.unwrap_err();
    assert_eq!(error.reason(), "rate_limited");
    assert_eq!(world.clock.waits().len(), 2, "it is not tried for ever");
}

#[tokio::test]
async fn outages_are_tried_again_a_few_times_and_then_told() {
    let world = world().await;
    let mut reader = world.reader();
    world.account.fail(fault(3, 503));
    reader.sweep(NOW).await.unwrap();
    assert_eq!((world.clock.waits(), reader.kept.len()), (vec![1, 2, 4], 1));
    let body = "{\"error\":{\"message\":\"Internal\\nServer Error\"}}";
    world.account.fail(Fault { body, ..fault(9, 500) });
    let error = reader.sweep(NOW).await.unwrap_err();
    assert_eq!(error.reason(), "server_error");
    let text = "incidents of pagerduty: the server answered HTTP 500: Internal Server Error";
    assert_eq!(error.to_string(), text);
    assert_eq!(reader.kept.len(), 1, "what was known stays");
}

#[tokio::test]
async fn what_is_no_pagerduty_is_told_as_such() {
    for (status, body, reason, part) in [
        (200, "<html>Log in</html>", "malformed", "it is no whole JSON"),
        (200, "[]", "malformed", "it is no JSON object"),
        (200, "{}", "malformed", "it has no list `incidents`"),
        (403, "", "forbidden", "read access to incidents"),
        (400, "", "server_error", "HTTP 400"),
    ] {
        let world = world().await;
        world.account.fail(Fault { body, ..fault(9, status) });
        let error = world.reader().sweep(NOW).await.unwrap_err();
        let text = error.to_string();
        assert!(error.reason() == reason && text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let world = world().await;
    let mut settings = world.settings();
    settings.api_url = "http://127.0.0.1:9".to_owned();
    let error = world.reader_with(settings).sweep(NOW).await.unwrap_err();
    assert_eq!(error.reason(), "unreachable");
}

#[tokio::test]
async fn one_bad_element_loses_nothing_else() {
    let world = world().await;
    let body = "{\"incidents\":[{\"id\":\"Q9\",\"status\":\"resolved\"},7],\"more\":false}";
    // The slice in which nothing else is.
    world.account.fail(Fault { body, ..fault(1, 200) });
    let mut reader = world.reader();
    let told = reader.sweep(NOW).await.unwrap();
    assert_eq!(reader.kept.len(), 1);
    assert_eq!(told.unread.len(), 2, "{:?}", told.unread);
    assert!(told.unread[0].starts_with("incident Q9: missing field"), "{:?}", told.unread);
}

#[tokio::test]
async fn an_incident_that_is_gone_counts_no_more() {
    let world = world().await;
    let mut reader = world.reader();
    reader.sweep(NOW).await.unwrap();
    world.clock.set(NOW + HOUR);
    let empty = "{\"incidents\":[],\"more\":false}";
    world.account.fail(Fault { body: empty, ..fault(2, 200) });
    world.account.fail(Fault { path: "/incidents/Q1", ..fault(1, 404) });
    let told = reader.sweep(NOW + HOUR).await.unwrap();
    assert_eq!(told.gone.len(), 1);
    assert!(!reader.kept["Q1"].counts);
}

#[tokio::test]
async fn an_account_tells_whether_it_may_be_read_and_all_of_its_services() {
    let world = world().await;
    (0..130).for_each(|number| world.account.service(&format!("p{number:04}"), "Payments"));
    let source = PagerDuty::connect(world.settings(), Arc::new(world.clock.clone())).unwrap();
    source.test().await.unwrap();
    let asked = world.account.asked();
    assert_eq!(asked.len(), 3, "what it can do, and each list that is read: {asked:?}");
    let services = source.services().await.unwrap();
    assert_eq!((services.len(), services[129].id.as_str()), (130, "P0129"));
    world.account.fail(Fault { path: "/log_entries", ..fault(1, 403) });
    let error = source.test().await.unwrap_err();
    assert!(error.to_string().contains("log entries"), "{error}");
    world.account.fail(Fault { path: "/abilities", ..fault(1, 404) });
    let error = source.test().await.unwrap_err();
    assert!(error.to_string().contains("correct api_url"), "{error}");
}
