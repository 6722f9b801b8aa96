//! The report for people.

use super::report::{
    AccountReport, ComponentReport, EnvironmentReport, InstallationReport, Report,
    RepositoryReport, RequestReport, SourceReport,
};
use crate::cli::findings::{Severity, named};
use crate::cli::table::{Table, is_obeyed};
use std::fmt::Write;

/// How many environments that are not production are named for a repository.
const OTHERS_SHOWN: usize = 3;

/// Renders the report. Writing to a string cannot fail, so its results are passed over.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    if let Some(shard) = &report.shard {
        let _ = writeln!(text, "Part {shard} of the repositories, as its process collects them.\n");
    }
    report.sources.iter().for_each(|source| write_source(&mut text, source));
    report.pagerduty.iter().for_each(|account| write_account(&mut text, account));
    if let Some(series) = report.series {
        let (expected, max) = (series.expected, series.max);
        let _ = writeln!(text, "Series: up to {expected} (exposition.max_series is {max}).\n");
    }
    for finding in &report.findings {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let _ = writeln!(text, "{severity}: {finding}");
    }
    if let Some(finding) = report.findings.first().filter(|one| one.severity > Severity::Note) {
        let _ = writeln!(text, "\nTo be seen to first: {}.", finding.key);
    }
    if report.findings.is_empty() {
        text.push_str("Nothing is amiss.\n");
    }
    // Names come from GitHub: none may move the cursor of whoever reads this.
    text.retain(|letter| letter == '\n' || !is_obeyed(letter));
    text
}

fn write_account(text: &mut String, account: &AccountReport) {
    let AccountReport { name, api_url, token, .. } = account;
    let _ = writeln!(text, "{name}: {api_url}, key from {token}");
    let _ = match account.reachable {
        true => {
            let (mapped, services) = (account.mapped, account.services);
            writeln!(text, "  incidents: readable\n  services: {mapped} of {services} mapped\n")
        }
        false => writeln!(text, "  could not be asked, see below\n"),
    };
}

fn write_source(text: &mut String, source: &SourceReport) {
    let _ = writeln!(text, "{}: {}, token from {}", source.name, source.api_url, source.token);
    if !source.reachable {
        text.push_str("  could not be asked, see below\n\n");
        return;
    }
    if let Some(InstallationReport { id, account, repositories, .. }) = &source.installation {
        let _ = writeln!(text, "  installation {id} on {account}: {repositories} repositories");
    }
    if let Some(limit) = source.limit {
        let _ = writeln!(
            text,
            "  {} points an hour, {} left; this check spent {}",
            limit.points_an_hour, limit.remaining, source.spent_points
        );
    }
    for list in &source.lists {
        let total = list.readable + list.unreadable;
        let _ = writeln!(text, "  {}: readable in {} of {total}", list.list, list.readable);
    }
    if !source.counted_before.is_empty() {
        let names: Vec<&str> = source.counted_before.iter().map(String::as_str).collect();
        let _ = writeln!(text, "  collected here, too, and counted above: {}", named(&names));
    }
    let cost = source.cost;
    let _ = writeln!(
        text,
        "  about {} points for a first collection, about {} a day after that\n",
        cost.first_collection_points, cost.daily_points
    );
    write_requests(text, &source.requests);
    write_repositories(text, &source.repositories);
}

fn write_requests(text: &mut String, requests: &[RequestReport]) {
    if requests.is_empty() {
        return;
    }
    text.push_str("  what requests cost here:\n");
    for RequestReport { what, size, points, .. } in requests {
        let points = if *points == 1 { "1 point".to_owned() } else { format!("{points} points") };
        let _ = writeln!(text, "    {points} for up to {size} {what}");
    }
    text.push('\n');
}

fn write_repositories(text: &mut String, repositories: &[RepositoryReport]) {
    let header = ["REPOSITORY", "TEAM", "PRODUCTION, 30 D", "INCIDENTS, 30 D", "ENVIRONMENTS"];
    let mut table = Table::new(&header);
    for repository in repositories {
        table.row(row(repository));
        repository.components.iter().map(component_row).for_each(|row| table.row(row));
    }
    table.write(text);
    text.push('\n');
}

fn row(one: &RepositoryReport) -> Vec<String> {
    let at_least = if one.there_may_be_more { "≥ " } else { "" };
    let incidents = match (&one.incidents_count_for, one.incidents) {
        (_, 0) => "0".to_owned(),
        (Some(component), count) if one.unmapped_incidents == 0 => {
            format!("{count} for {component}")
        }
        (_, count) if one.components.is_empty() && one.unmapped_incidents == count => {
            format!("{count} unmapped")
        }
        (_, count) if one.unmapped_incidents == 0 => count.to_string(),
        (_, count) => format!("{count}, {} unmapped", one.unmapped_incidents),
    };
    vec![
        one.name.clone(),
        format!("{} ({})", one.team, one.owned_by),
        format!("{at_least}{}", one.production_deployments),
        incidents,
        environments(&one.environments),
    ]
}

/// A declared component, below its repository.
fn component_row(one: &ComponentReport) -> Vec<String> {
    let at_least = if one.there_may_be_more { "≥ " } else { "" };
    vec![
        format!("  {}", one.name),
        format!("{} ({})", one.team, one.owned_by),
        format!("{at_least}{}", one.production_deployments),
        one.incidents.to_string(),
        environments(&one.environments),
    ]
}

/// Every production environment, and the busiest others: previews are many.
fn environments(all: &[EnvironmentReport]) -> String {
    let (production, mut others): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.production);
    others.sort_by_key(|one| std::cmp::Reverse(one.deployments));
    let left_out = others.len().saturating_sub(OTHERS_SHOWN);
    let shown = production.into_iter().chain(others.into_iter().take(OTHERS_SHOWN));
    let mut cells: Vec<String> = shown
        .map(|one| {
            let mark = if one.production { "*" } else { "" };
            format!("{}{mark} {}", one.name, one.deployments)
        })
        .collect();
    if left_out > 0 {
        cells.push(format!("{left_out} more"));
    }
    cells.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_are_cut_short_and_production_never_is() {
        let one = |name: &str, production, deployments| EnvironmentReport {
            name: name.to_owned(),
            production,
            deployments,
        };
        let mut all: Vec<EnvironmentReport> =
            (0..90).map(|n| one(&format!("pr-{n}"), false, 0)).collect();
        all.push(one("staging", false, 7));
        all.extend((0..6).map(|n| one(&format!("prod-{n}"), true, n)));
        assert_eq!(
            environments(&all),
            "prod-0* 0, prod-1* 1, prod-2* 2, prod-3* 3, prod-4* 4, prod-5* 5, staging 7, pr-0 0, \
             pr-1 0, 88 more"
        );
    }
}
