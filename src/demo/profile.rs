//! The eight teams: how each works, and so which figures it earns.
//!
//! Two are elite, two high, two medium and two low by DORA's benchmark of 2023; `search` improves
//! over the history and `catalog` gets worse.

use super::calendar::Calendar;
use super::people::LOGINS;

/// Where a team writes its incidents down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IncidentHome {
    /// As issues of the repository that is hit.
    Repository,
    /// As issues of the organisation's incident repository, labelled with the component.
    Central,
}

/// How a team works. Hours are working hours, and medians.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    /// Its name.
    pub(super) team: &'static str,
    /// The globs of the repositories that it owns.
    pub(super) globs: &'static [&'static str],
    /// Its people.
    pub(super) members: &'static [&'static str],
    /// When it works.
    pub(super) calendar: Calendar,
    /// Pull requests a working day in a repository of weight 1.
    pub(super) changes_per_day: f64,
    /// First commit to opening.
    pub(super) coding_hours: f64,
    /// At most so many commits in a pull request.
    pub(super) most_commits: i64,
    /// Ready to first review.
    pub(super) pickup_hours: f64,
    /// First review to merge.
    pub(super) review_hours: f64,
    /// The share of pull requests that nobody reviews.
    pub(super) unreviewed: f64,
    /// Merge to release; from a day on, releases are trains that leave so often.
    pub(super) release_hours: f64,
    /// The share of deployments that fail users.
    pub(super) failure: f64,
    /// Minutes from such a deployment to its repair, at any hour of the day.
    pub(super) recovery_minutes: f64,
    /// The share of weekdays' work that a weekend day sees.
    pub(super) weekend: f64,
    /// Where its incidents are.
    pub(super) incidents: IncidentHome,
    /// What all of these durations and the failures are multiplied with, at the history's start
    /// and at its end.
    pub(super) strain: (f64, f64),
}

const OFFICE: Calendar = Calendar { ahead: 1, opens: 8, closes: 18 };

const ELITE: Profile = Profile {
    team: "checkout",
    globs: &["acme/checkout-*"],
    members: LOGINS.split_at(7).0,
    calendar: OFFICE,
    changes_per_day: 3.0,
    coding_hours: 1.6,
    most_commits: 3,
    pickup_hours: 0.4,
    review_hours: 0.5,
    unreviewed: 0.06,
    release_hours: 0.2,
    failure: 0.026,
    recovery_minutes: 28.0,
    weekend: 0.02,
    incidents: IncidentHome::Repository,
    strain: (1.0, 1.0),
};

const HIGH: Profile = Profile {
    coding_hours: 8.0,
    most_commits: 5,
    pickup_hours: 2.5,
    review_hours: 3.0,
    unreviewed: 0.1,
    release_hours: 3.0,
    failure: 0.075,
    recovery_minutes: 240.0,
    changes_per_day: 2.1,
    ..ELITE
};

const MEDIUM: Profile = Profile {
    coding_hours: 26.0,
    most_commits: 7,
    pickup_hours: 9.0,
    review_hours: 8.0,
    unreviewed: 0.25,
    release_hours: 5.0 * 24.0,
    failure: 0.15,
    recovery_minutes: 32.0 * 60.0,
    changes_per_day: 1.2,
    ..ELITE
};

const LOW: Profile = Profile {
    coding_hours: 95.0,
    most_commits: 11,
    pickup_hours: 36.0,
    review_hours: 30.0,
    unreviewed: 0.45,
    release_hours: 14.0 * 24.0,
    failure: 0.4,
    recovery_minutes: 11.0 * 24.0 * 60.0,
    changes_per_day: 0.75,
    ..ELITE
};

/// People `from` to `to` − 1 of [`LOGINS`].
const fn people(from: usize, to: usize) -> &'static [&'static str] {
    LOGINS.split_at(to).0.split_at(from).1
}

/// The teams; repositories name them by their place here.
pub(super) static PROFILES: [Profile; 8] = [
    Profile { members: people(0, 7), ..ELITE },
    Profile {
        team: "identity",
        globs: &["acme/identity-*"],
        members: people(7, 13),
        calendar: Calendar { ahead: -5, opens: 9, closes: 18 },
        changes_per_day: 2.6,
        coding_hours: 2.4,
        failure: 0.03,
        recovery_minutes: 36.0,
        incidents: IncidentHome::Central,
        ..ELITE
    },
    Profile {
        team: "payments",
        globs: &["acme/payments-*"],
        members: people(13, 19),
        calendar: Calendar { ahead: 0, opens: 8, closes: 17 },
        incidents: IncidentHome::Central,
        ..HIGH
    },
    Profile {
        team: "search",
        globs: &["acme/search-*", "acme/query-gateway"],
        members: people(19, 25),
        calendar: Calendar { ahead: 9, opens: 9, closes: 18 },
        changes_per_day: 1.7,
        strain: (3.2, 0.9),
        ..HIGH
    },
    Profile {
        team: "logistics",
        globs: &["acme/logistics-*", "acme/warehouse-scanner"],
        members: people(25, 31),
        ..MEDIUM
    },
    Profile {
        team: "catalog",
        globs: &["acme/catalog-*"],
        members: people(31, 37),
        calendar: Calendar { ahead: 2, opens: 9, closes: 17 },
        changes_per_day: 1.4,
        release_hours: 3.0 * 24.0,
        strain: (0.5, 1.5),
        incidents: IncidentHome::Central,
        ..MEDIUM
    },
    Profile { team: "billing", globs: &["acme/billing-*"], members: people(37, 42), ..LOW },
    Profile {
        team: "backoffice",
        globs: &["acme/backoffice-*", "acme/intranet"],
        members: people(42, 48),
        calendar: Calendar { ahead: -8, opens: 8, closes: 16 },
        weekend: 0.12,
        unreviewed: 0.6,
        release_hours: 11.0 * 24.0,
        ..LOW
    },
];
