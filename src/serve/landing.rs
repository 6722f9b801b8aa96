//! The landing page: what is served, and how the sources are. Plain HTML without scripts; everything
//! that comes from outside is escaped.

use super::health::{HealthReport, SourceHealth};
use super::pages::words::thousands;
use chrono::{DateTime, SecondsFormat};
use delivery::domain::{DAY, HOUR, MINUTE, Span, Time};
use std::fmt::Write;

const STYLE: &str = include_str!("landing.css");

/// A bar chart in the colour of links, as a data URL, so that browsers ask for no icon.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 \
                    16'%3E%3Cpath fill='%230b5cad' d='M1 9h4v6H1zm5-4h4v10H6zm5-4h4v14h-4z'/%3E\
                    %3C/svg%3E";

/// Data that ends longer ago is old: windows stop sliding at that age.
const OLD: Span = 15 * MINUTE;

/// The columns of the table of sources, behind the name.
const COLUMNS: [&str; 4] = ["State", "Data complete until", "Last success", "History read"];

/// Errors are cut here; a source may answer with a whole page.
const LONGEST_ERROR: usize = 600;

/// The page for one report.
pub(super) fn page(report: &HealthReport, telemetry_path: &str, version: &str) -> String {
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dora-exporter</title>
<link rel="icon" href="{ICON}">
<style>
{STYLE}</style>
</head>
<body>
<main>
<header><h1>dora-exporter</h1><span class="version">version {version}</span></header>
<p class="lead">How every team's software delivery is doing: DORA measures from GitHub deployments,
pull requests and incidents, for Prometheus.</p>
<nav aria-label="Served here">
<a href="/teams"><b>Delivery review</b><span><code>/teams</code>, where each team stands, whether it gets
better, and what made it so</span></a>
<a href="{telemetry_path}"><b>Metrics</b><span><code>{telemetry_path}</code>, to be scraped</span></a>
<a href="/api/v1/teams"><b>Evidence</b><span><code>/api/v1/teams</code>, figures and their facts as
JSON; described at <code>/api/v1/openapi.json</code></span></a>
<a href="/-/healthy"><b>Health</b><span><code>/-/healthy</code>, whether the process lives</span></a>
<a href="/-/ready"><b>Readiness</b><span><code>/-/ready</code>, whether figures are served</span></a>
</nav>
{notice}{facts}<h2>Sources</h2>
{sources}<footer>What each family means, and by which rule it is computed, stands in its
<code>HELP</code> line and in <code>docs/metrics.md</code>; what can be configured in
<code>docs/configuration.md</code>. A team's series appear once the history of its repositories has
been read.</footer>
</main>
</body>
</html>
"#,
        version = escape(version),
        telemetry_path = escape(telemetry_path),
        notice = notice(report),
        facts = facts(report),
        sources = sources(report),
    )
}

fn notice(report: &HealthReport) -> String {
    match &report.not_ready {
        Some(reason) => format!("<p class=\"notice\">Not ready yet: {}</p>\n", escape(reason)),
        None => String::new(),
    }
}

fn facts(report: &HealthReport) -> String {
    let next = match report.next_sweep_at {
        Some(at) if at > report.now => format!("in {}", length(at.since(report.now))),
        Some(_) => "now".to_owned(),
        None => "–".to_owned(),
    };
    format!(
        "<dl>\n<div><dt>Series exposed</dt><dd>{}</dd></div>\n<div><dt>Started</dt><dd>{}</dd></div>\n\
         <div><dt>Next look for news</dt><dd>{next}</dd></div>\n</dl>\n",
        thousands(report.series as u64),
        age(report.started_at, report.now, false),
    )
}

fn sources(report: &HealthReport) -> String {
    if report.sources.is_empty() {
        return "<p class=\"quiet\">No source has told anything yet.</p>\n".to_owned();
    }
    let mut table =
        "<div class=\"table\"><table>\n<thead><tr><th scope=\"col\">Source</th>".to_owned();
    for column in COLUMNS {
        let _ = write!(table, "<th scope=\"col\">{column}</th>");
    }
    table.push_str("</tr></thead>\n<tbody>\n");
    for source in &report.sources {
        row(&mut table, source, report.now);
    }
    table.push_str("</tbody>\n</table></div>\n");
    table
}

fn row(table: &mut String, source: &SourceHealth, now: Time) {
    let (class, state) = match source.up {
        Some(true) => ("up", "up"),
        Some(false) => ("down", "failing"),
        None => ("starting", "starting"),
    };
    let time = |at: Option<Time>| at.map_or("–".to_owned(), |at| age(at, now, true));
    let cells = [
        format!("<span class=\"state {class}\">{state}</span>"),
        time(source.data_through),
        time(source.last_success_at),
        progress(source),
    ];
    let _ = write!(table, "<tr><th scope=\"row\">{}</th>", escape(&source.name));
    for (column, cell) in COLUMNS.iter().zip(cells) {
        // Narrow screens show a source as a list, each value behind its column's name.
        let _ = write!(table, "<td data-label=\"{column}\"><span>{cell}</span></td>");
    }
    table.push_str("</tr>\n");
    if let Some(error) = &source.last_error {
        let short: String = error.chars().take(LONGEST_ERROR).collect();
        let more = if short.len() < error.len() { "…" } else { "" };
        let _ = writeln!(
            table,
            "<tr class=\"error\"><td colspan=\"5\">{}{more}</td></tr>",
            escape(&short)
        );
    }
}

fn progress(source: &SourceHealth) -> String {
    let (done, all) = (source.backfilled.min(source.repositories), source.repositories);
    if all == 0 {
        return "–".to_owned();
    }
    let left = source.remaining.map(|left| format!(", about {} left", length(left)));
    format!(
        "<meter min=\"0\" max=\"{all}\" value=\"{done}\">{done} of {all}</meter>{} of {} {}{}",
        thousands(done as u64),
        thousands(all as u64),
        if all == 1 { "repository" } else { "repositories" },
        left.unwrap_or_default(),
    )
}

/// How long ago an instant was, with the instant itself for whoever points at it.
fn age(at: Time, now: Time, can_be_old: bool) -> String {
    let passed = now.since(at).max(0);
    let class = if can_be_old && passed > OLD { " class=\"old\"" } else { "" };
    let instant = DateTime::from_timestamp(at.0, 0)
        .map(|instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true))
        .unwrap_or_default();
    format!("<time{class} datetime=\"{instant}\" title=\"{instant}\">{} ago</time>", length(passed))
}

/// A span in its largest unit: `3 min`.
fn length(span: Span) -> String {
    match span {
        ..120 => format!("{span} s"),
        120..7_200 => format!("{} min", span / MINUTE),
        7_200..172_800 => format!("{} h", span / HOUR),
        _ => format!("{} d", span / DAY),
    }
}

/// Text as it may stand in HTML, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Other control characters are not allowed in HTML at all.
            c if c.is_control() && !c.is_whitespace() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(sources: Vec<SourceHealth>) -> HealthReport {
        HealthReport {
            now: Time(1_767_225_600),
            started_at: Time(1_767_225_600 - 3 * HOUR),
            not_ready: None,
            sources,
            next_sweep_at: Some(Time(1_767_225_600 + 250)),
            series: 20_480,
        }
    }

    fn source() -> SourceHealth {
        SourceHealth {
            name: "github".into(),
            up: Some(true),
            last_success_at: Some(Time(1_767_225_600 - 42)),
            data_through: Some(Time(1_767_225_600 - 90)),
            last_error: None,
            repositories: 40,
            backfilled: 12,
            remaining: Some(8_000),
        }
    }

    #[test]
    fn the_page_shows_each_source_with_state_ages_and_progress() {
        let page = page(&report(vec![source()]), "/metrics", "0.1.0");
        for part in [
            "version 0.1.0",
            "href=\"/metrics\"",
            "<span class=\"state up\">up</span>",
            ">90 s ago</time>",
            "datetime=\"2025-12-31T23:59:18Z\"",
            "max=\"40\" value=\"12\"",
            "12 of 40 repositories, about 2 h left",
            "in 4 min",
            "20\u{202f}480",
            ">3 h ago</time>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("class=\"error\"") && !page.contains("class=\"notice\""));
        assert!(!page.contains("class=\"old\"") && !page.contains("<script"));
    }

    #[test]
    fn failing_starting_and_old_sources_look_so() {
        let failing = SourceHealth {
            up: Some(false),
            data_through: Some(Time(1_767_225_600 - 16 * MINUTE)),
            last_error: Some("x".repeat(2_000)),
            ..source()
        };
        let starting = SourceHealth { name: "new".into(), ..SourceHealth::default() };
        let page = page(&report(vec![failing, starting]), "/metrics", "0.1.0");
        assert!(
            page.contains("state down\">failing") && page.contains("state starting\">starting")
        );
        assert!(page.contains("<time class=\"old\"") && page.contains("16 min ago"));
        let cut = format!(">{}…<", "x".repeat(LONGEST_ERROR));
        assert!(page.contains(&cut));
        assert_eq!(page.matches("<span>–</span>").count(), 3);
    }

    #[test]
    fn whatever_comes_from_outside_is_escaped() {
        let hostile = "<script>alert('&\"1\u{0}')</script>";
        let mut report = report(vec![SourceHealth {
            name: hostile.into(),
            last_error: Some(hostile.into()),
            ..source()
        }]);
        report.not_ready = Some(hostile.into());
        let page = page(&report, "/metrics", hostile);
        assert!(!page.contains("<script") && !page.contains('\u{0}'), "{page}");
        let escaped = "&lt;script&gt;alert(&#39;&amp;&quot;1\u{fffd}&#39;)&lt;/script&gt;";
        assert_eq!(page.matches(escaped).count(), 4);
    }

    #[test]
    fn no_sources_are_told_in_words() {
        assert!(page(&report(vec![]), "/m", "1").contains("No source has told anything yet."));
    }
}
