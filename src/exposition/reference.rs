//! Generates `docs/metrics.md` from the declarations.

use super::families::families;
use super::family::{Family, Subject};
use super::own_families::OWN_FAMILIES;
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Metrics

Generated from the declarations in `src/exposition`; a test keeps it true. To write it anew:
`UPDATE_DOCS=1 cargo test --lib the_reference_is_up_to_date`.

## How to read them

- **Three levels, never mixed in one family**: component (`dora_…`), team (`dora_team_…`; `space_…`
  is of teams only), organisation (`dora_org_…`). A team's and an organisation's figures pool the facts of their
  components: ratios are sums over sums, and quantiles are never averaged.
- **No data is not zero.** Counts are 0 when nothing happened. Ratios, durations and quantiles are
  absent when their denominator is 0: 0 would rank an idle team best. A component's series appear
  once its history is complete.
- **Windows** (label `window`, `7d`, `30d`, `90d` unless configured) are `(t − w, t]` in UTC, slide
  with time and are gauges. Where a component's source has data only through a time more than 15
  minutes old, its windows end at that time (`dora_data_through_timestamp_seconds`), so that an outage
  does not slide figures to zero.
- **Statistics** (label `stat`) are `p50`, `p85`, `p95` and `mean`, exact over the facts by nearest
  rank, not from buckets.
- **Counters and histograms** (`…_total`, and histograms without `window`) serve alerts and `rate()`;
  the gauges over windows are the truth. They start at 0 when a component is first shown and count
  what finishes later, each thing once, `measures.settle_after` after everything through it has been
  collected, as it was judged then. Nothing is ever taken back: what turns up late or is judged anew
  changes gauges only. They are exact across restarts and crashes. A count stays with the team and the
  organisation of that moment: a component that moves keeps its former team's series, and a team's or
  organisation's counters keep what was counted for components that have left or are gone.
- **How much per component**: with `exposition.component_detail = \"standard\"` a component has the
  families marked S, of those over windows only `30d` (or the window nearest to it) with `p50` and
  `p85`; with `\"full\"` everything, with `\"none\"` nothing. Teams and organisations always have
  everything.
- **`exposition.max_series`** withholds whole families, least important and largest first, and tells
  so in `dora_exporter_series_withheld` and in the log: components' families beyond the standard
  detail first, then components' standard families, the original collector's, teams', the rest.
- **The original collector's four families** keep their names, types, buckets and units, so that its
  dashboard works unmodified (`measures.seed_surface = false` hides them). `promtool check metrics`
  complains of two of these names for their unit, and of nothing else.
- **Formats**: Prometheus' text format 0.0.4 and 1.0.0 and OpenMetrics 1.0.0, as the scraper's
  `Accept` asks; Prometheus asks for OpenMetrics. There a bucket of lead times names the last pull
  request that it counted as its exemplar (`{pr=\"123\"}`, in the repository of the label `repo`;
  Prometheus keeps exemplars with `--enable-feature=exemplar-storage`), and with
  `exposition.created_timestamps = true` each counter and histogram tells by `_created` since when
  it counts.
- Scrape with `honor_labels: true`: `team` and `component` may meet labels of the target.
";

/// The reference of all families, in Markdown.
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    section(&mut text, Subject::Component, "Components", "S = in a component's standard detail.");
    section(&mut text, Subject::Team, "Teams", "By the same rules as components'.");
    section(&mut text, Subject::Org, "Organisations", "By the same rules as components'.");
    let note = "How a team works together, by the dimensions of SPACE; `docs/space.md` says why each is \
                measured, and what none may be used for. Never of a component or a person: a window \
                is absent as a whole where fewer than `space.min_contributors` people contributed.";
    section(&mut text, Subject::Space, "Teams: SPACE", note);
    let note = "Of a team in a survey; what would tell of fewer than `surveys.minimum_responses` \
                people, alone or by subtraction, has no series (see `docs/privacy.md`).";
    section(&mut text, Subject::Survey, "Surveys (SPACE)", note);
    let note =
        "Over everything that is collected: what a platform team watches of its own product.";
    section(&mut text, Subject::Platform, "Platform", note);
    own(&mut text);
    text
}

fn section(text: &mut String, subject: Subject, title: &str, note: &str) {
    let labels = match subject.labels() {
        [] => String::new(),
        labels => format!("Labels {}, and those named. ", code(labels)),
    };
    // Writing to a string cannot fail.
    let _ = write!(text, "\n## {title}\n\n{labels}{note}\n\n");
    text.push_str("| Family | Type | Further labels | Meaning |\n|---|---|---|---|\n");
    let own = |family: &&Family| family.subject() == subject;
    for family in families().iter().filter(own) {
        row(text, family);
    }
}

fn row(text: &mut String, family: &Family) {
    let declaration = family.declaration;
    let of_component = family.subject() == Subject::Component;
    // A rule is told once, where the family is declared first.
    let rule = if family.subject() == declaration.subjects[0] { declaration.rule } else { "" };
    let _ = writeln!(
        text,
        "| `{}`{} | {} | {} | {} |",
        family.name(),
        if of_component && family.is_standard() { " S" } else { "" },
        family.kind().name(),
        code(declaration.labels),
        cell(&[declaration.help, rule]),
    );
}

fn own(text: &mut String) {
    text.push_str(
        "\n## The exporter itself\n\n\
         The prometheus crate's `process_*` come with them. Counters with known labels start at 0.\n\n\
         | Family | Type | Labels | Meaning |\n|---|---|---|---|\n",
    );
    for family in families().iter().filter(|family| family.subject() == Subject::Repository) {
        let labels: Vec<&str> = family.labels().collect();
        let meaning = cell(&[family.declaration.help, family.declaration.rule]);
        let (name, kind) = (family.name(), family.kind().name());
        let _ = writeln!(text, "| `{name}` | {kind} | {} | {meaning} |", code(&labels));
    }
    for family in OWN_FAMILIES {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            family.name,
            family.kind.name(),
            code(family.labels),
            cell(&[family.help]),
        );
    }
}

fn code(labels: &[&str]) -> String {
    let quoted: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
    if quoted.is_empty() { "–".to_owned() } else { quoted.join(", ") }
}

fn cell(sentences: &[&str]) -> String {
    let told: Vec<&str> =
        sentences.iter().copied().filter(|sentence| !sentence.is_empty()).collect();
    told.join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_reference_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
            std::fs::write(path, reference()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == reference(),
            "docs/metrics.md is out of date; write it anew with \
             `UPDATE_DOCS=1 cargo test --lib the_reference_is_up_to_date`"
        );
    }
}
