//! Waiting changes: merged and on the default branch, not shipped. Lead time alone hides what never
//! ships.

use super::Member;
use super::member::to_date;
use crate::domain::Time;

/// How many changes wait, and the merge time of the oldest.
pub(super) fn waiting_changes(member: &Member<'_>) -> (u64, Option<Time>) {
    let waiting = to_date(&member.history.waiting, |change| change.merged_at, member.t);
    (waiting.len() as u64, waiting.first().map(|change| change.merged_at))
}

/// When anything was last deployed to production.
pub(super) fn last_deployment(member: &Member<'_>) -> Option<Time> {
    let deployments = to_date(&member.history.deployments, |one| one.finished_at, member.t);
    deployments.last().map(|deployment| deployment.finished_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DAY;
    use crate::measures::tests::{deployment, history, pooled, waiting};

    #[test]
    fn a_pool_sums_what_waits_and_names_the_oldest_and_the_last() {
        let mut one = history(vec![deployment(50), deployment(60)]);
        one.waiting = vec![waiting(30), waiting(40)];
        let mut two = history(vec![deployment(55), deployment(DAY)]);
        two.waiting = vec![waiting(20), waiting(DAY)];
        // The second lags: what came after its instant is not known yet.
        let members = [Member::component(&one, Time(DAY)), Member::component(&two, Time(DAY - 1))];
        let found = pooled(&members, &[]).point_figures();
        assert_eq!((found.waiting_changes, found.oldest_waiting_change), (3, Some(Time(20))));
        assert_eq!(found.last_deployment, Some(Time(60)));
    }

    #[test]
    fn an_idle_component_has_no_last_deployment() {
        let empty = history(vec![]);
        let member = Member::component(&empty, Time(DAY));
        assert_eq!((waiting_changes(&member), last_deployment(&member)), ((0, None), None));
    }
}
