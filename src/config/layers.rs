//! The layers of the configuration: the file, over it the environment, over that the flags.

use crate::config::keys::{self, Section};
use crate::config::merged::Merged;
use crate::config::problems::Report;
use crate::config::sections;
use crate::config::sources::{ConfigFile, Flags, Sources};
use ::config::{Config, File, FileFormat, Map, Source, Value, ValueKind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// Variables with this prefix set keys. Two underscores, since Kubernetes injects variables such as
/// `DORA_EXPORTER_PORT` for a service named `dora-exporter`.
const PREFIX: &str = "DORA__";

/// Merges the layers; what cannot be merged is reported. Gives nothing where the file cannot be read
/// at all, since every further problem would only follow from that.
pub(super) fn merge(sources: &Sources, report: &mut Report) -> Option<Merged> {
    let (name, text) = read(sources.file.as_ref(), report)?;
    match DeTable::parse(&text) {
        Ok(table) => {
            let mut lines = BTreeMap::new();
            note_lines(&text, table.get_ref(), "", &mut lines);
            report.locate(name.clone(), lines);
        }
        Err(error) => {
            report.add(&name, None, format!("is no valid TOML: {}", error.to_string().trim_end()));
            return None;
        }
    }
    let variables = accepted_variables(&sources.environment, report);
    let mut root = build(&text, &variables, &sources.flags)
        .map_err(|error| report.add(&name, None, format!("cannot be read: {error}")))
        .ok()?;
    add_github_flags(&mut root, &sources.flags);
    let folder = match &sources.file {
        Some(ConfigFile::Path(path)) => path.parent().map(Path::to_owned).unwrap_or_default(),
        _ => PathBuf::new(),
    };
    Some(Merged { root, folder })
}

fn read(file: Option<&ConfigFile>, report: &Report) -> Option<(String, String)> {
    match file {
        None => Some(Default::default()),
        Some(ConfigFile::Text { name, text }) => Some((name.clone(), text.clone())),
        Some(ConfigFile::Path(path)) => {
            let name = path.display().to_string();
            match std::fs::read_to_string(path) {
                Ok(text) => Some((name, text)),
                Err(error) => {
                    let message = format!("cannot be read: {error}; check the flag --config");
                    report.add(&name, None, message);
                    None
                }
            }
        }
    }
}

fn build(
    text: &str,
    variables: &BTreeMap<&str, &str>,
    flags: &Flags,
) -> Result<Map<String, Value>, ::config::ConfigError> {
    let mut builder = Config::builder().add_source(File::from_str(text, FileFormat::Toml));
    for (variable, value) in variables {
        let value = Value::new(Some(&(*variable).to_owned()), *value);
        builder = builder.set_override(key_of(variable), value)?;
    }
    let store = flags.store.as_ref().map(|store| {
        let is_url = store.contains("://") || store.starts_with("sqlite:");
        if is_url { store.clone() } else { format!("sqlite:{store}") }
    });
    let given = [
        ("server.listen_address", "--web.listen-address", flags.listen_address.as_ref()),
        ("server.telemetry_path", "--web.telemetry-path", flags.telemetry_path.as_ref()),
        ("store.url", "--store", store.as_ref()),
        ("collection.shard", "--shard", flags.shard.as_ref()),
        ("log.level", "--log.level", flags.log_level.as_ref()),
        ("log.format", "--log.format", flags.log_format.as_ref()),
    ];
    for (key, flag, value) in given {
        builder = builder.set_override_option(key, value.map(|value| flag_value(flag, value)))?;
    }
    builder.build()?.collect()
}

/// The key that a variable sets: `DORA__LOG__LEVEL` sets `log.level`.
fn key_of(variable: &str) -> String {
    variable.strip_prefix(PREFIX).unwrap_or(variable).to_lowercase().replace("__", ".")
}

/// The variables that set known keys; the others with the prefix are reported.
fn accepted_variables<'a>(
    environment: &'a BTreeMap<String, String>,
    report: &Report,
) -> BTreeMap<&'a str, &'a str> {
    let known: BTreeSet<String> = sections::ALL
        .iter()
        .flat_map(|section| section.keys.iter().filter_map(|key| section.variable(key)))
        .collect();
    let mut accepted = BTreeMap::new();
    for (variable, value) in environment.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
        if known.contains(variable) {
            accepted.insert(variable.as_str(), value.as_str());
        } else {
            let key = key_of(variable);
            let message = refusal(variable, &key, &known);
            report.add(&key, Some(variable), message);
        }
    }
    accepted
}

fn refusal(variable: &str, key: &str, known: &BTreeSet<String>) -> String {
    let is_meant = |section: &&&Section| section.repeated && key.starts_with(section.path);
    if let Some(section) = sections::ALL.iter().find(is_meant) {
        return format!(
            "{} can be written several times and is set in the configuration file only (--repo, \
             --org and --github.api-url set what most need); unset {variable}",
            section.header()
        );
    }
    // Compared without the prefix, or every two variables would look alike.
    let names = known.iter().filter_map(|known| known.strip_prefix(PREFIX));
    match keys::nearest(&variable[PREFIX.len()..], names) {
        Some(meant) => format!("no such key; did you mean {PREFIX}{meant}?"),
        None => {
            format!("no such key; unset {variable}, or see docs/configuration.md for the names")
        }
    }
}

/// Puts what the flags say about GitHub into the first `[[github]]`, which they start if need be.
fn add_github_flags(root: &mut Map<String, Value>, flags: &Flags) {
    if flags.repositories.is_empty()
        && flags.organizations.is_empty()
        && !root.contains_key("github")
    {
        return;
    }
    let github = root.entry("github".to_owned()).or_insert_with(|| {
        Value::new(None, ValueKind::Array(vec![Value::new(None, Map::<String, Value>::new())]))
    });
    let ValueKind::Array(blocks) = &mut github.kind else { return };
    let Some(ValueKind::Table(first)) = blocks.first_mut().map(|block| &mut block.kind) else {
        return;
    };
    if let Some(api_url) = &flags.github_api_url {
        first.insert("api_url".to_owned(), flag_value("--github.api-url", api_url));
    }
    let added = [
        ("repositories", "--repo", &flags.repositories),
        ("organizations", "--org", &flags.organizations),
    ];
    for (key, flag, values) in added {
        if values.is_empty() {
            continue;
        }
        let list = first
            .entry(key.to_owned())
            .or_insert_with(|| Value::new(None, ValueKind::Array(Vec::new())));
        if let ValueKind::Array(list) = &mut list.kind {
            list.extend(values.iter().map(|value| flag_value(flag, value)));
        }
    }
}

fn flag_value(flag: &str, value: &str) -> Value {
    Value::new(Some(&format!("the flag {flag}")), value)
}

/// Notes the line of each key path: `github[0].token_env`.
fn note_lines(text: &str, table: &DeTable<'_>, path: &str, lines: &mut BTreeMap<String, usize>) {
    for (key, value) in table {
        let path = match path {
            "" => key.get_ref().to_string(),
            _ => format!("{path}.{}", key.get_ref()),
        };
        lines.insert(path.clone(), line_at(text, key.span().start));
        note_value(text, value.get_ref(), &path, lines);
    }
}

fn note_value(text: &str, value: &DeValue<'_>, path: &str, lines: &mut BTreeMap<String, usize>) {
    match value {
        DeValue::Table(table) => note_lines(text, table, path, lines),
        DeValue::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let path = format!("{path}[{at}]");
                lines.insert(path.clone(), line_at(text, item.span().start));
                note_value(text, item.get_ref(), &path, lines);
            }
        }
        _ => {}
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
