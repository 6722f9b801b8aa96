//! The sections: what each may hold, and how it becomes the typed settings. A key is declared and
//! read in the same file; one that does not work yet is refused there.

mod catalog;
mod collection;
mod components;
mod credentials;
mod deployments;
mod exposition;
mod failures;
mod github;
mod incidents;
mod log;
mod measures;
mod overrides;
mod ownership;
mod pages;
mod platform;
mod production;
mod self_service;
mod server;
mod space;
mod store;
mod surveys;

pub use server::listen_address;

use crate::config::keys::{self, Section};
use crate::config::merged::Merged;
use crate::config::problems::Report;
use crate::config::reader::Reader;
use crate::config::settings::{IncidentSettings, Settings, StoreSettings};
use crate::config::sources::Sources;
use std::path::{Path, PathBuf};

/// All sections, in the order in which they are documented.
pub static ALL: &[&Section] = &[
    &server::SECTION,
    &store::SECTION,
    &collection::SECTION,
    &github::SECTION,
    &production::SECTION,
    &measures::SECTION,
    &failures::SECTION,
    &exposition::SECTION,
    &space::SECTION,
    &ownership::SECTION,
    &ownership::RULES,
    &catalog::SECTION,
    &platform::SECTION,
    &self_service::SECTION,
    &components::SECTION,
    &deployments::SECTION,
    &overrides::SECTION,
    &incidents::SECTION,
    &surveys::SECTION,
    &surveys::QUESTIONS,
    &surveys::TEAMS,
    &pages::SECTION,
    &log::SECTION,
];

/// Reads every section. The settings mean something only if nothing was reported.
pub(super) fn read(mut merged: Merged, sources: &Sources, report: &Report) -> Settings {
    refuse_unknown_sections(&merged, report);
    let mut open = |section: &'static Section| {
        Reader::open(section, section.path.to_owned(), merged.root.remove(section.path), report)
    };
    let server = server::read(&open(&server::SECTION));
    let store = open(&store::SECTION);
    let collection = open(&collection::SECTION);
    let production = production::read(&open(&production::SECTION));
    let measures = open(&measures::SECTION);
    let failures = failures::read(&open(&failures::SECTION));
    let exposition = exposition::read(&open(&exposition::SECTION));
    let space = space::read(&open(&space::SECTION));
    let mut ownership = ownership::read(&open(&ownership::SECTION), report);
    let catalog = catalog::read(&open(&catalog::SECTION), sources, &merged.folder);
    let (catalog, template_annotation) = catalog;
    ownership.template_annotation = template_annotation;
    let platform = open(&platform::SECTION);
    let surveys = open(&surveys::SECTION);
    let pages = pages::read(&open(&pages::SECTION));
    let log = log::read(&open(&log::SECTION));
    let collection = collection::read(&collection);
    let github = Reader::open_all(&github::SECTION, merged.root.remove("github"), report);
    let components =
        Reader::open_all(&components::SECTION, merged.root.remove("components"), report);
    let deployments =
        Reader::open_all(&deployments::SECTION, merged.root.remove("deployments"), report);
    let written = Reader::open_all(&incidents::SECTION, merged.root.remove("incidents"), report);
    let overrides = Reader::open_all(&overrides::SECTION, merged.root.remove("overrides"), report);
    let components = components::read(&components.unwrap_or_default(), report);
    let deployments = deployments::read(&deployments.unwrap_or_default(), &components, report);
    let overrides = overrides::read(&overrides.unwrap_or_default(), collection.lookback, report);
    let of_overrides = overrides.iter().filter_map(|one| one.severities.as_ref()).flatten();
    let severities = failures.severities.iter().chain(of_overrides).cloned().collect();
    let mut github = github::read(github, sources, &merged.folder, report);
    github.iter_mut().for_each(|github| github.shard = collection.shard);
    let beside = incidents::Beside {
        sources,
        folder: &merged.folder,
        names: github.iter().map(|github| github.name.clone()).collect(),
        components: &components,
        severities,
        report,
    };
    let surveys = surveys::read(
        &surveys,
        surveys::Beside {
            sources,
            folder: &merged.folder,
            ownership: &ownership,
            components: &components,
            report,
        },
    );
    let (incidents, pagerduty) = incidents::read(written.unwrap_or_default(), beside);
    if !collection.shard.is_whole() {
        refuse_undivided(&incidents, pagerduty.len(), report);
    }
    Settings {
        server,
        store: store::read(&store, collection.lookback),
        measures: measures::read(&measures, collection.lookback),
        overrides,
        collection,
        production,
        failures,
        exposition,
        space,
        ownership,
        catalog,
        platform: platform::read(&platform, &github, report),
        components,
        deployments,
        incidents,
        pagerduty,
        surveys,
        github,
        pages,
        log,
    }
}

/// Refuses incidents that live elsewhere than their components, where repositories are divided: the
/// process that reads them would not know whose they are.
fn refuse_undivided(incidents: &[IncidentSettings], accounts: usize, report: &Report) {
    let mapped = incidents.iter().any(|one| !one.mappings.is_empty());
    let what = match (accounts > 0, mapped) {
        (true, _) => "PagerDuty's incidents live in no repository",
        (false, true) => "`mappings` give incidents to components of other repositories",
        (false, false) => return,
    };
    let message = format!(
        "divides repositories among processes, and {what}, so they would be missing where they \
         belong: collect in one process, or leave these incidents out"
    );
    report.add("collection.shard", None, message);
}

/// Reads `[store]` and passes over the others.
pub(super) fn read_store(mut merged: Merged, report: &Report) -> StoreSettings {
    let section = &store::SECTION;
    let written = merged.root.remove(section.path);
    store::read(&Reader::open(section, section.path.to_owned(), written, report), 0)
}

fn refuse_unknown_sections(merged: &Merged, report: &Report) {
    let known = || ALL.iter().map(|section| section.path).filter(|path| !path.contains('.'));
    // The map has no order of its own; problems shall come in the same order each time.
    let mut names: Vec<&String> = merged.root.keys().collect();
    names.sort();
    for name in names.into_iter().filter(|name| !known().any(|path| path == name.as_str())) {
        let message = if let Some(meant) = keys::nearest(name, known()) {
            format!("no such section; did you mean `{meant}`?")
        } else {
            format!("no such section; there are {}", known().collect::<Vec<_>>().join(", "))
        };
        report.add(name, None, message);
    }
}

/// A file that holds certificates; the error says what is wrong with it.
fn certificates(path: &Path) -> Result<PathBuf, String> {
    let text = std::fs::read(path)
        .map_err(|error| format!("{} cannot be read: {error}; check the path", path.display()))?;
    let marker = b"-----BEGIN CERTIFICATE-----";
    if text.windows(marker.len()).any(|part| part == marker) {
        Ok(path.to_owned())
    } else {
        Err(format!("{} holds no certificate; write a file in PEM", path.display()))
    }
}

/// Reads one of several words; `later` are words that later versions will know.
fn choice<T: Copy>(text: &str, words: &[(&str, T)], later: &[&str]) -> Result<T, String> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    let known = known.join(", ");
    Err(if later.contains(&text) {
        format!("`{text}` is not supported yet; write {known}")
    } else if words.len() == 1 {
        format!("`{text}` is unknown; write {known}")
    } else {
        format!("`{text}` is unknown; write one of {known}")
    })
}
