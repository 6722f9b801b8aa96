//! What is missing or amiss, each with the key and the remedy.

use super::looked::Looked;
use super::ownership::{findings as unanswered, heard};
use super::{permissions, production};
use crate::cli::findings::{Finding, Seen, Severity, find as configured, named};
use crate::config::Settings;
use crate::evaluate::{mistakes, unselected};
use delivery::domain::{Collector, Time};
use std::collections::BTreeMap;

/// Findings as they come up.
pub struct Findings<'a> {
    settings: &'a Settings,
    sources: &'a [Looked],
    found: Vec<Finding>,
}

/// Everything that is found, the worst first.
pub fn find(settings: &Settings, sources: &[Looked], now: Time) -> Vec<Finding> {
    let mut findings = Findings { settings, sources, found: Vec::new() };
    for looked in sources {
        findings.source(looked);
    }
    let deploys = findings.can_read(Collector::Deployments);
    findings.found.extend(production::find(settings, sources, now, deploys));
    findings.workflows();
    findings.incidents();
    let of_section = |at| sources.iter().filter(move |one| one.section == at).map(Looked::seen);
    let seen: Vec<Seen> =
        (0..settings.github.len()).map(|at| Seen::together(of_section(at))).collect();
    let owners = heard(&settings.ownership, sources);
    findings.found.extend(configured(settings, &seen, &owners));
    for looked in sources {
        findings.components(looked);
    }
    findings.found.extend(unanswered(&owners, sources));
    findings.found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings.found
}

impl Findings<'_> {
    fn add(&mut self, severity: Severity, key: impl Into<String>, message: impl Into<String>) {
        self.found.push(Finding { severity, key: key.into(), message: message.into() });
    }

    fn source(&mut self, looked: &Looked) {
        let key = format!("github[{}]", looked.section);
        let lacks = looked.installation.as_ref();
        if let Some(message) = lacks.and_then(|one| permissions::finding(one, self.settings)) {
            self.add(Severity::Warning, format!("{key}.app_id"), message);
        }
        if let Some(error) = &looked.broken {
            self.add(Severity::Error, key, error.to_string());
            return;
        }
        for one in &looked.lacking {
            let message = format!(
                "the server's GraphQL schema is an older one, without {}: {}",
                one.name(),
                one.costs
            );
            self.add(Severity::Note, format!("{key}.api_url"), message);
        }
        for failure in &looked.failures {
            self.add(Severity::Error, &*key, failure.to_string());
        }
        if looked.collected().next().is_none() && !looked.is_a_shard {
            let message = "there is no repository to collect: name organizations or repositories \
                           that the token may see; archived ones and forks need include_archived \
                           and include_forks";
            self.add(Severity::Error, key, message);
            return;
        }
        self.permissions(&key, looked);
    }

    fn permissions(&mut self, key: &str, looked: &Looked) {
        if let Some(error) = &looked.runs_denied {
            let message = format!(
                "{error}; without it the families space_window_ci_… are absent: grant it, or write \
                 `ci = false`"
            );
            self.add(Severity::Note, "space.ci", message);
        }
        let total = looked.repositories.len();
        for collector in Collector::ALL {
            let errors = looked.repositories.iter().flat_map(|(_, survey)| &survey.unreadable);
            let errors: Vec<_> = errors.filter(|(list, _)| *list == collector).collect();
            let Some((_, first)) = errors.first() else { continue };
            // Without issues everything but incidents is right.
            let severity = if collector != Collector::Incidents && errors.len() == total {
                Severity::Error
            } else {
                Severity::Warning
            };
            let (list, count) = (collector.name(), errors.len());
            let message =
                format!("{list} cannot be read in {count} of {total} repositories: {first}");
            self.add(severity, key, message);
        }
        let failed = looked.repositories.iter().filter_map(|(_, survey)| survey.failure.as_ref());
        let failed: Vec<String> = failed.map(ToString::to_string).collect();
        if let Some(first) = failed.first() {
            let message = format!("{} repositories could not be looked at: {first}", failed.len());
            self.add(Severity::Warning, key, message);
        }
    }

    /// What the declared components take of what was read.
    fn components(&mut self, looked: &Looked) {
        let rules = self.settings.by_repository(|rules| rules.production.clone());
        for (repository, survey) in &looked.repositories {
            let Some(read) = looked.declared.get(&repository.id) else { continue };
            let evidence = read.evidence(survey, &rules.of(&repository.full_name));
            let mistakes = mistakes(&self.settings.components, repository, &evidence);
            let findings = mistakes.into_iter().map(|one| Finding::warning(one.key, one.message));
            self.found.extend(findings);
            let declared = self.settings.components.of(repository);
            if let Some(message) = unselected(&declared, repository, evidence.deployments) {
                self.add(Severity::Note, "components", message);
            }
        }
    }

    /// Repositories without the workflow that is to tell their deployments. Libraries are many where
    /// an entry is for all repositories; that none has it is a mistake.
    fn workflows(&mut self) {
        let entries = &self.settings.deployments;
        let mut lacking: BTreeMap<usize, (Vec<&str>, usize)> = BTreeMap::new();
        for looked in self.sources {
            for (repository, _) in &looked.repositories {
                let Some(place) = entries.place(&repository.full_name) else { continue };
                let (names, asked) = lacking.entry(place).or_default();
                *asked += 1;
                let lacks = looked.without_workflow.contains(&repository.full_name);
                names.extend(lacks.then_some(&*repository.full_name));
            }
        }
        for (place, (names, asked)) in lacking {
            if names.is_empty() {
                continue;
            }
            let severity = if names.len() == asked { Severity::Warning } else { Severity::Note };
            let message = format!(
                "{} of {asked} repositories do not have this workflow, so they have no deployments \
                 ({}): correct its file or name, or narrow `repositories`",
                names.len(),
                named(&names)
            );
            self.add(severity, format!("deployments[{place}].workflow"), message);
        }
    }

    fn incidents(&mut self) {
        let surveys = self.sources.iter().flat_map(|source| &source.repositories);
        let total: u64 = surveys.map(|(_, survey)| survey.incidents.total).sum();
        let asks_issues = !self.settings.incidents.is_empty();
        if total == 0 && asks_issues && self.can_read(Collector::Incidents) {
            let others = match self.settings.pagerduty.is_empty() {
                true => " and hotfixes",
                false => ", hotfixes and PagerDuty's incidents",
            };
            let labels: Vec<&str> = self
                .settings
                .incidents
                .iter()
                .flat_map(|one| &one.labels)
                .map(|label| &**label)
                .collect();
            let message = format!(
                "no issue bears the label {}, so only rollbacks, reverts{others} will \
                 show failures: label incidents, or name the labels that you use",
                named(&labels)
            );
            self.add(Severity::Note, "incidents.labels", message);
        }
    }

    /// Whether the list may be read anywhere: what may not be read is no evidence of emptiness.
    fn can_read(&self, collector: Collector) -> bool {
        self.sources.iter().flat_map(|source| &source.repositories).any(|(_, survey)| {
            survey.failure.is_none() && survey.unreadable.iter().all(|(list, _)| *list != collector)
        })
    }
}
