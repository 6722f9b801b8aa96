//! What was forgotten and folded never counts again, however often it is told.

use super::super::super::retention::is_gone;
use super::super::super::settling::folding::removable;
use super::*;
use crate::store::SettledPage;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_was_folded_never_counts_again(
        events in prop::collection::vec(event(), 1..40),
        retention in 0..20 * DAY,
    ) {
        let mut kept = Kept::default();
        let mut evaluator = kept.read();
        for now in [BIRTH, BIRTH.plus(2 * DAY), END] {
            facts_at(&events, now).into_iter().for_each(|fact| evaluator.absorb(fact));
            let due = evaluator.evaluate(now);
            let repeated = kept.write(&due);
            evaluator.settle(due.without(&repeated));
        }
        let before = settled(&evaluator.figures());
        let counted: BTreeSet<(String, String)> =
            kept.rows.iter().map(|row| (row.family.clone(), row.subject.clone())).collect();

        let repositories: Vec<RepoId> = evaluator.estate.repositories.keys().copied().collect();
        for repo in repositories {
            if let Some(finished) = evaluator.finished_with(repo, END, retention) {
                evaluator.forget(repo, &finished);
            }
        }
        let places = (1..).take(kept.rows.len()).collect();
        let page = SettledPage { last: kept.rows.len() as u64, places, rows: kept.rows.clone() };
        let estate = &evaluator.estate;
        let gone = removable(&page, END.plus(-retention), |row| is_gone(estate, row));
        let left = page.rows.into_iter().zip(page.places);
        kept.rows =
            left.filter(|(_, place)| !gone.contains(place)).map(|(row, _)| row).collect();

        // Everything is told again, and time goes on.
        let later = END.plus(DAY);
        facts_at(&events, later).into_iter().for_each(|fact| evaluator.absorb(fact));
        let due = evaluator.evaluate(later);
        let repeated = kept.write(&due);
        let due = due.without(&repeated);
        for row in &due.rows {
            let subject = (row.family.clone(), row.subject.clone());
            prop_assert!(!counted.contains(&subject), "{subject:?} counts again");
        }
        evaluator.settle(due);
        let after: BTreeMap<String, SettledFigures> =
            settled(&evaluator.figures()).into_iter().collect();
        for (name, figures) in before {
            prop_assert!(after[&name].deployments >= figures.deployments, "{name}");
            prop_assert!(after[&name].change_lead_time.sum() >= figures.change_lead_time.sum());
        }
    }
}
