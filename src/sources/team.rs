//! The names of teams, as sources write them.

use delivery::domain::TeamName;
use std::sync::Arc;

/// No team's name is longer.
const LONGEST: usize = 100;

/// The team that a text names: a name on one line, or `@organisation/team`. A text that may name a
/// person, as an address or a login does, names no team.
pub fn team_name(text: &str) -> Option<TeamName> {
    let text = text.trim();
    let name = match text.strip_prefix('@') {
        Some(handle) => handle.split_once('/')?.1,
        None => text,
    };
    let is_name = !name.is_empty()
        && name.chars().count() <= LONGEST
        && !name.contains(|letter: char| letter.is_control() || letter == '@');
    is_name.then(|| Arc::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_may_name_a_person_names_no_team() {
        for (text, team) in [
            ("payments", Some("payments")),
            (" Team Rocket ", Some("Team Rocket")),
            ("@acme/payments", Some("payments")),
            ("@jane", None),
            ("jane@example.org", None),
            ("@acme/", None),
            ("", None),
            ("two\nlines", None),
        ] {
            assert_eq!(team_name(text).as_deref(), team, "{text:?}");
        }
        assert_eq!(team_name(&"x".repeat(101)), None);
    }
}
