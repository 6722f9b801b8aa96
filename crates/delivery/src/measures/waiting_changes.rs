//! Waiting changes: merged and on the default branch, not shipped. Lead time alone hides what never
//! ships.

use super::Pool;
use super::pool::to_date;
use crate::domain::Time;

/// How many changes wait, and the merge time of the oldest.
pub(super) fn waiting_changes(pool: &Pool<'_>) -> (u64, Option<Time>) {
    let waiting = || {
        pool.members
            .iter()
            .map(|member| to_date(&member.history.waiting, |change| change.merged_at, member.t))
    };
    let count = waiting().map(|changes| changes.len() as u64).sum();
    (count, waiting().filter_map(|changes| changes.first()).map(|change| change.merged_at).min())
}

/// When anything of the pool was last deployed to production.
pub(super) fn last_deployment(pool: &Pool<'_>) -> Option<Time> {
    pool.members
        .iter()
        .filter_map(|member| {
            to_date(&member.history.deployments, |one| one.finished_at, member.t).last()
        })
        .map(|deployment| deployment.finished_at)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DAY;
    use crate::measures::Member;
    use crate::measures::tests::{deployment, history, waiting};

    #[test]
    fn a_pool_sums_what_waits_and_names_the_oldest_and_the_last() {
        let mut one = history(vec![deployment(50), deployment(60)]);
        one.waiting = vec![waiting(30), waiting(40)];
        let mut two = history(vec![deployment(55), deployment(DAY)]);
        two.waiting = vec![waiting(20), waiting(DAY)];
        // The second lags: what came after its instant is not known yet.
        let members =
            [Member { history: &one, t: Time(DAY) }, Member { history: &two, t: Time(DAY - 1) }];
        let pool = Pool { members: &members, unmapped: &[], t: Time(DAY) };
        assert_eq!(waiting_changes(&pool), (3, Some(Time(20))));
        assert_eq!(last_deployment(&pool), Some(Time(60)));
    }

    #[test]
    fn an_idle_component_has_no_last_deployment() {
        let empty = history(vec![]);
        let members = [Member { history: &empty, t: Time(DAY) }];
        let pool = Pool { members: &members, unmapped: &[], t: Time(DAY) };
        assert_eq!((waiting_changes(&pool), last_deployment(&pool)), ((0, None), None));
    }
}
