//! `max_series`: what is withheld where there would be too many series. Whole families go, never
//! single series, and each is told.
//!
//! The order: components' families beyond the standard detail first, then components' standard
//! families, then the original collector's, then teams', then the rest; among these the one with
//! most series first, among equals by name.

use super::family::{Family, Subject};
use std::cmp::Reverse;

/// The families to withhold, by their places, so that at most `max` series remain. `counts` holds
/// each family's number of series.
pub(super) fn withhold(families: &[Family], counts: &[usize], max: usize) -> Vec<usize> {
    let mut shown: usize = counts.iter().sum();
    let mut candidates: Vec<usize> = (0..families.len()).filter(|at| counts[*at] > 0).collect();
    candidates
        .sort_by_key(|at| (importance(&families[*at]), Reverse(counts[*at]), families[*at].name()));
    let mut withheld = Vec::new();
    for at in candidates {
        if shown <= max {
            break;
        }
        shown -= counts[at];
        withheld.push(at);
    }
    withheld.sort_unstable();
    withheld
}

fn importance(family: &Family) -> u8 {
    match family.subject() {
        Subject::Component if !family.is_standard() => 0,
        Subject::Component if !family.declaration.is_seed() => 1,
        Subject::Component => 2,
        Subject::Team | Subject::Space => 3,
        Subject::Org | Subject::Repository | Subject::Survey | Subject::Platform => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition::families;

    fn withheld(count: impl Fn(&Family) -> usize, max: usize) -> Vec<&'static str> {
        let counts: Vec<usize> = families().iter().map(count).collect();
        withhold(families(), &counts, max).into_iter().map(|at| families()[at].name()).collect()
    }

    #[test]
    fn nothing_is_withheld_at_the_limit() {
        let count = |family: &Family| usize::from(family.name() == "dora_waiting_changes") * 10;
        assert!(withheld(count, 10).is_empty());
        assert_eq!(withheld(count, 9), ["dora_waiting_changes"]);
    }

    #[test]
    fn the_largest_of_the_least_important_families_goes_first() {
        let count = |family: &Family| match family.name() {
            "dora_window_change_phase_seconds" => 40,
            "dora_window_unattributed_incidents" => 3,
            "dora_window_change_fail_ratio" => 50,
            "dora_lead_time_hours" => 100,
            "dora_team_window_deployments" => 1_000,
            "dora_org_window_deployments" => 3,
            _ => 0,
        };
        assert_eq!(withheld(count, 1_160), ["dora_window_change_phase_seconds"]);
        let all_but_teams = withheld(count, 1_003);
        assert_eq!(all_but_teams.len(), 4);
        assert_eq!(withheld(count, 3).len(), 5);
        assert_eq!(withheld(count, 0).len(), 6);
    }
}
