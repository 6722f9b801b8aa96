//! Components whose windows are their own, in teams that have everyone's.

use super::*;

#[test]
fn a_teams_window_slides_although_its_component_has_other_windows() {
    let mut rules = evaluator().rules;
    let everyones = rules.judging.of("acme/pay-api").rules.clone();
    let windows = vec![("20d".to_owned(), Window::days(20))];
    rules.judging = ByRepository::everywhere(Judging { rules: everyones, windows, ci: None });
    rules.windows = vec![("10d".to_owned(), Window::days(10))];
    let mut evaluator = Evaluator::new(rules, Settled::default());
    let mut facts =
        vec![repository(1, "acme/pay-api"), deployment(1, 7, NOW.plus(-9 * DAY - 12 * HOUR))];
    let counts = |shown: &crate::exposition::FigureSet| {
        let of = |figures: &crate::exposition::Figures| -> Vec<(String, u64)> {
            let windows = figures.windows.iter();
            windows.map(|(label, one)| (label.to_string(), one.deployments)).collect()
        };
        (of(&shown.components[0].figures), of(&shown.teams[0].figures))
    };
    let own = vec![("20d".to_owned(), 1)];
    for (days, in_team) in [(0, 1), (1, 0)] {
        let now = NOW.plus(days * DAY);
        facts.extend(progress(1, true, now));
        let shown = show(&mut evaluator, std::mem::take(&mut facts), now);
        assert_eq!(counts(&shown), (own.clone(), vec![("10d".to_owned(), in_team)]));
    }
}
