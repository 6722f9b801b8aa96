//! What an older Enterprise Server's schema lacks: asked once, when the server refuses a document for
//! it, and left out of all documents from then on.
//!
//! A document with one unknown field is refused as a whole. Everything else that is asked for has been
//! in GitHub's schema for years; where it is not, the server's refusal is told as it is.

use super::client::{Client, Refusal};
use super::queries::{Query, SCHEMA};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

/// Something that servers may lack.
#[derive(Debug, PartialEq, Eq)]
pub struct Optional {
    /// Its type.
    on: &'static str,
    /// Its field.
    field: &'static str,
    /// The field's argument, where the field itself is everywhere.
    argument: Option<&'static str>,
    /// How documents ask for it.
    written: &'static str,
    /// How they do without.
    without: &'static str,
    /// What is not known then.
    pub costs: &'static str,
}

impl Optional {
    /// What it is called: `Issue.stateReason(enableDuplicate:)`.
    pub fn name(&self) -> String {
        let Optional { on, field, .. } = self;
        match self.argument {
            Some(argument) => format!("{on}.{field}({argument}:)"),
            None => format!("{on}.{field}"),
        }
    }

    fn is_in(&self, types: &Value) -> bool {
        let all = types.as_object().into_iter().flat_map(|types| types.values());
        let mut of_type = all.filter(|one| one["name"] == self.on);
        let fields = of_type.find_map(|one| one["fields"].as_array());
        let field = fields.into_iter().flatten().find(|one| one["name"] == self.field);
        field.is_some_and(|field| {
            let arguments = || field["args"].as_array().into_iter().flatten();
            self.argument.is_none_or(|argument| arguments().any(|one| one["name"] == argument))
        })
    }
}

/// Newer than the oldest server that anyone should run.
static OPTIONAL: [Optional; 2] = [
    Optional {
        on: "Issue",
        field: "stateReason",
        argument: Some("enableDuplicate"),
        written: "stateReason(enableDuplicate: true)",
        without: "stateReason",
        costs: "issues that were closed as duplicates are told as not planned, which counts alike",
    },
    Optional {
        on: "DeploymentStatus",
        field: "environment",
        argument: None,
        written: "{ state createdAt environment }",
        without: "{ state createdAt }",
        costs: "a deployment that was sent on to another environment counts for the one that it was \
                made for",
    },
];

/// What the server lacks, once it was asked.
#[derive(Debug, Default)]
pub(super) struct Lacking(Mutex<Option<Vec<&'static Optional>>>);

impl Lacking {
    fn known(&self) -> Option<Vec<&'static Optional>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A document without what the server lacks.
    pub(super) fn text(&self, query: &Query) -> Cow<'static, str> {
        let mut text = Cow::Borrowed(query.text);
        for one in self.known().unwrap_or_default() {
            if text.contains(one.written) {
                text = Cow::Owned(text.replace(one.written, one.without));
            }
        }
        text
    }
}

impl Client {
    /// What the server's schema lacks; it is asked once.
    pub(super) async fn lacking(&self) -> Result<Vec<&'static Optional>, Refusal> {
        if let Some(known) = self.lacking.known() {
            return Ok(known);
        }
        let answer = self.ask(&SCHEMA, "the server's schema", |_| json!({})).await?.graph;
        let found: Vec<&Optional> =
            OPTIONAL.iter().filter(|one| !one.is_in(&answer.data)).collect();
        for one in &found {
            let (lacks, costs) = (one.name(), one.costs);
            tracing::info!(source = %self.source, lacks, "the server's schema is an older one: {costs}");
        }
        *self.lacking.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
        Ok(found)
    }

    /// Whether a document that the server refused as `sent` is another one by what it lacks.
    pub(super) async fn does_without(&self, query: &Query, sent: &str) -> bool {
        query.name != SCHEMA.name
            && Box::pin(self.lacking()).await.is_ok()
            && self.lacking.text(query) != sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::github::queries::{DEPLOYMENTS, INCIDENTS, PROBE, RECHECK};

    #[test]
    fn documents_do_without_what_is_lacking_and_are_else_as_they_are() {
        let all = Lacking(Mutex::new(Some(OPTIONAL.iter().collect())));
        for (query, parts) in [(&INCIDENTS, 1), (&DEPLOYMENTS, 1), (&RECHECK, 2), (&PROBE, 0)] {
            let asked_for =
                |text: &str| OPTIONAL.iter().filter(|one| text.contains(one.written)).count();
            assert_eq!(asked_for(query.text), parts, "{}", query.name);
            assert_eq!(asked_for(&all.text(query)), 0, "{}", query.name);
            assert_eq!(Lacking::default().text(query), query.text);
        }
    }

    #[test]
    fn a_field_without_its_argument_is_lacking_and_so_is_a_type_that_is_not_there() {
        let types = json!({
            "issue": {"name": "Issue", "fields": [{"name": "stateReason", "args": []}]},
            "deploymentStatus": null,
        });
        assert!(OPTIONAL.iter().all(|one| !one.is_in(&types)));
        let types = json!({
            "issue": {"name": "Issue", "fields": [
                {"name": "stateReason", "args": [{"name": "enableDuplicate"}]},
            ]},
            "deploymentStatus": {"name": "DeploymentStatus", "fields": [
                {"name": "environment", "args": []},
            ]},
        });
        assert!(OPTIONAL.iter().all(|one| one.is_in(&types)));
    }
}
