//! `[space]`: how a team works together.

use crate::config::keys::{Default, Key, Section};
use crate::config::reader::Reader;
use crate::config::settings::SpaceSettings;
use delivery::measures::FEWEST_CONTRIBUTORS;

pub(super) static SECTION: Section = Section {
    path: "space",
    repeated: false,
    means: "How a team works together: the families `space_…`, which are told of teams and never of \
            a person.",
    keys: &[Key {
        name: "min_contributors",
        value: "a whole number from 3 on",
        default: Default::Value("5"),
        means: "How many different people must have written or reviewed what a team merged in a \
                window before its figures are shown; of fewer, a team's figure would be a person's.",
    }],
    tables: &[],
    later: &[],
};

pub(super) fn read(reader: &Reader<'_>) -> SpaceSettings {
    let min_contributors = reader.count("min_contributors").unwrap_or_default();
    if (1..FEWEST_CONTRIBUTORS).contains(&min_contributors) {
        let advice = format!(
            "{min_contributors} is too few; write at least {FEWEST_CONTRIBUTORS}, or a team's \
             figure would be a person's"
        );
        reader.problem("min_contributors", advice);
    }
    SpaceSettings { min_contributors }
}
