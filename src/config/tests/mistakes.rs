//! Every kind of mistake, one by one.

mod github;
mod whose;

use super::{MINIMAL, problems};

/// What follows the minimal configuration, whose last line is 2, and the one problem that it gives.
type Mistake = (&'static str, &'static str);

static MISTAKES: &[Mistake] = &[
    ("[servr]\n", "servr (dora.toml, line 3): no such section; did you mean `server`?"),
    (
        "[weather]\n",
        "weather (dora.toml, line 3): no such section; there are server, store, collection, \
             github, production, measures, failures, exposition, space, ownership, catalog, \
             platform, components, deployments, overrides, incidents, surveys, pages, log",
    ),
    (
        "[server]\nlisten_adress = \":1\"\n",
        "server.listen_adress (dora.toml, line 4): no such key; did you mean `listen_address`?",
    ),
    (
        "[server]\nworkers = 4\n",
        "server.workers (dora.toml, line 4): no such key; [server] has listen_address, \
             telemetry_path, cors_origins",
    ),
    (
        "[server]\nweb_config_file = \"web.yml\"\n",
        "server.web_config_file (dora.toml, line 4): is not supported yet; remove it",
    ),
    ("[[server]]\n", "server (dora.toml, line 3): is a list; it is a section: write [server]"),
    (
        "[server]\nlisten_address = \"localhost\"\n",
        "server.listen_address (dora.toml, line 4): `localhost` is no address to listen on; \
             write an IP address and a port from 0 to 65535 such as 0.0.0.0:13672, [::]:13672 or \
             127.0.0.1:13672",
    ),
    (
        "[server]\ncors_origins = [\"portal.acme.example/\"]\n",
        "server.cors_origins[0] (dora.toml, line 4): `portal.acme.example/` is no origin; write a \
         scheme and a host, and a port where it is not the scheme's own, such as \
         https://portal.acme.example or http://localhost:3000",
    ),
    (
        "[server]\ntelemetry_path = \"metrics\"\n",
        "server.telemetry_path (dora.toml, line 4): `metrics` does not start with `/`; write a \
             path such as /metrics",
    ),
    (
        "[server]\ntelemetry_path = \"/-/metrics\"\n",
        "server.telemetry_path (dora.toml, line 4): `/-/metrics` collides with what is served \
             under /-; write a path such as /metrics",
    ),
    (
        "[server]\ntelemetry_path = \"/{x}\"\n",
        "server.telemetry_path (dora.toml, line 4): `/{x}` is no plain path; write segments of \
             letters, digits, `-`, `_` and `.`, such as /metrics or /dora/metrics",
    ),
    (
        "[server]\ntelemetry_path = \"/\"\n",
        "server.telemetry_path (dora.toml, line 4): `/` is the landing page; write a path such \
             as /metrics",
    ),
    (
        "[store]\nurl = \"postgres://dora:hunter2@db/dora\"\n",
        "store.url (dora.toml, line 4): PostgreSQL is not supported yet; write sqlite:PATH",
    ),
    (
        "[store]\nretention = \"239d\"\n",
        "store.retention (dora.toml, line 4): `239d` is too short for collection.lookback (120d); \
             write at least 240d, or set collection.lookback to 2868h or less",
    ),
    (
        "[collection]\nlookback = \"201d\"\n",
        "store.retention: `400d` is too short for collection.lookback (201d); write at least 402d, \
             or set collection.lookback to 200d or less",
    ),
    (
        "[store]\nurl = \"dora.db\"\n",
        "store.url (dora.toml, line 4): is no store; write sqlite:PATH, such as sqlite:dora.db",
    ),
    (
        "[store]\nurl = \"sqlite::memory:\"\n",
        "store.url (dora.toml, line 4): a store in memory would lose what counters stand on; \
             write sqlite:PATH, such as sqlite:dora.db",
    ),
    (
        "[collection]\nsweep_interval = \"5\"\n",
        "collection.sweep_interval (dora.toml, line 4): `5` has no unit; write 5s, 5m, 5h, 5d \
             or 5w",
    ),
    (
        "[collection]\nsweep_interval = 300\n",
        "collection.sweep_interval (dora.toml, line 4): is the number 300; write a duration \
             such as `5m`: sweep_interval = \"5m\"",
    ),
    (
        "[collection]\nsweep_interval = \"0s\"\n",
        "collection.sweep_interval (dora.toml, line 4): `0s` is too short; write at least 1s",
    ),
    (
        "[collection]\nbudget_share = 0\n",
        "collection.budget_share (dora.toml, line 4): 0 is no share; write a number above 0, \
             up to 1, such as 0.8",
    ),
    (
        "[collection]\nbudget_share = nan\n",
        "collection.budget_share (dora.toml, line 4): NaN is no share; write a number above 0, \
             up to 1, such as 0.8",
    ),
    (
        "[production]\nenvironments = [\"a\", \"[b\"]\n",
        "production.environments[1] (dora.toml, line 4): `[b` is no glob (unclosed character \
             class; missing ']'); close the `[` with `]`, or write `[[]` for the character",
    ),
    (
        "[production]\nexclude = \"*canary*\"\n",
        "production.exclude (dora.toml, line 4): is a text; write a list of globs: exclude = \
             [\"*canary*\"]",
    ),
    (
        "[measures]\nwindows = [\"7d\", \"1w\"]\n",
        "measures.windows[1] (dora.toml, line 4): `1w` is as long as `7d`; remove one",
    ),
    (
        "[measures]\nwindows = [\"1h\"]\n",
        "measures.windows[0] (dora.toml, line 4): `1h` is too short; write at least 1d",
    ),
    (
        "[measures]\nwindows = []\n",
        "measures.windows (dora.toml, line 4): is empty; write at least one window, such as \
             \"30d\"",
    ),
    (
        "[measures]\nwindows = [\n  \"7d\",\n  \"91d\",\n]\n",
        "measures.windows[1] (dora.toml, line 6): `91d` is too long for collection.lookback \
             (120d); write at most 90d, or set collection.lookback to 121d or more",
    ),
    (
        "[[incidents]]\nmappings = { label = \"a\" }\n",
        "incidents[0].mappings (dora.toml, line 4): is a table; write a list: mappings = \
             [{ label = \"service:pay\", component = \"acme/pay\" }]",
    ),
    (
        "[[incidents]]\nmappings = [{ label = \"a\", title = \"b\", component = \"acme/pay\" }]\n",
        "incidents[0].mappings[0] (dora.toml, line 4): needs either label or title; write for example \
             { label = \"service:pay\", component = \"acme/pay\" }",
    ),
    (
        "[[incidents]]\nmappings = [{ title = \"(\", component = \"acme/pay\" }]\n",
        "incidents[0].mappings[0].title (dora.toml, line 4): `(` is no regular expression (unclosed group); write one \
             such as ^hotfix\\b",
    ),
    (
        "[[incidents]]\nmappings = [{ label = \"a\", component = \"pay\" }]\n",
        "incidents[0].mappings[0].component (dora.toml, line 4): `pay` is no component; write owner/repo or \
             owner/repo/name",
    ),
    (
        "[[incidents]]\nmappings = [{ label = \"a\" }]\n",
        "incidents[0].mappings[0] (dora.toml, line 4): names no component; write for example \
             { label = \"service:pay\", component = \"acme/pay\" }",
    ),
    (
        "[[incidents]]\nmappings = [{ label = \"a\", repo = \"b\", component = \"acme/pay\" }]\n",
        "incidents[0].mappings[0].repo (dora.toml, line 4): no such key; there are label, title and component",
    ),
    (
        "[[incidents]]\nmappings = [{ label = 7, component = \"acme/pay\" }]\n",
        "incidents[0].mappings[0].label (dora.toml, line 4): is the number 7; write a text that is not empty",
    ),
    (
        "[failures]\nseverities = \"sev1\"\n",
        "failures.severities (dora.toml, line 4): is a text; write a list of severities: \
             severities = []",
    ),
    (
        "[measures]\nlead_time_start = \"commit\"\n",
        "measures.lead_time_start (dora.toml, line 4): `commit` is unknown; write one of \
             `first_commit`, `opened`, `merged`",
    ),
    (
        "[measures]\ndirect_commits = \"yes\"\n",
        "measures.direct_commits (dora.toml, line 4): is a text; write true or false: \
             direct_commits = true",
    ),
    (
        "[measures]\nexclude_authors = [\"@renovate\"]\n",
        "measures.exclude_authors[0] (dora.toml, line 4): is no login; write it as \
             in the profile's address, without `@`",
    ),
    (
        "[measures]\nexclude_authors = [3]\n",
        "measures.exclude_authors[0] (dora.toml, line 4): is the number 3; write a text in \
             quotation marks",
    ),
    (
        "[measures]\nbenchmark = \"2024\"\n",
        "measures.benchmark (dora.toml, line 4): `2024` is unknown; write `2023`",
    ),
    (
        "[failures]\nrules = [\"rollback\", \"rollbacks\"]\n",
        "failures.rules[1] (dora.toml, line 4): `rollbacks` is unknown; write one of `linked`, \
             `rollback`, `revert`, `hotfix`, `incident`",
    ),
    (
        "[failures]\nhotfix_titles = ['(']\n",
        "failures.hotfix_titles[0] (dora.toml, line 4): `(` is no regular expression (unclosed \
             group); write one such as ^hotfix\\b",
    ),
    (
        "[exposition]\ncomponent_detail = \"all\"\n",
        "exposition.component_detail (dora.toml, line 4): `all` is unknown; write one of \
             `standard`, `full`, `none`",
    ),
    (
        "[exposition]\nmax_series = 0\n",
        "exposition.max_series (dora.toml, line 4): is the number 0; write a whole number from \
             1 on: max_series = 1_000_000",
    ),
    (
        "[space]\nmin_contributors = 2\n",
        "space.min_contributors (dora.toml, line 4): 2 is too few; write at least 3, or a team's \
             figure would be a person's",
    ),
    (
        "[[incidents]]\nsource = \"alertmanager\"\n",
        "incidents[0].source (dora.toml, line 4): `alertmanager` is not supported yet; write \
             `github_issues`, `pagerduty`",
    ),
    (
        "[[incidents]]\nlabels = [\" \"]\n",
        "incidents[0].labels[0] (dora.toml, line 4): is empty; remove it",
    ),
    (
        "[log]\nlevel = \"verbose\"\n",
        "log.level (dora.toml, line 4): `verbose` is no level; write one of error, warn, info, \
             debug, trace, off, or directives such as info,dora_exporter=debug",
    ),
    (
        "[log]\nformat = \"logfmt\"\n",
        "log.format (dora.toml, line 4): `logfmt` is unknown; write one of `text`, `json`",
    ),
];

#[test]
fn each_mistake_is_told_with_its_key_its_line_and_the_remedy() {
    for (text, problem) in [MISTAKES, whose::MISTAKES, github::MISTAKES].into_iter().flatten() {
        assert_eq!(problems(&format!("{MINIMAL}{text}"), &[]), *problem, "{text}");
    }
}
