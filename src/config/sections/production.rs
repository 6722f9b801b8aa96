//! `[production]`: which environments serve users.

use crate::config::keys::{Default, Key, Section};
use crate::config::patterns::{EnvironmentRule, Glob};
use crate::config::reader::Reader;

pub(super) static SECTION: Section = Section {
    path: "production",
    repeated: false,
    means: "Which environments are production. Those whose name matches \
            `(?i)^(prod(uction)?([-_/ .:].*)?|live|[^/]+/(prod(uction)?|live))$` always are, unless \
            excluded: `production`, `prod-eu`, `eu/prod`, `live`, but not `pre-production`, \
            `nonprod` or `product-demo`.",
    keys: &[
        Key {
            name: "environments",
            value: "a list of globs",
            default: Default::Value("[]"),
            means: "Further environments that are production, without regard to case; `*` matches \
                    any text, `/` included. For example `[\"customer-*\", \"main\"]`.",
        },
        Key {
            name: "exclude",
            value: "a list of globs",
            default: Default::Value(r#"["*canary*"]"#),
            means: "Environments that are not production, whatever else matches.",
        },
    ],
    tables: &[],
    later: &[],
};

pub(super) fn read(reader: &Reader<'_>) -> EnvironmentRule {
    EnvironmentRule::of(
        reader.parsed_list("environments", Glob::parse),
        reader.parsed_list("exclude", Glob::parse),
    )
}
