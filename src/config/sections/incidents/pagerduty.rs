//! `[[incidents]]` with `source = "pagerduty"`.

use super::{Beside, SECTION, component};
use crate::config::reader::{Reader, describe};
use crate::config::sections::github::urls;
use crate::config::sections::{choice, credentials};
use crate::config::settings::{PagerDutySettings, Urgency};
use ::config::ValueKind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Keys that only PagerDuty has.
pub(super) const KEYS: &[&str] = &[
    "name",
    "api_url",
    "token_env",
    "token_file",
    "services",
    "urgencies",
    "priorities",
    "webhook_secret_file",
];

/// The name, unless another is written.
const NAME: &str = "pagerduty";
/// The API of accounts outside Europe.
const API_URL: &str = "https://api.pagerduty.com";
/// What the token is for, in messages.
const PURPOSE: &str = "may read incidents";
/// How its webhooks come to their secret, in messages.
const WEBHOOK_REMEDY: &str = "write into it the secret that PagerDuty showed when the webhook subscription was made, one for \
                              each subscription on a line of its own";
/// The name that identifies issues among incidents.
const RESERVED: &str = "github";

pub(super) fn read(reader: &Reader<'_>, at: usize, beside: &mut Beside<'_>) -> PagerDutySettings {
    let names = &mut beside.names;
    let name = match reader.has("name") {
        true => reader.parsed("name", |text| name(text, names)).unwrap_or_default(),
        false => name(NAME, names).unwrap_or_else(|message| {
            let message = format!("has no name, and {message}, by name = \"pagerduty-eu\"");
            reader.section_problem(message);
            String::new()
        }),
    };
    // What was written is not repeated, since it may hold credentials.
    let advice = "is no URL of an API; write https://api.pagerduty.com or \
                  https://api.eu.pagerduty.com, and the key by token_env";
    let api_url = match reader.has("api_url") {
        true => reader.parsed("api_url", |text| urls::url(text).map_err(|_| advice.to_owned())),
        false => Some(API_URL.to_owned()),
    };
    if !reader.has("token_env") && !reader.has("token_file") {
        reader.section_problem(
            "has no key; write token_env = \"PAGERDUTY_TOKEN\", or token_file, with an API access \
             key that may read incidents",
        );
    }
    let token = credentials::read(reader, beside.sources, beside.folder, PURPOSE);
    let urgencies = match reader.has("urgencies") {
        true => urgencies(reader),
        false => BTreeSet::from([Urgency::High]),
    };
    if reader.has("priorities") && reader.is_empty_list("priorities") {
        reader.problem("priorities", "is empty, and nothing would count; write [\"P1\", \"P2\"]");
    }
    let priorities = match reader.has("priorities") {
        true => reader.list("priorities").into_iter().map(|item| item.text).collect(),
        false => Vec::new(),
    };
    PagerDutySettings {
        name,
        api_url: api_url.unwrap_or_default(),
        token: token.0,
        token_origin: token.1,
        services: services(reader, at, beside),
        urgencies,
        priorities,
        webhook_secrets: credentials::webhook_secrets(
            reader,
            beside.sources,
            beside.folder,
            WEBHOOK_REMEDY,
        ),
    }
}

fn name(text: &str, names: &mut BTreeSet<String>) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.is_empty() || !text.chars().all(is_plain) {
        return Err("is no name of letters, digits, `-`, `_` and `.`; write one such as \
                    pagerduty-eu"
            .to_owned());
    }
    if text == RESERVED || !names.insert(text.to_owned()) {
        return Err(format!("`{text}` names another source already; write another name"));
    }
    Ok(text.to_owned())
}

fn urgencies(reader: &Reader<'_>) -> BTreeSet<Urgency> {
    if reader.is_empty_list("urgencies") {
        reader.problem("urgencies", "is empty, and nothing would count; write [\"high\"]");
    }
    let words = [("high", Urgency::High), ("low", Urgency::Low)];
    reader.parsed_list("urgencies", |text| choice(text, &words, &[])).into_iter().collect()
}

/// Service ids with components. Nothing written is no mistake: an account's incidents may be told
/// for the organisation alone.
fn services(reader: &Reader<'_>, at: usize, beside: &Beside<'_>) -> BTreeMap<String, Arc<str>> {
    let Some(written) = reader.table("services") else { return BTreeMap::new() };
    let path = format!("{}[{at}].services", SECTION.path);
    let ValueKind::Table(table) = written.kind else {
        let found = describe(&written.kind);
        reader.problem("services", format!("is {found}; write {{ PIJ90N7 = \"acme/pay\" }}"));
        return BTreeMap::new();
    };
    let mut services = BTreeMap::new();
    // The map has no order of its own; problems shall come in the same order each time.
    let entries: BTreeMap<_, _> = table.into_iter().collect();
    for (service, value) in entries {
        let read = match &value.kind {
            ValueKind::String(text) => component(text, beside),
            other => Err(format!("is {}; write a component as owner/repo", describe(other))),
        };
        match read {
            Ok(component) => {
                services.insert(service.to_uppercase(), component);
            }
            Err(message) => beside.report.add(&format!("{path}.{service}"), None, message),
        }
    }
    services
}
