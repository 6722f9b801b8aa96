//! The GraphQL API: validation against the schema, cost, execution, and GitHub's kind of errors.

mod args;
mod connection;
mod cost;
mod exec;
mod types;

pub(crate) use args::{parse_time, show_time};
pub use cost::Cost;
pub(crate) use exec::{Failure, Node, Owner};
pub(crate) use types::{database_id, node_id, resolve};

use crate::faults::NodeFaults;
use crate::history::Histories;
use crate::limits::Window;
use crate::state::State;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde::Deserialize;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

/// The schema that the simulation serves: a part of GitHub's, named and typed as there.
pub const SCHEMA: &str = include_str!("../schema.graphql");

/// The most nodes that a query may ask for.
const NODE_LIMIT: u64 = 500_000;

/// The schema as a client meets it.
pub(crate) type SharedSchema = Arc<Valid<Schema>>;

/// The whole schema.
pub(crate) fn schema() -> SharedSchema {
    static PARSED: OnceLock<SharedSchema> = OnceLock::new();
    let parse = || match Schema::parse_and_validate(SCHEMA, "schema.graphql") {
        Ok(schema) => Arc::new(schema),
        // A test proves the schema valid; a broken one only misses what is broken.
        Err(broken) => Arc::new(Valid::assume_valid(broken.partial)),
    };
    Arc::clone(PARSED.get_or_init(parse))
}

/// The schema without fields and arguments: `Issue.stateReason(enableDuplicate:)`, `Issue.title`.
pub(crate) fn schema_without(lacking: &[String]) -> SharedSchema {
    let mut schema = schema().as_ref().clone().into_inner();
    for name in lacking {
        let (place, argument) = match name.split_once('(') {
            Some((place, argument)) => (place, Some(argument.trim_end_matches([':', ')']))),
            None => (name.as_str(), None),
        };
        let Some((on, field)) = place.split_once('.') else { continue };
        let Some(ExtendedType::Object(object)) = schema.types.get_mut(on) else { continue };
        let object = object.make_mut();
        match (argument, object.fields.get_mut(field)) {
            (Some(argument), Some(field)) => {
                field.make_mut().arguments.retain(|one| one.name != argument);
            }
            _ => object.fields.retain(|name, _| name != field),
        }
    }
    Arc::new(Valid::assume_valid(schema))
}

/// The body of a request.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    query: String,
    #[serde(default)]
    variables: Option<Value>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

/// A request that passed validation.
pub(crate) struct Prepared {
    schema: SharedSchema,
    document: Valid<ExecutableDocument>,
    variables: Valid<JsonMap>,
    operation: Option<String>,
    pub(crate) cost: Cost,
    /// `rateLimit(dryRun: true)`: only the cost is wanted.
    pub(crate) dry_run: bool,
}

impl Request {
    /// The operation's name; empty for one without.
    pub(crate) fn name(&self) -> String {
        if let Some(name) = &self.operation_name {
            return name.clone();
        }
        // Before validation, since faults may match requests that are no valid query.
        let mut words = self.query.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        match words.find(|word| !word.is_empty()) {
            Some("query") => {
                let rest = self.query.split_once("query").map_or("", |(_, rest)| rest).trim_start();
                let is_name = |letter: &char| letter.is_alphanumeric() || *letter == '_';
                rest.chars().take_while(is_name).collect()
            }
            _ => String::new(),
        }
    }

    /// Validates the query and computes its cost.
    ///
    /// # Errors
    /// The body of the answer that tells what is wrong.
    pub(crate) fn prepare(&self, schema: SharedSchema) -> Result<Prepared, Value> {
        let document = ExecutableDocument::parse_and_validate(&schema, &self.query, "query")
            .map_err(|broken| {
                let errors = broken.errors.iter().map(|error| {
                    let message = error.error.unstable_compat_message();
                    invalid(shown(&error.to_json()), message)
                });
                let mut errors: Vec<Value> = errors.collect();
                // The compiler drops an unknown field and then complains of what that leaves.
                if errors.iter().any(|error| error.get("extensions").is_some()) {
                    errors.retain(|error| error.get("extensions").is_some());
                }
                json!({"errors": errors})
            })?;
        let sources = &document.sources;
        let refused = |error: &GraphQLError| json!({"errors": [shown(error)]});
        let operation = document
            .operations
            .get(self.operation_name.as_deref())
            .map_err(|error| refused(&error.to_graphql_error(sources)))?;
        let values = match JsonValue::from(self.variables.clone().unwrap_or_default()) {
            JsonValue::Object(values) => values,
            _ => JsonMap::new(),
        };
        let variables = coerce_variable_values(&schema, operation, &values)
            .map_err(|error| refused(&error.to_graphql_error(sources)))?;
        let cost = cost::of(&document, operation, &variables);
        if cost.nodes > NODE_LIMIT {
            let (asked, name) = (cost.nodes, self.name());
            let message = format!(
                "This query requests up to {asked} possible nodes which exceeds the maximum limit of {NODE_LIMIT}."
            );
            let path = json!([format!("query {name}").trim_end()]);
            let error =
                json!({"type": "MAX_NODE_LIMIT_EXCEEDED", "path": path, "message": message});
            return Err(json!({"errors": [error]}));
        }
        let dry_run = is_dry_run(&document, operation);
        let operation = self.operation_name.clone();
        Ok(Prepared { schema, document, variables, operation, cost, dry_run })
    }
}

fn is_dry_run(document: &ExecutableDocument, operation: &Operation) -> bool {
    operation.root_fields(document).any(|field| {
        let dry = field.specified_argument_by_name("dryRun");
        field.name == "rateLimit" && dry.and_then(|dry| dry.to_bool()).unwrap_or(false)
    })
}

/// A validation error in GitHub's words, as far as clients are known to tell them apart: a field
/// that an older server lacks.
fn invalid(mut error: Value, message: Option<String>) -> Value {
    let Some(message) = message else { return error };
    let unknown = message.strip_prefix("Cannot query field \"").and_then(|rest| {
        let (field, rest) = rest.split_once("\" on type \"")?;
        Some((field.to_owned(), rest.split_once('"')?.0.to_owned()))
    });
    error["message"] = json!(message);
    let unaccepted = message.strip_prefix("Unknown argument \"").and_then(|rest| {
        let (argument, rest) = rest.split_once("\" on field \"")?;
        let (_, field) = rest.split_once('"')?.0.split_once('.')?;
        Some((argument.to_owned(), field.to_owned()))
    });
    if let Some((argument, field)) = unaccepted {
        error["message"] = json!(format!("Field '{field}' doesn't accept argument '{argument}'"));
        error["extensions"] = json!({
            "code": "argumentNotAccepted", "name": field, "typeName": "Field",
            "argumentName": argument,
        });
    }
    if let Some((field, on)) = unknown {
        error["message"] = json!(format!("Field '{field}' doesn't exist on type '{on}'"));
        error["extensions"] = json!({"code": "undefinedField", "typeName": on, "fieldName": field});
    }
    error
}

fn shown(error: &GraphQLError) -> Value {
    let locations = error.locations.iter();
    let locations: Vec<Value> =
        locations.map(|at| json!({"line": at.line, "column": at.column})).collect();
    json!({"message": error.message, "locations": locations})
}

/// What execution needs beside the query.
pub(crate) struct Surroundings<'s> {
    pub(crate) state: &'s State,
    pub(crate) now: i64,
    pub(crate) faults: &'s NodeFaults,
    pub(crate) histories: &'s Histories,
    pub(crate) window: Window,
    pub(crate) viewer: &'s str,
}

impl Prepared {
    /// Executes the query and returns the answer's body.
    pub(crate) fn execute(&self, around: Surroundings<'_>) -> Value {
        let ctx = exec::Ctx {
            state: around.state,
            now: around.now,
            faults: around.faults,
            histories: around.histories,
            cost: self.cost,
            window: around.window,
            viewer: around.viewer,
            errors: RefCell::default(),
            foreign: RefCell::default(),
        };
        let root = exec::At { ctx: &ctx, node: Node::Query, place: None };
        let executed = Execution::new(&self.schema, &self.document)
            .coerced_variable_values(&self.variables)
            .enable_schema_introspection(true)
            .operation_name(self.operation.as_deref())
            .and_then(|execution| execution.execute_sync(&root));
        let response = match executed {
            Ok(response) => response,
            Err(error) => {
                let error = error.to_graphql_error(&self.document.sources);
                return json!({"errors": [shown(&error)]});
            }
        };
        let mut data = serde_json::to_value(&response.data).unwrap_or_default();
        for (path, value) in ctx.foreign.borrow_mut().drain(..) {
            put(&mut data, &path, value);
        }
        if let (true, Value::Object(fields)) = (self.dry_run, &mut data) {
            fields.retain(|name, _| name == "rateLimit");
        }
        let mut errors = ctx.errors.take();
        for error in &response.errors {
            // A null that we reported ourselves is not reported twice.
            let path = json!(error.path);
            if !errors.iter().any(|ours| ours["path"] == path) {
                let mut error_shown = shown(error);
                error_shown["path"] = path;
                errors.push(error_shown);
            }
        }
        match errors.is_empty() {
            true => json!({"data": data}),
            false => json!({"data": data, "errors": errors}),
        }
    }
}

fn put(data: &mut Value, path: &[Value], value: String) {
    let place = path.iter().try_fold(data, |data, key| match key {
        Value::String(name) => data.get_mut(name.as_str()),
        Value::Number(index) => data.get_mut(usize::try_from(index.as_u64()?).ok()?),
        _ => None,
    });
    if let Some(place) = place {
        *place = json!(value);
    }
}
