//! Surveys: the command that imports one, and the door through which others send them.

use super::import_args::ImportSurveyArgs;
use super::output;
use crate::clock::SystemClock;
use crate::config::{self, Settings, SurveySettings};
use crate::evaluate::{ImportError, ImportSurveys, ImportedSurvey, Standing, SurveyChange};
use crate::exposition::OwnMetrics;
use crate::serve::{Outcome, SurveyAnswer, SurveyTaker};
use crate::sources::surveys::{SurveyReading, SurveyRefusal, SurveyRequest, read_survey};
use crate::store::{Store, StoreError};
use anyhow::{Context, bail};
use bytes::Bytes;
use chrono::DateTime;
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs::File;
use std::io::BufReader;
use std::pin::Pin;
use std::sync::Arc;

/// The label `source` of what the door is sent.
const SOURCE: &str = "surveys";
/// How much of a file is looked at to find its separator: a long header fits.
const BUFFER: usize = 256 * 1024;

/// Imports a file into the store, or tells what that would do.
pub async fn run(args: ImportSurveyArgs) -> anyhow::Result<()> {
    let settings = config::load_offline(&args.sources())?;
    let file = args.file.display();
    let input = File::open(&args.file)
        .with_context(|| format!("{file}: the survey cannot be opened; check the path"))?;
    let input = BufReader::with_capacity(BUFFER, input);
    let reading = read_survey(input, &settings.surveys, &args.request())
        .with_context(|| format!("{file} was refused"))?;
    let folder = tempfile::tempdir().context("a temporary folder")?;
    let path = &settings.store.path;
    let store = match (args.dry_run, path.exists()) {
        (true, true) => Store::open_to_read(path).await?,
        // What an import into an empty store would do.
        (true, false) => Store::open(&folder.path().join("dry-run.db")).await?,
        (false, true) => Store::open(path).await.map_err(through_the_door)?,
        (false, false) => bail!(
            "store {}: there is no such file, so nothing was imported; start the daemon once, or \
             name the file by --store, or by --config the configuration that does",
            path.display()
        ),
    };
    let importer = importer(&settings, &store, Arc::new(SystemClock), Arc::default());
    let imported = import(&importer, &reading, args.dry_run).await?;
    store.close().await;
    output::print(&told(&imported, &reading, args.dry_run))
}

/// What stores surveys by these settings.
pub fn importer(
    settings: &Settings,
    store: &Store,
    clock: crate::clock::SharedClock,
    turn: crate::evaluate::SurveyTurn,
) -> ImportSurveys {
    ImportSurveys {
        store: store.clone(),
        clock,
        minimum: settings.surveys.minimum,
        retention: settings.store.retention,
        turn,
    }
}

/// Stores what was read.
pub async fn import(
    importer: &ImportSurveys,
    reading: &SurveyReading,
    dry_run: bool,
) -> Result<ImportedSurvey, ImportError> {
    importer.import(&reading.terms.survey, reading.terms.closed, &reading.import, dry_run).await
}

fn through_the_door(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::InUse { .. } => anyhow::anyhow!(
            "{error}. Where that is the daemon, send it the file: curl --fail-with-body \
             -H \"Authorization: Bearer $TOKEN\" --data-binary @FILE \
             'http://HOST:13672/api/v1/surveys?survey=2026Q3' (surveys.token_env or \
             surveys.token_file opens that door)"
        ),
        error => error.into(),
    }
}

/// What the command prints. Of a team that is not shown no number is told here either: output of
/// commands is kept in logs, too.
fn told(imported: &ImportedSurvey, reading: &SurveyReading, dry_run: bool) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let done = match (imported.change, dry_run) {
        (SurveyChange::New, false) => "stored",
        (SurveyChange::New, true) => "would be stored",
        (SurveyChange::Replaced, false) => "replaced what was stored",
        (SurveyChange::Replaced, true) => "would replace what is stored",
        (SurveyChange::Unchanged, _) => "is stored already; nothing changes",
    };
    let closed = DateTime::from_timestamp(imported.closed.0, 0).map(|at| at.to_rfc3339());
    let from = if imported.is_closed { "closed" } else { "shown from its close on," };
    let _ = writeln!(text, "{}: {done}; {from} {}.", imported.survey, closed.unwrap_or_default());
    let _ = writeln!(
        text,
        "{} answers. {} rows answer no question. {} columns were dropped unread.",
        reading.answers, reading.without_an_answer, reading.dropped_columns
    );
    if !reading.not_asked.is_empty() {
        let _ = writeln!(text, "Not asked: {}.", reading.not_asked.join(", "));
    }
    if reading.skipped.total > 0 {
        let _ = writeln!(text, "Skipped: {}", reading.skipped);
    }
    for (team, standing) in &imported.teams {
        let _ = match standing {
            Standing::Shown(responses) => writeln!(text, "{team}: {responses} responses."),
            _ => writeln!(text, "{team}: not shown, {}.", reason(*standing)),
        };
    }
    text
}

fn reason(standing: Standing) -> &'static str {
    match standing {
        Standing::Shown(_) => "",
        Standing::TooFew => "since too few answered",
        Standing::HidesAnother => "since it would tell of a smaller team by subtraction",
        Standing::Corrected => {
            "in whole or in part, since the difference to what was shown before would tell of few \
             people"
        }
    }
}

/// Takes what is sent to the door.
pub struct Surveys {
    /// By what it is read.
    pub settings: Arc<SurveySettings>,
    /// What stores it.
    pub importer: ImportSurveys,
    /// What counts it.
    pub own: Arc<OwnMetrics>,
}

impl Surveys {
    /// The same, with the counters at 0.
    pub fn introduced(self) -> Surveys {
        self.own.webhooks(SOURCE, &Outcome::ALL.map(Outcome::name));
        self
    }

    async fn taken(&self, parameters: Vec<(String, String)>, survey: Bytes) -> SurveyAnswer {
        let (request, dry_run) = match request(parameters) {
            Ok(request) => request,
            Err(problem) => return refused(&problem, &[]),
        };
        let settings = Arc::clone(&self.settings);
        // Hundreds of thousands of rows take a while.
        let read = move || read_survey(&*survey, &settings, &request);
        let reading = match tokio::task::spawn_blocking(read).await {
            Ok(Ok(reading)) => reading,
            Ok(Err(SurveyRefusal::Lines(lines))) => {
                let error = "rows cannot be understood, so nothing was stored; mend them, or send \
                             skip_invalid=true";
                return refused(error, &lines.first);
            }
            Ok(Err(refusal)) => return refused(&refusal.to_string(), &[]),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        match import(&self.importer, &reading, dry_run).await {
            Ok(imported) => SurveyAnswer {
                outcome: match imported.change {
                    SurveyChange::Unchanged => Outcome::Ignored,
                    _ if dry_run => Outcome::Ignored,
                    _ => Outcome::Stored,
                },
                document: document(&imported, &reading, dry_run),
            },
            Err(error @ ImportError::Refused(_)) => refused(&error.to_string(), &[]),
            // The store tells its trouble in the log.
            Err(ImportError::Store(_)) => SurveyAnswer {
                outcome: Outcome::Unavailable,
                document: json!({ "error": "it cannot be stored now; send it again" }),
            },
        }
    }
}

impl SurveyTaker for Surveys {
    fn take(
        &self,
        parameters: Vec<(String, String)>,
        survey: Bytes,
    ) -> Pin<Box<dyn Future<Output = SurveyAnswer> + Send + '_>> {
        Box::pin(self.taken(parameters, survey))
    }

    fn count(&self, outcome: Outcome) {
        self.own.webhook_event(SOURCE, outcome.name());
    }
}

fn refused(error: &str, lines: &[String]) -> SurveyAnswer {
    let document = json!({ "error": error, "lines": lines });
    SurveyAnswer { outcome: Outcome::Malformed, document }
}

/// The request that the path's parameters make, and whether it is only a rehearsal.
fn request(parameters: Vec<(String, String)>) -> Result<(SurveyRequest, bool), String> {
    let (mut request, mut dry_run) = (SurveyRequest::default(), false);
    for (name, value) in parameters {
        let flag = || match value.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(format!("`{name}` is true or false")),
        };
        match name.as_str() {
            "survey" => request.survey = Some(value),
            "team" => request.team = Some(value),
            "closed" => request.closed = Some(value),
            "invited" => request.invited.push(value),
            "skip_invalid" => request.skip_invalid = flag()?,
            "dry_run" => dry_run = flag()?,
            _ => {
                return Err("there is a parameter that is none; there are survey, team, closed, \
                            invited, skip_invalid and dry_run"
                    .to_owned());
            }
        }
    }
    Ok((request, dry_run))
}

fn document(imported: &ImportedSurvey, reading: &SurveyReading, dry_run: bool) -> Value {
    let teams = imported.teams.iter().map(|(team, standing)| match standing {
        Standing::Shown(responses) => json!({ "team": team, "responses": responses }),
        _ => json!({ "team": team, "not_shown": reason(*standing) }),
    });
    json!({
        "survey": imported.survey,
        "closed": DateTime::from_timestamp(imported.closed.0, 0).map(|at| at.to_rfc3339()),
        "change": imported.change.name(),
        "dry_run": dry_run,
        "answers": reading.answers,
        "without_an_answer": reading.without_an_answer,
        "skipped": reading.skipped.total,
        "lines": reading.skipped.first,
        "dropped_columns": reading.dropped_columns,
        "not_asked": reading.not_asked,
        "teams": teams.collect::<Vec<_>>(),
    })
}
