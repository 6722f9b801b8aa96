//! The simulation's schema against GitHub's own.

use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, InputValueDefinition, Value};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use std::io::Read;

fn official() -> Schema {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/github-schema.graphql.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    Schema::parse(text, "github.graphql").unwrap()
}

/// Object fields in any order are the same default.
fn default_of(argument: &InputValueDefinition) -> Option<String> {
    argument.default_value.as_ref().map(|value| match &**value {
        Value::Object(fields) => {
            let mut fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{name}:{value}")).collect();
            fields.sort();
            fields.join(",")
        }
        other => other.to_string(),
    })
}

fn compare_argument(
    place: &str,
    ours: &InputValueDefinition,
    theirs: Option<&InputValueDefinition>,
    wrong: &mut Vec<String>,
) {
    let Some(theirs) = theirs else {
        wrong.push(format!("{place} is not GitHub's"));
        return;
    };
    if ours.ty != theirs.ty {
        wrong.push(format!("{place} is {}, at GitHub {}", ours.ty, theirs.ty));
    }
    if default_of(ours) != default_of(theirs) {
        wrong.push(format!("{place} has another default at GitHub"));
    }
}

fn compare_field(
    place: &str,
    ours: &FieldDefinition,
    theirs: Option<&FieldDefinition>,
    wrong: &mut Vec<String>,
) {
    let Some(theirs) = theirs else {
        wrong.push(format!("{place} is not GitHub's"));
        return;
    };
    if ours.ty != theirs.ty {
        wrong.push(format!("{place} is {}, at GitHub {}", ours.ty, theirs.ty));
    }
    for argument in &ours.arguments {
        let place = format!("{place}({}:)", argument.name);
        let theirs = theirs.arguments.iter().find(|theirs| theirs.name == argument.name);
        compare_argument(&place, argument, theirs.map(|theirs| &**theirs), wrong);
    }
    let required = theirs.arguments.iter().filter(|argument| argument.is_required());
    for missing in required.filter(|argument| ours.argument_by_name(&argument.name).is_none()) {
        wrong.push(format!("{place} lacks the required argument {}", missing.name));
    }
}

fn compare_inputs(
    name: &str,
    ours: &InputObjectType,
    theirs: &InputObjectType,
    wrong: &mut Vec<String>,
) {
    for (field, ours) in &ours.fields {
        let theirs = theirs.fields.get(field).map(|theirs| &***theirs);
        compare_argument(&format!("{name}.{field}"), ours, theirs, wrong);
    }
}

fn compare_type(name: &str, ours: &ExtendedType, theirs: &ExtendedType, wrong: &mut Vec<String>) {
    match (ours, theirs) {
        (ExtendedType::Object(ours), ExtendedType::Object(theirs)) => {
            for interface in &ours.implements_interfaces {
                if !theirs.implements_interfaces.contains(interface) {
                    wrong.push(format!("{name} does not implement {interface} at GitHub"));
                }
            }
            for (field, ours) in &ours.fields {
                let theirs = theirs.fields.get(field).map(|theirs| &***theirs);
                compare_field(&format!("{name}.{field}"), ours, theirs, wrong);
            }
        }
        (ExtendedType::Interface(ours), ExtendedType::Interface(theirs)) => {
            for (field, ours) in &ours.fields {
                let theirs = theirs.fields.get(field).map(|theirs| &***theirs);
                compare_field(&format!("{name}.{field}"), ours, theirs, wrong);
            }
        }
        (ExtendedType::InputObject(ours), ExtendedType::InputObject(theirs)) => {
            compare_inputs(name, ours, theirs, wrong);
        }
        (ExtendedType::Enum(ours), ExtendedType::Enum(theirs)) => {
            for value in ours.values.keys().filter(|value| !theirs.values.contains_key(*value)) {
                wrong.push(format!("{name}.{value} is not GitHub's"));
            }
        }
        (ExtendedType::Union(ours), ExtendedType::Union(theirs)) => {
            for member in ours.members.iter().filter(|member| !theirs.members.contains(*member)) {
                wrong.push(format!("{name} has no {member} at GitHub"));
            }
        }
        (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => {}
        _ => wrong.push(format!("{name} is of another kind at GitHub")),
    }
}

fn differences(ours: &Schema, theirs: &Schema) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, ty) in ours.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        match theirs.types.get(name) {
            Some(theirs) => compare_type(name, ty, theirs, &mut wrong),
            None => wrong.push(format!("{name} is not GitHub's")),
        }
    }
    wrong
}

#[test]
fn every_type_field_and_argument_agrees_with_the_official_schema() {
    let ours = Schema::parse_and_validate(github_sim::SCHEMA, "schema.graphql").unwrap();
    assert_eq!(differences(&ours, &official()), Vec::<String>::new());
}

#[test]
fn a_difference_from_the_official_schema_would_be_found() {
    let ours = github_sim::SCHEMA
        .replace("commitOid: String!", "commitOid: String")
        .replace("isArchived: Boolean!\n", "isArchived: Boolean!\n  isCursed: Boolean!\n")
        .replace("followRenames: Boolean = true", "followRenames: Boolean = false")
        .replace("enum ComparisonStatus {", "enum ComparisonStatus { SIDEWAYS");
    let wrong = differences(&Schema::parse(ours, "schema.graphql").unwrap(), &official());
    for expected in [
        "Deployment.commitOid is String, at GitHub String!",
        "Repository.isCursed is not GitHub's",
        "ComparisonStatus.SIDEWAYS is not GitHub's",
        "Query.repository(followRenames:) has another default at GitHub",
    ] {
        assert!(wrong.iter().any(|one| one == expected), "{expected} in {wrong:?}");
    }
}
