//! What formats share, and what tells one from the other.

use super::*;

#[test]
fn open_metrics_shows_exemplars_and_births_only_where_they_are_switched_on() {
    let plain_exposure = |created_timestamps| Exposure { created_timestamps, ..STANDARD };
    let open = |created| {
        let encoded = encode(&three(), &plain_exposure(created), None);
        let body = encoded.body(Format::OpenMetrics, b"", false).concat();
        (String::from_utf8(body).unwrap(), encoded.series())
    };
    let (without, fewer) = open(false);
    let labels = "team=\"payments\",repo=\"acme/pay\",component=\"pay\"";
    let bucket = format!("dora_lead_time_hours_bucket{{{labels},le=\"4.0\"}} 1");
    assert!(without.contains(&format!("{bucket} # {{pr=\"1\"}} 4\n")), "{without}");
    assert!(!without.contains("_created"));
    let (with, more) = open(true);
    assert!(
        with.contains(&format!("dora_lead_time_hours_created{{{labels}}} 1.728e+09\n")),
        "{with}"
    );
    assert_eq!((with.matches("_created{").count(), more - fewer), (36, 36));
    assert!(!plain(&encode(&three(), &plain_exposure(true), None)).contains("_created"));
}

#[test]
fn formats_share_the_bytes_that_do_not_differ() {
    let encoded = encode(&three(), &FULL, None);
    let [text, open] = [Format::Text, Format::OpenMetrics]
        .map(|format| encoded.body(format, b"", false).concat().len());
    assert!(encoded.prepared_bytes() < text + open, "{}", encoded.prepared_bytes());
}

#[test]
fn names_without_total_meet_no_other_family() {
    let own = own_families::OWN_FAMILIES.iter().map(|own| (own.name, own.kind));
    let all: Vec<_> = families().iter().map(|one| (one.name(), one.kind())).chain(own).collect();
    let counters = all.iter().filter(|(_, kind)| *kind == Kind::Counter);
    assert!(counters.clone().all(|(name, _)| name.ends_with("_total")));
    let open = |(name, kind): &(&'static str, Kind)| Format::OpenMetrics.family_name(name, *kind);
    let names: BTreeSet<&str> = all.iter().map(open).collect();
    assert_eq!(names.len(), all.len());
}
