//! The flags of commands that work on a stopped daemon's store.

use crate::config::{ConfigFile, Flags, Sources};
use clap::{ArgGroup, Args as ClapArgs};
use std::path::{Path, PathBuf};

/// The flags of `purge`.
#[derive(Clone, Debug, ClapArgs)]
#[command(group(ArgGroup::new("what").required(true).multiple(true).args(["repo", "survey"])))]
pub struct PurgeArgs {
    /// The repository; may be repeated.
    #[arg(long, value_name = "OWNER/NAME")]
    pub repo: Vec<String>,
    /// The survey, with all its answers; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub survey: Vec<String>,
    /// Remove what its counters and histograms have counted, too: they start over at 0, and those of
    /// its team and organisation are lower by it from the next start on, which looks like a reset.
    #[arg(long)]
    pub counters: bool,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Which store is meant, where nothing else of the configuration matters.
#[derive(Clone, Debug, ClapArgs)]
pub struct StoreArgs {
    /// The configuration file, of which `store.url` is read.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The store: a path, or sqlite:PATH [default: dora.db].
    #[arg(long, value_name = "PATH")]
    pub store: Option<String>,
}

impl StoreArgs {
    /// Where it is written which store is meant.
    pub fn sources(&self) -> Sources {
        sources_of(self.config.as_deref(), self.store.as_deref())
    }
}

/// Where the configuration comes from, for a command with no flags but these that matter to it.
pub(super) fn sources_of(config: Option<&Path>, store: Option<&str>) -> Sources {
    Sources {
        file: config.map(|path| ConfigFile::Path(path.to_owned())),
        environment: Sources::process_environment(),
        flags: Flags { store: store.map(str::to_owned), ..Flags::default() },
    }
}
