//! `[pages]`: zones and frames, and their mistakes.

use super::{MINIMAL, load_text, problems};
use chrono_tz::Tz;

#[test]
fn zones_and_origins_are_read() {
    let defaults = load_text(MINIMAL, &[]).unwrap().pages;
    assert_eq!((defaults.time_zone, defaults.frame_ancestors.len()), (Tz::UTC, 0));
    let text = format!(
        "{MINIMAL}[pages]\ntime_zone = \"Europe/Berlin\"\n\
         frame_ancestors = [\"https://backstage.acme.example\"]\n"
    );
    let pages = load_text(&text, &[]).unwrap().pages;
    assert_eq!(pages.time_zone, Tz::Europe__Berlin);
    assert_eq!(pages.frame_ancestors, ["https://backstage.acme.example"]);
}

#[test]
fn what_is_no_zone_or_origin_is_told_with_what_to_write() {
    for (text, part) in [
        ("time_zone = \"Europe/Berln\"", "did you mean `Europe/Berlin`?"),
        ("time_zone = \"\"", "write one such as Europe/Berlin or UTC"),
        ("frame_ancestors = [\"*\"]", "`*` is no origin"),
        ("frame_ancestors = [\"https://a.example;script-src\"]", "is no origin"),
    ] {
        let found = problems(&format!("{MINIMAL}[pages]\n{text}\n"), &[]);
        assert!(found.contains(part), "{text}: {found}");
    }
}
