//! Tests of `verdict`, beside it.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> RawAnswer {
    let headers = headers
        .iter()
        .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    RawAnswer { status, headers, body: body.as_bytes().to_vec() }
}

fn verdict(status: u16, headers: &[(&'static str, &str)], body: &str) -> Verdict {
    judge(&answer(status, headers, body))
}

fn signal(status: u16, headers: &[(&'static str, &str)], body: &str) -> LimitSignal {
    match verdict(status, headers, body) {
        Verdict::Limited(signal, _) => signal,
        other => panic!("{status} {body}: {other:?}"),
    }
}

#[test]
fn every_documented_form_of_a_limit_is_recognised() {
    let spent = [("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "0")];
    let left = [("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "12")];
    let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
    for status in [403, 429] {
        let paused = LimitSignal::Secondary(Some(17));
        assert_eq!(signal(status, &[("retry-after", "17")], "{}"), paused);
        assert_eq!(signal(status, &spent, r#"{"message":"API limit"}"#), LimitSignal::Primary);
        assert_eq!(signal(status, &left, secondary), LimitSignal::Secondary(None));
        let dated = [("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")];
        assert_eq!(signal(status, &dated, "{}"), LimitSignal::Secondary(None));
    }
    assert_eq!(signal(429, &[], "<html>"), LimitSignal::Secondary(None));
    for errors in [
        r#"{"type":"RATE_LIMITED","message":"x"}"#,
        r#"{"type":"RATE_LIMIT","message":"x"}"#,
        r#"{"message":"x","extensions":{"code":"graphql_rate_limit"}}"#,
        r#"{"message":"API rate limit already exceeded for user ID 1."}"#,
    ] {
        let body = format!(r#"{{"data":null,"errors":[{errors}]}}"#);
        assert_eq!(signal(200, &left, &body), LimitSignal::Primary, "{errors}");
        let without_data = format!(r#"{{"errors":[{errors}]}}"#);
        assert_eq!(signal(200, &[], &without_data), LimitSignal::Primary, "{errors}");
    }
    let body = r#"{"errors":[{"message":"You have exceeded a secondary rate limit"}]}"#;
    assert_eq!(signal(200, &[], body), LimitSignal::Secondary(None));
}

#[test]
fn trouble_and_excess_are_tried_again() {
    for (status, body, expected_malformed) in [
        (500, "", false),
        (502, "<html>Bad Gateway</html>", false),
        (503, "", false),
        (504, r#"{"message":"We couldn't respond to your request in time."}"#, false),
        (200, "<!DOCTYPE html>", true),
        (200, r#"{"data":{"node":"#, true),
        (200, "{}", true),
        (
            200,
            r#"{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout."}]}"#,
            false,
        ),
        (
            200,
            r#"{"data":{"node":{}},"errors":[{"message":"Something went wrong while executing your query"}]}"#,
            false,
        ),
        (
            200,
            r#"{"data":{"node":{}},"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED","path":["node"],"message":"x"}]}"#,
            false,
        ),
        (
            200,
            r#"{"data":{"node":null},"errors":[{"message":"Something went wrong while executing your query","path":["node","deployments"]}]}"#,
            false,
        ),
        (
            200,
            r#"{"data":null,"errors":[{"message":"Something went wrong while executing your query","path":null,"locations":null}]}"#,
            false,
        ),
        (
            200,
            r#"{"data":{"node":null},"errors":[{"message":"Something went wrong while executing your query","path":["node","deployments"]}]}"#,
            false,
        ),
        (
            200,
            r#"{"data":null,"errors":[{"message":"Something went wrong while executing your query","path":null,"locations":null}]}"#,
            false,
        ),
        (200, r#"{"errors":[{"type":"MAX_NODE_LIMIT_EXCEEDED","message":"x"}]}"#, false),
    ] {
        match verdict(status, &[], body) {
            Verdict::TryAgain { malformed, .. } => {
                assert_eq!(malformed, expected_malformed, "{body}")
            }
            other => panic!("{status} {body}: {other:?}"),
        }
    }
    let Verdict::TryAgain { pause, .. } = verdict(503, &[("retry-after", "5")], "") else {
        panic!()
    };
    assert_eq!(pause, Some(5));
}

#[test]
fn an_answer_with_errors_of_single_parts_is_still_an_answer() {
    let body = r#"{"data":{"nodes":[null,{}]},"errors":[
        {"type":"NOT_FOUND","path":["nodes",0],"message":"Could not resolve"},
        {"message":"Something went wrong while executing your query","path":["nodes",1,"issues"]}]}"#;
    let Verdict::Answered(graph) = verdict(200, &[], body) else { panic!("not answered") };
    assert_eq!(graph.errors.len(), 2);
    assert!(graph.errors[0].is_not_found());
    let Verdict::Answered(whole) = verdict(200, &[], r#"{"data":{"node":null}}"#) else { panic!() };
    assert!(whole.errors.is_empty());
}

#[test]
fn refusals_say_what_to_do() {
    let bad = verdict(401, &[], r#"{"message":"Bad credentials"}"#);
    assert!(matches!(bad, Verdict::Unauthorized(message) if message == "Bad credentials"));
    let forbidden = r#"{"message":"Resource not accessible by personal access token"}"#;
    let sso = [("x-github-sso", "required; url=https://github.com/orgs/acme/sso")];
    let Verdict::Forbidden(message) = verdict(403, &sso, forbidden) else { panic!() };
    assert!(message.contains("not accessible") && message.contains("orgs/acme/sso"), "{message}");
    let Verdict::Misdirected(cause) = verdict(301, &[("location", "https://ghe.example/")], "")
    else {
        panic!()
    };
    assert!(cause.contains("https://ghe.example/"), "{cause}");
    assert!(matches!(verdict(404, &[], ""), Verdict::Misdirected(_)));
    let invalid = r#"{"errors":[{"message":"Field 'x' doesn't exist on type 'Y'","locations":[{"line":1,"column":1}],"extensions":{"code":"undefinedField"}}]}"#;
    assert!(matches!(verdict(200, &[], invalid), Verdict::Unknown { .. }));
    for status in [200, 400] {
        let plain = r#"{"errors":[{"message":"Cannot query field \"x\" on type \"Y\".","locations":[{"line":1,"column":1}]}]}"#;
        assert!(matches!(verdict(status, &[], plain), Verdict::Unknown { .. }));
    }
    assert!(matches!(verdict(400, &[], r#"{"message":"Problems parsing JSON"}"#),
        Verdict::Refused { message, .. } if message == "Problems parsing JSON"));
    let ambiguous = r#"{"errors":[{"message":"Fields 'a' and 'b' conflict","locations":[{"line":1,"column":1}],"extensions":{"code":"fieldConflict"}}]}"#;
    assert!(matches!(verdict(200, &[], ambiguous), Verdict::Refused { .. }));
}

#[test]
fn an_error_without_a_permission_for_anything_is_a_missing_permission() {
    let body =
        r#"{"data":null,"errors":[{"type":"INSUFFICIENT_SCOPES","message":"needs read:org"}]}"#;
    assert!(matches!(verdict(200, &[], body), Verdict::Forbidden(_)));
}

#[test]
fn the_servers_time_is_read_from_its_date() {
    let dated = answer(200, &[("date", "Fri, 15 Jan 2027 08:00:00 GMT")], "");
    assert_eq!(server_time(&dated), Some(Time(1_800_000_000)));
    assert_eq!(server_time(&answer(200, &[("date", "soon")], "")), None);
}

#[test]
fn long_messages_are_cut_at_whole_characters() {
    assert_eq!(shorten(&"é".repeat(300)).chars().count(), MESSAGE_LIMIT + 1);
    assert_eq!(shorten("two\n lines"), "two lines");
}

#[test]
fn a_number_that_is_too_large_for_32_bits_costs_nothing_else() {
    let body = r#"{"data":{"node":{"deployments":{"nodes":[{"databaseId":null}]}}},"errors":[
        {"message":"Int cannot represent non 32-bit signed integer value: 3300000001",
         "path":["node","deployments","nodes",0,"databaseId"],"locations":[{"line":1,"column":1}]}]}"#;
    let Verdict::Answered(graph) = verdict(200, &[], body) else { panic!("not answered") };
    assert!(graph.errors.is_empty());
}
