//! The reference of the configuration, rendered from the declared keys: `docs config` prints it, and
//! a test holds `docs/configuration.md` and `config.example.toml` to it.

use super::SECTIONS;
use super::keys::Default;
use std::fmt::Write;

const REFERENCE_INTRODUCTION: &str = "\
# Configuration

<!-- Generated from src/config/sections by `UPDATE_DOCS=1 cargo test config`; do not edit. -->

Three layers, each over the one before: the TOML file that `--config` names (none is read unless it \
is named), environment variables, flags. [`config.example.toml`](../config.example.toml) is the same \
reference as a file to start from. Anything unknown or impossible is refused at the start, with all \
problems at once; what is announced for later versions is refused as not supported yet.

Without a file, `GITHUB_TOKEN=… dora-exporter run --repo owner/name` or `--org name` (both may be \
repeated, and add to the first `[[github]]`) is a complete configuration.

- Durations are whole numbers with units: `30s`, `5m`, `24h`, `90d`, `2w`, `1h30m`.
- Variables start with `DORA__`, with two underscores after the prefix and between section and key; \
lists are separated by commas. Sections in double brackets are set in the file only.
- Globs ignore case. Over repositories `*` does not match `/`, elsewhere it does.
- Secrets stand in environment variables or files that the configuration names, never in it, and \
never on the command line.
";

/// The reference of all sections and keys, in Markdown.
pub fn reference() -> String {
    let mut text = REFERENCE_INTRODUCTION.to_owned();
    for section in SECTIONS {
        let _ = write!(text, "\n## `{}`\n\n{}\n", section.header(), section.means);
        for key in section.keys {
            let default = match key.default {
                Default::Value(value) => format!("default `{value}`"),
                Default::Absent { example } => format!("no default, for example `{example}`"),
                Default::Required { example } => format!("required, for example `{example}`"),
            };
            let _ = write!(text, "\n### `{}`\n\n{}\n\n", key.name, key.means);
            let _ = writeln!(text, "- Write {}; {default}.", key.value);
            if let Some(variable) = section.variable(key) {
                let _ = writeln!(text, "- Environment: `{variable}`.");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
