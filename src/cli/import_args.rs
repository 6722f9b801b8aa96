//! The flags of `import`.

use super::store_args::sources_of;
use crate::config::Sources;
use crate::sources::surveys::SurveyRequest;
use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// What is brought in.
#[derive(Clone, Debug, Subcommand)]
pub enum ImportCommand {
    /// A survey's answers, from an export (CSV or JSON). Names, addresses and free text are dropped
    /// while it is read. Imported again, a file changes nothing; a corrected one replaces its survey.
    Survey(ImportSurveyArgs),
}

/// The flags of `import survey`.
#[derive(Clone, Debug, ClapArgs)]
pub struct ImportSurveyArgs {
    /// The file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The survey's name, best its quarter: 2026Q3.
    #[arg(long, value_name = "NAME")]
    pub survey: Option<String>,
    /// The team whose answers these are, of a form for one team; else a column names it.
    #[arg(long, value_name = "NAME")]
    pub team: Option<String>,
    /// When the survey was closed, a day or a time in UTC; nothing of it is shown before [default:
    /// the end of the quarter].
    #[arg(long, value_name = "DATE")]
    pub closed: Option<String>,
    /// How many of a team were asked; may be repeated.
    #[arg(long, value_name = "TEAM=NUMBER")]
    pub invited: Vec<String>,
    /// Skip rows that cannot be understood, and tell them; else the whole file is refused.
    #[arg(long)]
    pub skip_invalid: bool,
    /// Store nothing; tell what would be stored and what dropped.
    #[arg(long)]
    pub dry_run: bool,
    /// The configuration file, which says what the columns mean: the daemon's.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The store: a path, or sqlite:PATH [default: dora.db].
    #[arg(long, value_name = "PATH")]
    pub store: Option<String>,
}

impl ImportSurveyArgs {
    /// Where the configuration comes from.
    pub fn sources(&self) -> Sources {
        sources_of(self.config.as_deref(), self.store.as_deref())
    }

    /// What is told beside the file.
    pub fn request(&self) -> SurveyRequest {
        SurveyRequest {
            survey: self.survey.clone(),
            team: self.team.clone(),
            closed: self.closed.clone(),
            invited: self.invited.clone(),
            skip_invalid: self.skip_invalid,
        }
    }
}
