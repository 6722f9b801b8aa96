//! Numbers, lengths of time and rules in words.

use delivery::domain::{DAY, HOUR, MINUTE, Span};

/// `3 h 28 min`: the two largest units, the second only where it tells something.
pub fn length(seconds: f64) -> String {
    let seconds = seconds.round() as Span;
    let pair = |large: Span, small: Span, units: [&str; 2]| {
        let (whole, rest) = (seconds / large, seconds % large / small);
        match rest {
            0 => format!("{whole} {}", units[0]),
            rest => format!("{whole} {} {rest} {}", units[0], units[1]),
        }
    };
    match seconds {
        ..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => pair(HOUR, MINUTE, ["h", "min"]),
        _ if seconds < 10 * DAY => pair(DAY, HOUR, ["d", "h"]),
        _ => format!("{} d", thousands((seconds as f64 / DAY as f64).round() as u64)),
    }
}

/// `1.8 %`
pub fn percent(ratio: f64) -> String {
    let tenths = (ratio * 1_000.0).round();
    if tenths % 10.0 == 0.0 {
        format!("{:.0} %", tenths / 10.0)
    } else {
        format!("{:.1} %", tenths / 10.0)
    }
}

/// `9.4 a day`, `3.5 a week` or `1.2 a month`: the unit in which it is at least one.
pub fn frequency(per_day: f64) -> String {
    if per_day == 0.0 {
        return "none".to_owned();
    }
    let (number, unit) = match per_day {
        per_day if per_day >= 1.0 => (per_day, "a day"),
        per_day if per_day * 7.0 >= 1.0 => (per_day * 7.0, "a week"),
        per_day => (per_day * 30.0, "a month"),
    };
    format!("{} {unit}", short(number))
}

/// A number with one digit behind the point below 100, unless that is 0.
pub fn short(number: f64) -> String {
    let tenths = (number * 10.0).round();
    if number >= 99.95 || tenths % 10.0 == 0.0 {
        thousands(number.round() as u64)
    } else {
        format!("{:.1}", tenths / 10.0)
    }
}

/// A number with thin spaces between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// `1 deployment`, `2 deployments`
pub fn count(number: u64, one: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {one}{ending}", thousands(number))
}

/// Text without characters that HTML does not allow.
pub fn clean(text: &str) -> String {
    let allowed = |c: char| if c.is_control() && !c.is_whitespace() { '\u{fffd}' } else { c };
    text.chars().map(allowed).collect()
}

/// The rule that found a deployment to have failed.
pub fn reason(name: &str) -> &str {
    match name {
        "linked" => "An incident names it as the cause",
        "rollback" => "It was rolled back",
        "revert" => "A change that it shipped was reverted",
        "hotfix" => "A hotfix followed it",
        "incident" => "An incident opened soon after it",
        other => other,
    }
}

/// Why a fact is in no figure, or no deployment is to blame for an incident.
pub fn omission(name: &str) -> &str {
    match name {
        "not_production" => "It went to an environment that is not production",
        "not_selected" => "No component of its repository selects it",
        "aborted" => "It failed and never succeeded",
        "unfinished" => "It has not succeeded, nor failed for good, yet",
        "same_deployment" => "The same commit was deployed just before: both count as one",
        "promotion" => "It only brings what was merged before to another branch",
        "excluded_author" => "Its author's changes do not count, by configuration",
        "direct_commit" => "Direct commits do not count, by configuration",
        "no_component" => "It changes no path of any component",
        "baseline" => "It was live before the first deployment that is known",
        "waiting" => "It is merged, and waits for a deployment",
        "no_baseline" => "Nothing was deployed yet that could ship it",
        "unknown_commit" => "Its commit is not known",
        "off_branch" => "It is not on the default branch, and nothing was deployed of where it is",
        "dismissed" => "It was closed as a duplicate or as not planned",
        "unmarked" => "Its label was removed",
        "unmapped" => "Its component is not known",
        "named_cause" => "It names a cause that no known deployment shipped in time",
        "no_deployment" => "Nothing was deployed before it opened",
        "out_of_window" => "The last deployment before it is too long ago",
        "rule_off" => "The rule `incident` is switched off",
        "severity" => "Its severity does not count",
        other => other,
    }
}

/// By what it is known when work on a change started.
pub fn start(name: &str) -> &str {
    match name {
        "first_commit" => "first commit",
        "no_commit_list" => "opened: no commit of it is known",
        "clock_skew" => "opened: its first commit claims to be later than the merge",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_two_units_at_most() {
        for (seconds, expected) in [
            (0.0, "0 s"),
            (59.4, "59 s"),
            (3_599.0, "59 min"),
            (3_600.0, "1 h"),
            (12_482.0, "3 h 28 min"),
            (187_200.0, "2 d 4 h"),
            (2_536_028.0, "29 d"),
            (1e9, "11\u{202f}574 d"),
        ] {
            assert_eq!(length(seconds), expected);
        }
    }

    #[test]
    fn frequencies_are_told_in_the_unit_in_which_they_are_one_at_least() {
        for (per_day, expected) in [
            (9.4333, "9.4 a day"),
            (1.0, "1 a day"),
            (0.5, "3.5 a week"),
            (0.04, "1.2 a month"),
            (0.0, "none"),
            (1_234.5, "1\u{202f}235 a day"),
        ] {
            assert_eq!(frequency(per_day), expected);
        }
    }

    #[test]
    fn ratios_are_percentages_with_a_digit_where_it_tells_something() {
        assert_eq!([0.0, 1.0, 0.0177, 0.1 + 0.05].map(percent), ["0 %", "100 %", "1.8 %", "15 %"]);
    }

    #[test]
    fn characters_that_no_page_may_hold_are_replaced() {
        assert_eq!(clean("a\u{0}b\nc\u{202e}d"), "a\u{fffd}b\nc\u{202e}d");
    }

    #[test]
    fn every_reason_and_every_omission_has_its_words() {
        use delivery::ledger::Reason;
        for one in Reason::ALL {
            assert_ne!(reason(one.name()), one.name());
        }
        // The names that the API documents.
        let documents: serde_json::Value =
            serde_json::from_str(include_str!("../api/openapi.json")).unwrap_or_default();
        let schemas = &documents["components"]["schemas"];
        for schema in ["Deployment", "Change", "Incident"] {
            for field in ["left_out", "unattributed"] {
                let names = schemas[schema]["properties"][field]["enum"].as_array();
                for name in names.into_iter().flatten().filter_map(|name| name.as_str()) {
                    assert_ne!(omission(name), name, "{schema}.{field}");
                }
            }
        }
        assert_ne!(omission("waiting"), "waiting");
    }
}
