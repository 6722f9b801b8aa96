//! What a newcomer sees in the first minute, whatever the hour.

use super::*;
use github_sim::event::CloseReason;

#[test]
fn several_teams_ship_changes_within_half_a_minute_at_any_hour() {
    for start in (0..7 * 24).step_by(27).map(|hour| NOW + hour * 3_600) {
        let mut organization = organization(SEED, start, 90);
        let owners = owners(&organization);
        let mut merged = BTreeSet::new();
        let mut created = HashMap::new();
        let mut shipping = BTreeSet::new();
        for second in 0..30 {
            for (_, event) in organization.news.next(start + second) {
                match event {
                    Event::PullMerged { merge_commit, .. } => {
                        merged.insert(merge_commit);
                    }
                    Event::DeploymentCreated { id, sha, repo, .. } if merged.contains(&sha) => {
                        created.insert(id, repo);
                    }
                    Event::DeploymentStatus { id, state, .. } if state == "SUCCESS" => {
                        shipping.extend(created.get(&id).and_then(|repo| owners.get(repo)));
                    }
                    _ => {}
                }
            }
        }
        assert!(shipping.len() >= 3, "only {shipping:?} from {start}");
    }
}

#[test]
fn whoever_watches_for_a_minute_sees_a_failure_repaired_at_any_hour() {
    for start in (0..7 * 24).step_by(27).map(|hour| NOW + hour * 3_600) {
        let mut organization = organization(SEED, start, 90);
        let mut live: BTreeSet<String> = BTreeSet::new();
        let mut urgent = BTreeSet::new();
        let mut repairs = 0;
        for (_, event) in &organization.events {
            live.extend(deployed(event));
        }
        for (_, event) in (0..60).flat_map(|second| organization.news.next(start + second)) {
            repairs += usize::from(deployed(&event).is_some_and(|sha| !live.insert(sha)));
            match event {
                Event::PullOpened { repo, number, title, head, labels, .. }
                    if title.starts_with("Revert")
                        || title.starts_with("Hotfix")
                        || head.starts_with("hotfix/")
                        || labels.contains(&"hotfix".to_owned()) =>
                {
                    urgent.insert((repo, number));
                }
                Event::PullMerged { repo, number, .. } => {
                    repairs += usize::from(urgent.contains(&(repo, number)));
                }
                Event::IssueClosed { reason: CloseReason::Completed, .. } => repairs += 1,
                _ => {}
            }
        }
        assert!(repairs > 0, "nothing was repaired from {start}");
    }
}

/// The commit that a production deployment is created for.
fn deployed(event: &Event) -> Option<String> {
    match event {
        Event::DeploymentCreated { sha, environment, .. } if environment == "production" => {
            Some(sha.clone())
        }
        _ => None,
    }
}
