//! Holds every GraphQL document to GitHub's official schema, and its cost to one point.

#![allow(clippy::unwrap_used, clippy::panic)]

use apollo_compiler::ExecutableDocument;
use apollo_compiler::Schema;
use apollo_compiler::ast::Value;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn schema() -> Valid<Schema> {
    let file = std::fs::File::open(root("tests/data/github-schema.graphql.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    Schema::parse_and_validate(text, "github-schema.graphql").unwrap()
}

/// What the code declares of a document.
struct Declared {
    operation: String,
    size: u64,
    /// The files whose fragments it shares with other documents.
    fragments: Vec<String>,
}

/// The documents that the code declares, by file name.
fn declared() -> BTreeMap<String, Declared> {
    let code = std::fs::read_to_string(root("src/sources/github/queries.rs")).unwrap();
    let calls = code.split("query!(").skip(1).filter_map(|call| call.split_once(')'));
    let declarations = calls.filter_map(|(arguments, _)| {
        let parts: Vec<&str> =
            arguments.split(',').map(|part| part.trim().trim_matches('"')).collect();
        let [_, operation, file, size, ref fragments @ ..] = parts[..] else { return None };
        let declared = Declared {
            operation: operation.to_owned(),
            size: size.parse().ok()?,
            fragments: fragments.iter().map(|&one| one.to_owned()).collect(),
        };
        Some((file.to_owned(), declared))
    });
    declarations.collect()
}

/// The files of a folder, by name.
fn files(folder: &str) -> BTreeMap<String, String> {
    let paths = std::fs::read_dir(root(folder)).unwrap().map(|file| file.unwrap().path());
    let files = paths.filter(|path| path.is_file()).map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    files.collect()
}

/// The whole documents as they are sent, by file name.
fn documents() -> BTreeMap<String, String> {
    let fragments = files("src/sources/github/queries/fragments");
    let mut documents = files("src/sources/github/queries");
    for (file, declared) in declared() {
        let document = documents.get_mut(&file).unwrap_or_else(|| panic!("{file} is not there"));
        for one in declared.fragments {
            document.push('\n');
            document.push_str(&fragments[&one]);
        }
    }
    documents
}

/// How often connections are fetched and how many nodes come, by GitHub's formula: a connection
/// counts once per node of the connections around it, and `nodes(ids:)` once per id.
#[derive(Default)]
struct Cost {
    fetches: u64,
    nodes: u64,
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    size: u64,
}

impl Measure<'_> {
    fn walk(&self, selections: &SelectionSet, times: u64, cost: &mut Cost) {
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => self.field(field, times, cost),
                Selection::InlineFragment(inline) => self.walk(&inline.selection_set, times, cost),
                Selection::FragmentSpread(spread) => {
                    let fragment = &self.document.fragments[&spread.fragment_name];
                    self.walk(&fragment.selection_set, times, cost);
                }
            }
        }
    }

    fn field(&self, field: &Field, times: u64, cost: &mut Cost) {
        let mut times = times;
        if field.ty().inner_named_type().ends_with("Connection") {
            let is_last = field.specified_argument_by_name("last").is_some();
            let page = self.number(field, if is_last { "last" } else { "first" });
            cost.fetches += times;
            times *= page;
            cost.nodes += times;
        } else if field.name == "nodes" && field.argument_by_name("ids").is_ok() {
            times *= match field.response_key().as_str() {
                // What a full list of deployments leaves, for three connections of each incident.
                "incidents" => self.size.saturating_sub(100) / 3,
                _ => self.size.min(100),
            };
        }
        self.walk(&field.selection_set, times, cost);
    }

    fn number(&self, field: &Field, argument: &str) -> u64 {
        match field.argument_by_name(argument).unwrap().as_ref() {
            Value::Int(number) => number.try_to_i32().unwrap() as u64,
            Value::Variable(name) if name == "first" => self.size,
            other => panic!("{argument}: {other}"),
        }
    }
}

#[test]
fn every_document_is_declared_and_valid_by_githubs_schema() {
    let schema = schema();
    let (documents, declared) = (documents(), declared());
    assert!(documents.keys().eq(declared.keys()), "documents and declarations differ");
    for (file, text) in &documents {
        let document = ExecutableDocument::parse_and_validate(&schema, text, file)
            .unwrap_or_else(|invalid| panic!("{file}: {}", invalid.errors));
        let names: Vec<_> = document.operations.named.keys().map(|name| name.as_str()).collect();
        assert_eq!(names, [&declared[file].operation], "{file}");
    }
}

#[test]
fn every_fragment_is_shared_by_documents() {
    let declared = declared();
    for fragment in files("src/sources/github/queries/fragments").keys() {
        let users = declared.values().filter(|one| one.fragments.contains(fragment)).count();
        assert!(users > 1, "{fragment} stands in {users} documents");
    }
}

#[test]
fn every_document_costs_one_point_at_its_largest_size() {
    let schema = schema();
    let declared = declared();
    assert!(!declared.is_empty());
    for (file, text) in documents() {
        let document = ExecutableDocument::parse_and_validate(&schema, &text, &file).unwrap();
        let measure = Measure { document: &document, size: declared[&file].size };
        let mut cost = Cost::default();
        for operation in document.operations.iter() {
            measure.walk(&operation.selection_set, 1, &mut cost);
        }
        // Points are rounded: up to 149 fetches are one.
        assert!(cost.fetches <= 149, "{file}: {} fetches", cost.fetches);
        assert!(cost.nodes <= 20_000, "{file}: {} nodes", cost.nodes);
    }
}

#[test]
fn every_document_asks_for_the_state_of_the_limit() {
    for (file, text) in documents() {
        assert!(text.contains("rateLimit { cost limit remaining resetAt }"), "{file}");
    }
}

#[test]
fn every_document_is_valid_by_githubs_schema_without_what_older_servers_lack() {
    // The two that GitHub added last of all that is asked for.
    let mut schema = schema().into_inner();
    let mut change = |on: &str, change: fn(&mut apollo_compiler::schema::ObjectType)| {
        let Some(ExtendedType::Object(object)) = schema.types.get_mut(on) else { panic!("{on}") };
        change(object.make_mut());
    };
    change("DeploymentStatus", |status| status.fields.retain(|name, _| name != "environment"));
    change("Issue", |issue| {
        let field = issue.fields.get_mut("stateReason").unwrap();
        field.make_mut().arguments.retain(|one| one.name != "enableDuplicate");
    });
    let schema = Valid::assume_valid(schema);
    let mut shortened = 0;
    for (file, text) in documents() {
        let short = text
            .replace("stateReason(enableDuplicate: true)", "stateReason")
            .replace("{ state createdAt environment }", "{ state createdAt }");
        shortened += usize::from(short != text);
        ExecutableDocument::parse_and_validate(&schema, &short, &file)
            .unwrap_or_else(|invalid| panic!("{file}: {}", invalid.errors));
    }
    assert_eq!(shortened, 5);
}
