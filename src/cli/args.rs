//! The command line. Secrets never stand on it: other users of the machine can read it.

use super::docs::Reference;
use super::import_args::ImportCommand;
use super::store_args::{PurgeArgs, StoreArgs, sources_of};
use crate::config::{ConfigFile, Flags, Sources, duration, listen_address};
use crate::demo::{DAYS, SEED};
use chrono::{DateTime, NaiveDate, NaiveTime};
use clap::{ArgGroup, Args as ClapArgs, Parser, Subcommand};
use delivery::domain::{MINUTE, Span, Time};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Turns GitHub deployments, pull requests and incidents into per-team DORA measures for Prometheus.
#[derive(Clone, Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to do; `run` where nothing is named.
    #[command(subcommand)]
    command: Option<Command>,
    /// The flags of `run`, where it is not named.
    #[command(flatten)]
    run: RunArgs,
}

impl Args {
    /// What to do.
    pub fn into_command(self) -> Command {
        self.command.unwrap_or(Command::Run(self.run))
    }
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Collect, and serve the figures (the default).
    Run(RunArgs),
    /// Serve the figures of a simulated organisation, with live news; needs no credentials.
    Demo(DemoArgs),
    /// Connect, and tell what would be collected, at what cost, and what is amiss. Exit code 0 where
    /// nothing is, 1 for warnings, 2 for errors.
    Check(CheckArgs),
    /// Show what a team's figures are made of: every fact, the rule that judged it, and what was
    /// left out. Reads the store only, beside a running daemon or without one.
    Explain(ExplainArgs),
    /// Write a team's review of a quarter, for a retrospective. Reads the store only.
    Report(super::report_args::ReportArgs),
    /// Write the figures of the past as OpenMetrics, for Prometheus to load; the daemon must be stopped.
    Backfill(BackfillArgs),
    /// Bring in what no source tells; the daemon must be stopped, or be sent it over HTTP.
    Import {
        /// What.
        #[command(subcommand)]
        what: ImportCommand,
    },
    /// Remove what the store holds of a repository or a survey; the daemon must be stopped.
    Purge(PurgeArgs),
    /// Give the hashes of logins in the store a new key; the daemon must be stopped. Figures stay.
    RotateKey(StoreArgs),
    /// Print a generated reference as Markdown.
    Docs {
        /// Which one.
        reference: Reference,
    },
}

/// The flags of `run`. Each goes over the configuration file and the environment.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct RunArgs {
    /// The configuration file; none is read unless it is named.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to listen [default: 0.0.0.0:13672].
    #[arg(long = "web.listen-address", value_name = "ADDRESS")]
    pub listen_address: Option<String>,
    /// The path of the metrics [default: /metrics].
    #[arg(long = "web.telemetry-path", value_name = "PATH")]
    pub telemetry_path: Option<String>,
    /// Let POST /-/reload reload the configuration; SIGHUP always does.
    #[arg(long = "web.enable-lifecycle")]
    pub enable_lifecycle: bool,
    /// The store: a path, or sqlite:PATH [default: dora.db].
    #[arg(long, value_name = "PATH")]
    pub store: Option<String>,
    /// What is logged: error, warn, info, debug, trace, off, or directives [default: info].
    #[arg(long = "log.level", value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// How it is logged: text or json [default: text].
    #[arg(long = "log.format", value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// A repository to collect, or a glob within an owner; may be repeated. The token comes from the
    /// environment variable GITHUB_TOKEN unless the configuration says otherwise.
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Vec<String>,
    /// An organisation whose repositories are all collected; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub org: Vec<String>,
    /// The REST API.
    #[arg(
        long = "github.api-url",
        value_name = "URL",
        help = "The REST API; Enterprise Server: https://HOST/api/v3 [default: https://api.github.com]"
    )]
    pub github_api_url: Option<String>,
    /// Collect only this part of the repositories, such as 2/3: the second of three processes that
    /// divide them, each with a store of its own.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
}

impl RunArgs {
    /// Where the configuration comes from: the file, the environment of this process, the flags.
    pub fn into_sources(self) -> Sources {
        Sources {
            file: self.config.map(ConfigFile::Path),
            environment: Sources::process_environment(),
            flags: Flags {
                listen_address: self.listen_address,
                telemetry_path: self.telemetry_path,
                store: self.store,
                log_level: self.log_level,
                log_format: self.log_format,
                repositories: self.repo,
                organizations: self.org,
                github_api_url: self.github_api_url,
                shard: self.shard,
            },
        }
    }
}

/// The flags of `check`.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct CheckArgs {
    /// The configuration file; none is read unless it is named.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A repository to check, beside those of the file, or a glob within an owner; may be repeated.
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Vec<String>,
    /// An organisation to check, beside those of the file; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub org: Vec<String>,
    /// The REST API.
    #[arg(long = "github.api-url", value_name = "URL")]
    pub github_api_url: Option<String>,
    /// Check only this part of the repositories, such as 2/3.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

impl CheckArgs {
    /// Where the configuration comes from, as for `run`.
    pub fn into_sources(self) -> Sources {
        let run = RunArgs {
            config: self.config,
            repo: self.repo,
            org: self.org,
            github_api_url: self.github_api_url,
            shard: self.shard,
            ..RunArgs::default()
        };
        run.into_sources()
    }
}

/// The flags of `backfill`.
#[derive(Clone, Debug, ClapArgs)]
pub struct BackfillArgs {
    /// The first instant: a day in UTC, such as 2026-08-01, or a time such as 2026-08-01T06:00:00Z.
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub from: Time,
    /// The last instant: best when Prometheus first scraped this exporter.
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub to: Time,
    /// How far one instant is from the next: at least 1m.
    #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = step)]
    pub step: Span,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub openmetrics: PathBuf,
    /// The configuration file, by whose rules history is judged.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The store: a path, or sqlite:PATH [default: dora.db].
    #[arg(long, value_name = "PATH")]
    pub store: Option<String>,
}

impl BackfillArgs {
    /// Where the configuration comes from. What would be collected does not matter.
    pub fn sources(&self) -> Sources {
        sources_of(self.config.as_deref(), self.store.as_deref())
    }
}

fn instant(text: &str) -> Result<Time, String> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let midnight = day.map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let time = midnight.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|it| it.to_utc()));
    time.map(|time| Time(time.timestamp()))
        .ok_or_else(|| "write a day such as 2026-08-01, or 2026-08-01T06:00:00Z".to_owned())
}

fn step(text: &str) -> Result<Span, String> {
    let step = duration(text)?;
    if step < MINUTE { Err("write at least 1m".to_owned()) } else { Ok(step) }
}

/// The flags of `explain`.
#[derive(Clone, Debug, ClapArgs)]
#[command(group(ArgGroup::new("whose").required(true).args(["team", "org"])))]
pub struct ExplainArgs {
    /// The team.
    #[arg(long, value_name = "NAME")]
    pub team: Option<String>,
    /// The organisations instead of a team, with the incidents that no component has and the
    /// repositories that were deployed, but never to production.
    #[arg(long, conflicts_with_all = ["team", "component"])]
    pub org: bool,
    /// One of its components: owner/repo/name, owner/repo or name, where only one is called so.
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// One measure, such as change_fail_rate; without, all figures are listed.
    #[arg(long, value_name = "NAME")]
    pub measure: Option<String>,
    /// One of the configured windows, such as 30d.
    #[arg(long, value_name = "WINDOW")]
    pub window: Option<String>,
    /// Print JSON, as the API answers it, with all facts.
    #[arg(long)]
    pub json: bool,
    /// The configuration file by which facts are judged: the daemon's.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The store: a path, or sqlite:PATH [default: dora.db].
    #[arg(long, value_name = "PATH")]
    pub store: Option<String>,
}

impl ExplainArgs {
    /// Where it is written which store is meant, and by which rules it is judged.
    pub fn sources(&self) -> Sources {
        sources_of(self.config.as_deref(), self.store.as_deref())
    }
}

/// The flags of `demo`.
#[derive(Clone, Debug, ClapArgs)]
pub struct DemoArgs {
    /// Where to listen.
    #[arg(long = "web.listen-address", value_name = "ADDRESS", default_value = "0.0.0.0:13672", value_parser = listen_address)]
    pub listen_address: SocketAddr,
    /// The store's file [default: one in a temporary folder, removed at the end].
    #[arg(long, value_name = "PATH")]
    pub store: Option<PathBuf>,
    /// What is logged: error, warn, info, debug, trace, off, or directives.
    #[arg(long = "log.level", value_name = "LEVEL", default_value = "warn")]
    pub log_level: String,
    /// How many days of history the organisation has.
    #[arg(long, value_name = "DAYS", default_value_t = DAYS, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub days: u32,
    /// Once all is read, write the figures of all days but the first 30 to this file, as `backfill`
    /// does, and go on.
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// What the organisation is made from: the same seed makes the same history.
    #[arg(long, value_name = "NUMBER", default_value_t = SEED)]
    pub seed: u64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use clap::CommandFactory;

    fn parse(arguments: &[&str]) -> Result<Command, clap::Error> {
        let arguments = ["dora-exporter"].iter().chain(arguments);
        Args::try_parse_from(arguments).map(Args::into_command)
    }

    #[test]
    fn the_declared_flags_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn run_is_the_command_where_none_is_named() {
        for arguments in [
            &["--config", "x.toml", "--repo", "a/b", "--repo=c/d", "--org", "acme"][..],
            &["run", "--config", "x.toml", "--repo", "a/b", "--repo=c/d", "--org", "acme"][..],
        ] {
            let Command::Run(run) = parse(arguments).unwrap() else { panic!("{arguments:?}") };
            let sources = run.into_sources();
            assert_eq!(sources.flags.repositories, ["a/b", "c/d"]);
            assert_eq!(sources.flags.organizations, ["acme"]);
            assert!(
                matches!(sources.file, Some(ConfigFile::Path(path)) if path.ends_with("x.toml"))
            );
        }
        assert!(matches!(parse(&[]).unwrap(), Command::Run(_)));
    }

    #[test]
    fn every_flag_of_run_reaches_the_configuration() {
        let Command::Run(run) = parse(&[
            "run",
            "--web.listen-address=:1",
            "--web.telemetry-path=/m",
            "--store=x.db",
            "--log.level=debug",
            "--log.format=json",
            "--github.api-url=http://localhost:1",
            "--shard=2/3",
        ])
        .unwrap() else {
            panic!("not run")
        };
        let flags = run.into_sources().flags;
        let text = |text: &str| Some(text.to_owned());
        let expected = Flags {
            listen_address: text(":1"),
            telemetry_path: text("/m"),
            store: text("x.db"),
            log_level: text("debug"),
            log_format: text("json"),
            github_api_url: text("http://localhost:1"),
            shard: text("2/3"),
            ..Flags::default()
        };
        assert_eq!(flags, expected);
    }

    #[test]
    fn each_reference_has_a_name() {
        for (name, expected) in [("metrics", Reference::Metrics), ("config", Reference::Config)] {
            let Command::Docs { reference } = parse(&["docs", name]).unwrap() else {
                panic!("{name}")
            };
            assert_eq!(reference, expected);
        }
        assert!(parse(&["docs"]).is_err() && parse(&["docs", "figures"]).is_err());
    }

    #[test]
    fn the_demo_needs_no_flags_and_refuses_bad_ones() {
        let Command::Demo(demo) = parse(&["demo"]).unwrap() else { panic!("not demo") };
        assert_eq!((demo.days, demo.listen_address.port()), (210, 13672));
        assert!(demo.store.is_none());
        for arguments in [
            &["demo", "--days", "0"][..],
            &["demo", "--web.listen-address", "nowhere"][..],
            &["--repo", "a/b", "demo"][..],
            &["run", "--token", "x"][..],
        ] {
            assert!(parse(arguments).is_err(), "{arguments:?}");
        }
    }
}
