//! Reads one section of the merged layers, key by key. What is wrong is reported, and the value is
//! then absent; nothing is coerced silently: only variables and flags, which are always text, are
//! read as numbers and lists.

use crate::config::duration;
use crate::config::keys::{self, Default as KeyDefault, Key, Section};
use crate::config::problems::Report;
use ::config::{File, FileFormat, Map, Source, Value, ValueKind};
use delivery::domain::Span;

/// One element of a list.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The element.
    pub(super) text: String,
    /// Its path: `failures.rules[1]`.
    path: String,
    /// The variable or flag that set it.
    origin: Option<String>,
}

/// A section that is being read.
pub(super) struct Reader<'a> {
    section: &'static Section,
    path: String,
    table: Map<String, Value>,
    report: &'a Report,
}

impl<'a> Reader<'a> {
    /// Opens the section at `path`, and reports every key that it does not know.
    pub(super) fn open(
        section: &'static Section,
        path: String,
        value: Option<Value>,
        report: &'a Report,
    ) -> Reader<'a> {
        let table = match value.map(|value| (value.origin().map(str::to_owned), value.kind)) {
            None => Map::new(),
            Some((_, ValueKind::Table(table))) => table,
            Some((origin, other)) => {
                let message =
                    format!("is {}; it is a section: write {}", describe(&other), section.header());
                report.add(&path, origin.as_deref(), message);
                Map::new()
            }
        };
        let reader = Reader { section, path, table, report };
        reader.refuse_unknown_keys();
        reader
    }

    /// Opens each of a section that may be written several times; nothing if what is written is not
    /// that.
    pub(super) fn open_all(
        section: &'static Section,
        value: Option<Value>,
        report: &'a Report,
    ) -> Option<Vec<Reader<'a>>> {
        let path = section.path;
        match value.map(|value| value.kind) {
            None => Some(Vec::new()),
            Some(ValueKind::Array(items)) => {
                let open =
                    |(at, item)| Reader::open(section, format!("{path}[{at}]"), Some(item), report);
                Some(items.into_iter().enumerate().map(open).collect())
            }
            Some(other) => {
                let found = describe(&other);
                let header = section.header();
                let message =
                    format!("is {found}; it may be written several times: write {header}");
                report.add(path, None, message);
                None
            }
        }
    }

    /// Whether the key is written, in whatever layer.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A section within this one.
    pub(super) fn table(&self, name: &str) -> Option<Value> {
        self.table.get(name).cloned()
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        match self.value(key)?.kind {
            ValueKind::String(text) => Some(text),
            other => self.mismatch(key, &other),
        }
    }

    /// A text, read further by `parse`, whose error says what to write.
    pub(super) fn parsed<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(key)?;
        parse(&text).map_err(|message| self.problem(key, message)).ok()
    }

    /// A duration in seconds.
    pub(super) fn span(&self, key: &str) -> Option<Span> {
        self.parsed(key, duration::parse)
    }

    /// A duration of at least `least` seconds.
    pub(super) fn span_of_at_least(&self, key: &str, least: Span) -> Option<Span> {
        self.parsed(key, |text| {
            duration::parse(text).and_then(|span| {
                if span >= least {
                    Ok(span)
                } else {
                    Err(format!("`{text}` is too short; write at least {}", duration::show(least)))
                }
            })
        })
    }

    /// True or false.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        match (value.origin(), &value.kind) {
            (_, ValueKind::Boolean(flag)) => Some(*flag),
            (Some(_), ValueKind::String(text)) => match text.parse() {
                Ok(flag) => Some(flag),
                Err(_) => self.mismatch(key, &value.kind),
            },
            (_, other) => self.mismatch(key, other),
        }
    }

    /// A whole number from 1 on.
    pub(super) fn count(&self, key: &str) -> Option<usize> {
        let value = self.value(key)?;
        let number = match (value.origin(), &value.kind) {
            (_, ValueKind::I64(number)) => usize::try_from(*number).ok(),
            (Some(_), ValueKind::String(text)) => text.parse().ok(),
            _ => None,
        };
        match number {
            Some(0) | None => self.mismatch(key, &value.kind),
            number => number,
        }
    }

    /// A whole number from 1 on, or a text, read further by `parse`, whose error says what to write.
    pub(super) fn number_or_text<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let text = match &value.kind {
            ValueKind::String(text) => text.trim().to_owned(),
            ValueKind::I64(number) if *number > 0 => number.to_string(),
            other => return self.mismatch(key, other),
        };
        parse(&text).map_err(|message| self.problem(key, message)).ok()
    }

    /// A number.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        let value = self.value(key)?;
        match (value.origin(), &value.kind) {
            (_, ValueKind::Float(number)) => Some(*number),
            (_, ValueKind::I64(number)) => Some(*number as f64),
            (Some(_), ValueKind::String(text)) => match text.parse() {
                Ok(number) => Some(number),
                Err(_) => self.mismatch(key, &value.kind),
            },
            (_, other) => self.mismatch(key, other),
        }
    }

    /// Whether a list has no elements at all. Lists of wrong elements are not empty: those are
    /// reported one by one.
    pub(super) fn is_empty_list(&self, key: &str) -> bool {
        self.value(key).is_some_and(|value| match &value.kind {
            ValueKind::Array(items) => items.is_empty(),
            ValueKind::String(text) => {
                value.origin().is_some() && text.replace(',', "").trim().is_empty()
            }
            _ => false,
        })
    }

    /// A list of texts; a variable holds it separated by commas. Empty elements are reported.
    pub(super) fn list(&self, key: &str) -> Vec<Item> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let origin = value.origin().map(str::to_owned);
        let texts: Vec<(Option<String>, ValueKind)> = match (&origin, value.kind) {
            (Some(_), ValueKind::String(text)) => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| (origin.clone(), ValueKind::String(part.to_owned())))
                .collect(),
            (_, ValueKind::Array(items)) => items
                .into_iter()
                .map(|item| (item.origin().map(str::to_owned), item.kind))
                .collect(),
            (_, other) => return self.mismatch(key, &other).unwrap_or_default(),
        };
        let items = texts.into_iter().enumerate().filter_map(|(at, (origin, kind))| {
            let path = format!("{}.{key}[{at}]", self.path);
            let message = match kind {
                ValueKind::String(text) if !text.trim().is_empty() => {
                    return Some(Item { text, path, origin });
                }
                ValueKind::String(_) => "is empty; remove it".to_owned(),
                other => format!("is {}; write a text in quotation marks", describe(&other)),
            };
            self.report.add(&path, origin.as_deref(), message);
            None
        });
        items.collect()
    }

    /// A list whose elements are read further by `parse`, whose error says what to write.
    pub(super) fn parsed_list<T>(
        &self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let items = self.list(key);
        items
            .iter()
            .filter_map(|item| {
                parse(&item.text).map_err(|message| self.item_problem(item, message)).ok()
            })
            .collect()
    }

    /// Reports a problem of a key.
    pub(super) fn problem(&self, key: &str, message: impl Into<String>) {
        let origin = self.table.get(key).and_then(|value| value.origin());
        self.report.add(&format!("{}.{key}", self.path), origin, message);
    }

    /// Reports a problem of an element.
    pub(super) fn item_problem(&self, item: &Item, message: impl Into<String>) {
        self.report.add(&item.path, item.origin.as_deref(), message);
    }

    /// Reports a problem of the section as a whole.
    pub(super) fn section_problem(&self, message: impl Into<String>) {
        self.report.add(&self.path, None, message);
    }

    fn value(&self, key: &str) -> Option<Value> {
        if let Some(value) = self.table.get(key) {
            return Some(value.clone());
        }
        match self.declared(key)?.default {
            KeyDefault::Value(text) => default_value(text),
            KeyDefault::Absent { .. } => None,
            KeyDefault::Required { example } => {
                self.problem(key, format!("is missing; write for example {key} = {example}"));
                None
            }
        }
    }

    fn declared(&self, key: &str) -> Option<&'static Key> {
        self.section.keys.iter().find(|declared| declared.name == key)
    }

    fn mismatch<T>(&self, key: &str, found: &ValueKind) -> Option<T> {
        let declared = self.declared(key)?;
        let example = match declared.default {
            KeyDefault::Value(text) => text,
            KeyDefault::Absent { example } | KeyDefault::Required { example } => example,
        };
        let found = describe(found);
        let message = format!("is {found}; write {}: {key} = {example}", declared.value);
        self.problem(key, message);
        None
    }

    fn refuse_unknown_keys(&self) {
        let section = self.section;
        let known =
            || section.keys.iter().map(|key| key.name).chain(section.tables.iter().copied());
        // The map has no order of its own; problems shall come in the same order each time.
        let mut names: Vec<&String> = self.table.keys().collect();
        names.sort();
        for name in names.into_iter().filter(|name| !known().any(|key| key == name.as_str())) {
            let message = if section.later.contains(&name.as_str()) {
                "is not supported yet; remove it".to_owned()
            } else if name == "private_key" {
                "secrets never stand here; write private_key_file = \"PATH\"".to_owned()
            } else if ["token", "password", "secret"].contains(&name.as_str()) {
                "secrets never stand here; write token_env = \"NAME_OF_A_VARIABLE\" or token_file"
                    .to_owned()
            } else if let Some(meant) = keys::nearest(name, known()) {
                format!("no such key; did you mean `{meant}`?")
            } else {
                let known: Vec<&str> = known().collect();
                format!("no such key; {} has {}", section.header(), known.join(", "))
            };
            self.problem(name, message);
        }
    }
}

/// A default as the layers would have read it from a file.
fn default_value(toml: &str) -> Option<Value> {
    let file = File::from_str(&format!("default = {toml}"), FileFormat::Toml);
    file.collect().ok()?.remove("default")
}

/// What a value is, without telling what it holds where that may be long or secret.
pub(super) fn describe(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Nil => "nothing".to_owned(),
        ValueKind::Boolean(flag) => format!("the truth value {flag}"),
        ValueKind::I64(number) => format!("the number {number}"),
        ValueKind::Float(number) => format!("the number {number}"),
        ValueKind::String(_) => "a text".to_owned(),
        ValueKind::Table(_) => "a table".to_owned(),
        ValueKind::Array(_) => "a list".to_owned(),
        _ => "a number that is too large".to_owned(),
    }
}
