//! Incidents that name what goes live only later: they settle as they stood, whenever it is asked.

use super::*;
use crate::exposition::SettledFigures;

const BIRTH: Time = NOW;
/// When the incident opens, and when what it names goes live.
const OPENED: Time = Time(BIRTH.0 + 2 * DAY);
const LIVE: Time = Time(BIRTH.0 + 5 * DAY);
const END: Time = Time(BIRTH.0 + 9 * DAY);

/// What is known at `t` of a component that deploys just before an incident opens, and ships days
/// later the commit that the incident names as its cause.
fn known_at(t: Time) -> Vec<Fact> {
    let mut facts = component(1, "acme/pay-api");
    facts.extend([commit(1, 1), commit(1, 2), commit(1, 3)]);
    let deployments = [(2, OPENED.plus(-HOUR)), (3, LIVE)];
    let finished = deployments.into_iter().filter(|(_, at)| *at <= t);
    facts.extend(finished.map(|(id, at)| deployment(1, id, at)));
    let Fact::Incident(incident) = incident("i", 1, None) else { unreachable!() };
    let cause = IncidentLink::Change(ChangeReference::Commit(Oid([3; 20]).into()));
    if OPENED <= t {
        let (opened_at, causes) = (OPENED, vec![cause]);
        facts.push(Fact::Incident(Incident { opened_at, causes, ..incident }));
    }
    facts.extend(progress(1, true, t));
    facts
}

/// What the component counts at the end, evaluated at these instants too.
fn settled(between: &[Time]) -> SettledFigures {
    let mut evaluator = evaluator();
    for t in [BIRTH].iter().chain(between) {
        show(&mut evaluator, known_at(*t), *t);
    }
    let shown = show(&mut evaluator, known_at(END), END);
    SettledFigures::clone(&shown.components[0].settled[0].1)
}

#[test]
fn an_incident_whose_cause_goes_live_later_settles_as_it_stood_however_late_it_is_asked() {
    let at_once = settled(&[]);
    let failed = |reason: Reason| at_once.failed_deployments[reason as usize];
    // Until its cause was live, the deployment before it was to blame.
    assert_eq!((failed(Reason::Incident), failed(Reason::Linked)), (1, 1));
    for between in [OPENED.plus(HOUR), LIVE.plus(-HOUR), LIVE.plus(HOUR)] {
        assert_eq!(settled(&[between]), at_once, "{between:?}");
    }
}
