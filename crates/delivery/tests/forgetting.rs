//! What must hold when facts are forgotten: no figure of a look-back moves, now or later.

#![allow(clippy::unwrap_used)]

mod world;

use delivery::domain::*;
use delivery::ledger::*;
use proptest::prelude::*;
use world::{World, rules, worlds};

/// The rules look back so far from an instant; a look-back begins later than that after what is
/// forgotten.
const REACH: Span = REVERT_LIMIT + DAY;

/// A world as it is for one of two components, told by the environment, or as a whole.
fn part(world: &World, europe: Option<bool>) -> World {
    let mut part = world.clone();
    if let Some(europe) = europe {
        part.deployments.retain(|one| (&*one.environment == "production-eu") == europe);
    }
    part
}

/// The components of a repository.
fn parts(several: bool) -> Vec<Option<bool>> {
    if several { vec![Some(false), Some(true)] } else { vec![None] }
}

/// A world's facts without those that are finished with.
fn forget(world: &World, t: Time, since: Time, several: bool) -> (World, Forgettable) {
    let gone = if several {
        part(world, Some(false)).with_facts(|one| {
            part(world, Some(true))
                .with_facts(|other| forgettable(&[*one, *other], &[], &rules(), t, since))
        })
    } else {
        world.with_facts(|only| forgettable(&[*only], &[], &rules(), t, since))
    };
    (without(world, &gone, |_| true), gone)
}

/// A world without some of what is finished with, and with the frontier that goes first. `some` is
/// asked with a number for each fact.
fn without(world: &World, gone: &Forgettable, some: impl Fn(u64) -> bool) -> World {
    let mut left = world.clone();
    left.frontier = gone.frontier.clone();
    left.deployments.retain(|one| !(gone.deployments.contains(&one.id) && some(one.id.0)));
    left.pulls.retain(|one| !(gone.pulls.contains(&one.number) && some(u64::from(one.number) + 7)));
    left.commits
        .retain(|one| !(gone.commits.contains(&one.oid) && some(u64::from(one.oid.0[7]) + 13)));
    left.incidents
        .retain(|one| !(gone.incidents.contains(&one.id) && some(one.opened_at.0.unsigned_abs())));
    left
}

/// All that figures are made of which lie after an instant, and all that still stands.
///
/// Two things are beyond what is promised of deployments that finished before: what a hotfix blames
/// that was begun long before it shipped, and, where one of them was a repair (`blurred`),
/// which the forgotten may have told, what is blamed in its place.
fn figures(history: &History, after: Time, blurred: bool) -> Vec<String> {
    let id = |at: u32| history.deployments[at as usize].id;
    let baseline = history.deployments.iter().find(|one| one.is_baseline).map(|one| one.id);
    let mut all = vec![format!("baseline {baseline:?}"), format!("waiting {:?}", history.waiting)];
    all.extend(
        history
            .deployments
            .iter()
            .filter(|one| one.finished_at > after)
            .map(|one| format!("{one:?}")),
    );
    let failures =
        history.deployments.iter().filter_map(|one| Some((one, one.failure.as_deref()?)));
    let by_hotfix = |it: &Failure| it.evidence.iter().all(|one| one.reason == Reason::Hotfix);
    let lasting = failures.filter(|(one, it)| {
        (it.open || it.restored_at.is_some_and(|at| at > after))
            && (one.finished_at > after || !(blurred || by_hotfix(it)))
    });
    // Why an older one failed is in no figure any more.
    let failed = |(one, it): (&ProductionDeployment, &Failure)| {
        format!("{:?}", (one.finished_at, it.restored_at, it.open, it.has_incident))
    };
    all.extend(lasting.map(failed));
    all.extend(history.changes.iter().filter(|one| one.finished_at > after).map(|one| {
        format!("{:?} {:?}", id(one.deployment), ShippedChange { deployment: 0, ..one.clone() })
    }));
    all.extend(
        history.merged.iter().filter(|one| one.merged_at > after).map(|one| format!("{one:?}")),
    );
    let lasts = |one: &&JudgedIncident| {
        one.opened_at > after || one.resolved_at.is_none_or(|at| at > after)
    };
    let lasting = history.incidents.iter().filter(lasts).cloned();
    // Only incidents of the look-back are counted by whether a deployment is to blame.
    let counted = lasting
        .map(|one| JudgedIncident { attributed: one.attributed && one.opened_at > after, ..one });
    all.extend(counted.map(|one| format!("{one:?}")));
    all.extend(history.aborted.iter().filter(|one| one.at > after).map(|one| format!("{one:?}")));
    all
}

/// Compares all figures of the components of two worlds.
fn compare(
    whole: &World,
    left: &World,
    (t, after): (Time, Time),
    several: bool,
) -> Result<(), TestCaseError> {
    for one in parts(several) {
        let (whole, left) = (part(whole, one).judge(t), part(left, one).judge(t));
        let stays = |id: DeploymentId| left.deployments.iter().any(|one| one.id == id);
        let mut old =
            whole.deployments.iter().filter(|one| one.finished_at <= after && stays(one.id));
        let blurred = old.any(|one| one.is_rework);
        let (left, whole) = (figures(&left, after, blurred), figures(&whole, after, blurred));
        let differs = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|line| !other.contains(line)).cloned().collect()
        };
        prop_assert_eq!(differs(&left, &whole), differs(&whole, &left));
        prop_assert_eq!(left, whole);
    }
    Ok(())
}

/// What happened after `t`: facts that `known` does not hold as they are now. What they name of the
/// forgotten is taken away, and so are deployments of what was replaced long ago: that is the limit
/// of what is promised.
fn later(world: &World, known: &World, gone: &Forgettable) -> World {
    let mut later = world.clone();
    later.commits.retain(|one| !known.commits.contains(one));
    later.pulls.retain(|one| !known.pulls.contains(one));
    later.deployments.retain(|one| !known.deployments.contains(one));
    later.incidents.retain(|one| !known.incidents.contains(one));
    let forgotten = |reversion: &Reversion| match reversion.of {
        ChangeReference::Pull(number) => gone.pulls.contains(&number),
        ChangeReference::Commit(prefix) => gone.commits.contains(&prefix.lowest()),
    };
    later.commits.iter_mut().for_each(|one| one.reverts.retain(|it| !forgotten(it)));
    later.pulls.iter_mut().for_each(|one| one.reverts.retain(|it| !forgotten(it)));
    for incident in &mut later.incidents {
        let named = |link: &IncidentLink| !matches!(link, IncidentLink::Deployment(id) if gone.deployments.contains(id));
        incident.causes.retain(named);
        incident.fixes.retain(named);
    }
    let replaced = |sha: &Oid| {
        let mut forgotten =
            known.deployments.iter().filter(|one| gone.deployments.contains(&one.id));
        forgotten.any(|one| one.sha == *sha)
            || gone.commits.contains(sha)
            || gone.frontier.contains(sha)
    };
    later.deployments.retain(|one| {
        let is_new = known.deployments.iter().all(|old| old.id != one.id);
        !is_new || !replaced(&one.sha)
    });
    later
}

/// Tells a world further facts.
fn told(world: &World, news: &World) -> World {
    let mut told = world.clone();
    told.commits.extend(news.commits.iter().cloned());
    told.heads.clone_from(&news.heads);
    for pull in &news.pulls {
        told.pulls.retain(|one| one.number != pull.number);
        told.pulls.push(pull.clone());
    }
    for deployment in &news.deployments {
        told.deployments.retain(|one| one.id != deployment.id);
        told.deployments.push(deployment.clone());
    }
    for incident in &news.incidents {
        told.incidents.retain(|one| one.id != incident.id);
        told.incidents.push(incident.clone());
    }
    told
}

proptest! {
    #[test]
    fn no_figure_moves_when_what_is_finished_with_is_forgotten(
        (world, t) in worlds(70, 12 * DAY),
        (back, more) in (0..60i64, 0..50i64),
        seed in any::<u64>(),
        several in prop::bool::weighted(0.4),
    ) {
        let since = t.plus(-REACH - back * DAY);
        let instants = (t, since.plus(REACH));
        let whole = world.as_of(t);
        let (left, gone) = forget(&whole, t, since, several);
        compare(&whole, &left, instants, several)?;

        // Neither does any when only some is gone yet, when it is forgotten again, or told again.
        let some = |number: u64| (seed >> (number.wrapping_mul(seed | 1) % 64)) & 1 == 1;
        compare(&whole, &without(&whole, &gone, some), instants, several)?;
        compare(&whole, &forget(&left, t, since, several).0, instants, several)?;
        compare(&whole, &without(&whole, &gone, |_| false), instants, several)?;

        // What happens later is judged alike, and so it is when more is forgotten then.
        let news = later(&world, &whole, &gone);
        let (whole, left) = (told(&whole, &news), told(&left, &news));
        let t = Time(world.heads.last().map_or(t.0, |(at, _)| at.0.max(t.0))).plus(2 * DAY);
        compare(&whole, &left, (t, since.plus(REACH)), several)?;
        let since = since.plus(more * DAY).min(t.plus(-REACH));
        let (left, _) = forget(&left, t, since, several);
        compare(&whole, &left, (t, since.plus(REACH)), several)?;
    }
}
