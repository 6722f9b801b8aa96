//! What sources say of whose a repository is: a row for each repository and source.

use super::{Line, list, malformed};
use delivery::domain::{CatalogComponent, Claim, ClaimSource, Claims, Fact, Pin, RepoId};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;
use std::sync::Arc;

/// Stands for no repository; no host gives this id.
const NO_REPOSITORY: i64 = 0;

const UPSERT: &str = "INSERT INTO claims (seq, repo, source, claims) VALUES (?, ?, ?, ?)
 ON CONFLICT (repo, source) DO UPDATE SET seq = excluded.seq, claims = excluded.claims
 WHERE claims IS NOT excluded.claims";

/// Selects a page of claims.
pub(super) const PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, repo, source, claims), char(30)) FROM claims
 WHERE seq > ?1 AND seq <= ?2";

/// Writes what a source says.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &Claims,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(fact.repo.map_or(NO_REPOSITORY, |repo| repo.0.cast_signed()))
        .bind(fact.source.name())
        .bind(list::write(&fact.claims)?)
        .execute(connection)
        .await
}

/// Decodes what a source says.
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    let repo: i64 = line.number()?;
    Ok(Fact::Claims(Claims {
        repo: (repo != NO_REPOSITORY).then(|| RepoId(repo.cast_unsigned())),
        source: source(line.text()?)?,
        claims: list::read(line.text()?)?,
    }))
}

fn source(name: &str) -> Result<ClaimSource, sqlx::Error> {
    let named = |source: &ClaimSource| source.name() == name;
    let found = ClaimSource::ALL.into_iter().find(named);
    found.ok_or_else(|| malformed(format!("an unknown source of claims {name:?}")))
}

/// A claim, by its kind.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClaimMirror {
    Team(String),
    Paths(String, Vec<String>),
    Component(Box<ComponentMirror>),
    Calls(Option<String>, String, u32),
}

#[derive(Serialize, Deserialize)]
pub(super) struct ComponentMirror {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    root: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    #[serde(default, skip_serializing_if = "list::is_false")]
    library: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifecycle: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pagerduty: Option<String>,
    #[serde(default, skip_serializing_if = "list::is_false")]
    on_call: bool,
    #[serde(default, skip_serializing_if = "list::is_false")]
    docs: bool,
    #[serde(default, skip_serializing_if = "list::is_false")]
    slo: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<String>,
}

impl list::Mirrored for Claim {
    type Mirror = ClaimMirror;

    fn mirror(&self) -> ClaimMirror {
        match self {
            Claim::Team(team) => ClaimMirror::Team(team.to_string()),
            Claim::Paths { pattern, teams } => {
                let teams = teams.iter().map(|team| team.to_string()).collect();
                ClaimMirror::Paths(pattern.to_string(), teams)
            }
            Claim::Component(component) => ClaimMirror::Component(Box::new(mirror(component))),
            Claim::Calls { workflow, pin, jobs } => {
                let workflow = workflow.as_deref().map(str::to_owned);
                ClaimMirror::Calls(workflow, pin.name().to_owned(), *jobs)
            }
        }
    }

    fn from_mirror(mirror: ClaimMirror) -> Result<Claim, sqlx::Error> {
        Ok(match mirror {
            ClaimMirror::Team(team) => Claim::Team(team.into()),
            ClaimMirror::Paths(pattern, teams) => {
                let teams = teams.into_iter().map(Arc::from).collect();
                Claim::Paths { pattern: pattern.into(), teams }
            }
            ClaimMirror::Component(mirror) => Claim::Component(component(*mirror)),
            ClaimMirror::Calls(workflow, name, jobs) => {
                let pin = Pin::ALL.into_iter().find(|pin| pin.name() == name);
                let pin = pin.ok_or_else(|| malformed(format!("an unknown pin {name:?}")))?;
                Claim::Calls { workflow: workflow.map(Arc::from), pin, jobs }
            }
        })
    }
}

fn mirror(component: &CatalogComponent) -> ComponentMirror {
    let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
    ComponentMirror {
        name: component.name.to_string(),
        repository: text(&component.repository),
        root: component.root.to_string(),
        library: component.is_library,
        team: text(&component.team),
        system: text(&component.system),
        lifecycle: text(&component.lifecycle),
        pagerduty: text(&component.pagerduty_service),
        on_call: component.has_on_call,
        docs: component.has_docs,
        slo: component.has_slo,
        template: text(&component.template),
    }
}

fn component(mirror: ComponentMirror) -> CatalogComponent {
    CatalogComponent {
        name: mirror.name.into(),
        repository: mirror.repository.map(Arc::from),
        root: mirror.root.into(),
        is_library: mirror.library,
        team: mirror.team.map(Arc::from),
        system: mirror.system.map(Arc::from),
        lifecycle: mirror.lifecycle.map(Arc::from),
        pagerduty_service: mirror.pagerduty.map(Arc::from),
        has_on_call: mirror.on_call,
        has_docs: mirror.docs,
        has_slo: mirror.slo,
        template: mirror.template.map(Arc::from),
    }
}
