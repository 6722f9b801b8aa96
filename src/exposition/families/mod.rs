//! Every judged family, declared exactly once; the exporter's own are in [`super::own_families`].

mod durations;
mod frequency;
mod instability;
mod original;
mod platform;
mod settled;
mod space_reviews;
mod standing;
mod surveys;
mod trust;

use super::family::{Declaration, Family, Subject};
use std::sync::LazyLock;

/// The labels of a family over windows.
const WINDOW: &[&str] = &["window"];
/// The labels of a family of durations.
const WINDOW_STAT: &[&str] = &["window", "stat"];

/// The declarations in the order of the exposition.
pub(super) fn declarations() -> impl Iterator<Item = &'static Declaration> {
    [
        original::DECLARATIONS,
        settled::DECLARATIONS,
        frequency::DECLARATIONS,
        instability::DECLARATIONS,
        durations::DECLARATIONS,
        standing::DECLARATIONS,
        trust::DECLARATIONS,
        space_reviews::DECLARATIONS,
        surveys::DECLARATIONS,
        platform::DECLARATIONS,
    ]
    .into_iter()
    .flatten()
}

static FAMILIES: LazyLock<Vec<Family>> = LazyLock::new(|| {
    Subject::ALL
        .into_iter()
        .flat_map(|subject| {
            declarations()
                .filter(move |declaration| declaration.subjects.contains(&subject))
                .map(move |declaration| Family::new(declaration, subject))
        })
        .collect()
});

/// Every family of every level, in the order of the exposition.
pub fn families() -> &'static [Family] {
    &FAMILIES
}
