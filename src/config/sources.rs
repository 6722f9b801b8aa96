//! Where the configuration comes from: a file, the environment, the command line.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where the configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The configuration file, if there is one.
    pub file: Option<ConfigFile>,
    /// The environment: variables that start with `DORA__` set keys, others may hold tokens.
    pub environment: BTreeMap<String, String>,
    /// What the command line says.
    pub flags: Flags,
}

impl Sources {
    /// The environment of this process. What is not Unicode is read lossily, and so refused where
    /// it matters.
    pub fn process_environment() -> BTreeMap<String, String> {
        std::env::vars_os()
            .map(|(name, value)| {
                (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
            })
            .collect()
    }
}

/// A configuration file.
#[derive(Clone, Debug)]
pub enum ConfigFile {
    /// A file to read; it must exist.
    Path(PathBuf),
    /// Its text, already in memory.
    Text {
        /// What messages call it.
        name: String,
        /// TOML.
        text: String,
    },
}

/// Values that the command line sets; each goes over file and environment. Repositories and
/// organisations are added to those of the first `[[github]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--web.listen-address`
    pub listen_address: Option<String>,
    /// `--web.telemetry-path`
    pub telemetry_path: Option<String>,
    /// `--store`: a path or a URL.
    pub store: Option<String>,
    /// `--log.level`
    pub log_level: Option<String>,
    /// `--log.format`
    pub log_format: Option<String>,
    /// `--repo`
    pub repositories: Vec<String>,
    /// `--org`
    pub organizations: Vec<String>,
    /// `--github.api-url`
    pub github_api_url: Option<String>,
    /// `--shard`
    pub shard: Option<String>,
}
