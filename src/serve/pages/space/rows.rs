//! The figures of how a team works together, in words: what is divided is told by its whole.

use super::super::words::{count, length, percent, short, thousands};
use crate::serve::api::measures::all as measures;
use delivery::measures::{Share, SpaceFigures};

/// A figure in words: what stands for the window, and what it is made of.
type Words = (String, Option<String>);

/// A figure of a team's window.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name in the API.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The dimension of SPACE.
    pub dimension: &'static str,
    /// It in words.
    pub words: fn(&SpaceFigures) -> Words,
}

/// All of them, by dimension.
pub const ROWS: [Row; 10] = [
    Row {
        name: "merged_changes",
        title: "Merged changes",
        dimension: "activity",
        words: |it| (thousands(it.merged_changes), None),
    },
    Row {
        name: "reviews",
        title: "Reviews",
        dimension: "activity",
        words: |it| (thousands(it.reviews), None),
    },
    Row {
        name: "first_review_time",
        title: "Time to first review",
        dimension: "communication",
        words: |it| match it.first_review {
            Some(times) => (
                length(times.p50 as f64),
                Some(format!(
                    "median of {}; 85 % within {}",
                    count(it.reviewed_changes, "change"),
                    length(times.p85 as f64)
                )),
            ),
            None => none(),
        },
    },
    Row {
        name: "reviewers_per_change",
        title: "Reviewers per change",
        dimension: "communication",
        words: |it| match it.reviewers_per_change {
            Some(people) => {
                (short(people.mean), Some(format!("mean; 95 % had at most {}", people.p95)))
            }
            None => none(),
        },
    },
    Row {
        name: "unreviewed_changes",
        title: "Unreviewed changes",
        dimension: "communication",
        words: |it| share(it.unreviewed_changes, "change"),
    },
    Row {
        name: "cross_team_reviews",
        title: "Reviews from other teams",
        dimension: "communication",
        words: |it| share(it.cross_team_reviews, "review"),
    },
    Row {
        name: "review_concentration",
        title: "Reviews by the busiest reviewer",
        dimension: "communication",
        words: |it| share(it.review_concentration, "review"),
    },
    Row {
        name: "review_change_requests",
        title: "Reviews that ask for changes",
        dimension: "performance",
        words: |it| share(it.change_requests, "review"),
    },
    Row {
        name: "change_size",
        title: "Change size",
        dimension: "efficiency",
        words: |it| match it.change_size {
            Some(lines) => (
                count(lines.p50.max(0) as u64, "line"),
                Some(format!("median; 85 % up to {}", thousands(lines.p85.max(0) as u64))),
            ),
            None => none(),
        },
    },
    Row {
        name: "flow_efficiency",
        title: "Flow efficiency",
        dimension: "efficiency",
        words: |it| match it.flow_efficiency.ratio() {
            Some(ratio) => (percent(ratio), Some("of lead time in coding and review".to_owned())),
            None => none(),
        },
    },
];

impl Row {
    /// The rule that counts it.
    pub fn rule(&self) -> &'static str {
        measures().find(|measure| measure.name == self.name).map_or("", |measure| measure.rule)
    }
}

fn none() -> Words {
    ("–".to_owned(), None)
}

fn share(share: Share, of: &str) -> Words {
    match share.ratio() {
        Some(ratio) => (percent(ratio), Some(format!("of {}", count(share.whole, of)))),
        None => none(),
    }
}
