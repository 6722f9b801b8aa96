//! Every field of the schema is resolved: asked all at once, none breaks, and those that are always
//! null are known to be.

use crate::client::{DAY, NOW, World};
use apollo_compiler::Schema;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use github_sim::event::{Permission, Verdict};
use github_sim::{Event, Merge, Scenario};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the log cannot tell, ids that do not fit 32 bits, and an issue's comment's pull request.
const NEVER_SET: [&str; 12] = [
    "Deployment.description",
    "DeploymentStatus.description",
    "DeploymentStatus.environmentUrl",
    "IssueComment.databaseId",
    "IssueComment.pullRequest",
    "Label.description",
    "Organization.email",
    "Organization.name",
    "PullRequestReview.databaseId",
    "Repository.description",
    "Repository.homepageUrl",
    "User.name",
];

fn story() -> Scenario {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 9 * DAY, "acme/pay");
    story.commit(NOW - 5 * DAY, repo, "fix", "Fix\n\nthe thing");
    let number = story.open_pull(NOW - 5 * DAY + 1, repo, "fix", "Fix");
    story.comment(NOW - 5 * DAY + 2, repo, number, "Nice");
    story.review(NOW - 5 * DAY + 3, repo, number, "ada", Verdict::Approved);
    let labels = vec!["bug".to_owned()];
    story.event(NOW - 5 * DAY + 4, Event::Labeled { repo, number, labels });
    let body = "Edited".to_owned();
    story.event(NOW - 5 * DAY + 5, Event::BodyEdited { repo, number, body });
    let sha = story.merge(NOW - 4 * DAY, repo, number, Merge::Merge);
    let id = 7;
    let (environment, task) = ("production".to_owned(), "deploy".to_owned());
    let (branch, payload) = (Some("main".to_owned()), "{}".to_owned());
    let created = Event::DeploymentCreated { repo, id, sha, branch, environment, task, payload };
    story.event(NOW - 3 * DAY, created);
    story.status(NOW - 3 * DAY + 1, id, "SUCCESS");
    let head = story.head(repo, "main").unwrap();
    story.check(NOW - 3 * DAY + 2, repo, &head, "atlantis/apply", "SUCCESS");
    story.tag(NOW - 3 * DAY + 2, repo, "v1", &head);
    story.release(NOW - 3 * DAY + 3, repo, "v1");
    let issue = story.issue(NOW - 2 * DAY, repo, "Down", &["incident"]);
    story.comment(NOW - 2 * DAY + 1, repo, issue, "caused by #1");
    story.close_issue(NOW - DAY, repo, issue);
    let body = "What happened".to_owned();
    story.event(NOW - DAY + 1, Event::BodyEdited { repo, number: issue, body });
    story.event(NOW - DAY + 2, Event::RepositoryArchived { repo, archived: true });
    let files = vec![("CODEOWNERS".to_owned(), Some("* @acme/core".to_owned()))];
    story.event(NOW - DAY + 2, Event::FilesWritten { repo, files });
    for (slug, parent) in [("core", None), ("payments", Some("core".to_owned()))] {
        let (organization, slug) = ("acme".to_owned(), slug.to_owned());
        let repositories = vec![(repo, Permission::Write)];
        let team = Event::TeamSet { organization, slug, parent, repositories };
        story.event(NOW - DAY + 2, team);
    }
    story
}

fn fields_of<'s>(schema: &'s Schema, name: &str) -> Vec<&'s FieldDefinition> {
    match schema.types.get(name) {
        Some(ExtendedType::Object(object)) => {
            object.fields.values().map(|field| &***field).collect()
        }
        _ => Vec::new(),
    }
}

fn is_leaf(schema: &Schema, field: &FieldDefinition) -> bool {
    let name = field.ty.inner_named_type();
    matches!(schema.types.get(name), Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_)))
}

/// Selects all that needs no argument, without going through a type twice.
fn selection(schema: &Schema, name: &str, path: &[&str]) -> String {
    let mut parts = vec!["__typename".to_owned()];
    for field in fields_of(schema, name) {
        let inner = field.ty.inner_named_type().as_str();
        if field.arguments.iter().any(|argument| argument.is_required()) {
            continue;
        }
        let pages = field.arguments.iter().any(|argument| argument.name == "first");
        let arguments = if pages { "(first: 2)" } else { "" };
        if is_leaf(schema, field) {
            parts.push(field.name.to_string());
        } else if !path.contains(&inner) && path.len() < 6 {
            let path: Vec<&str> = path.iter().copied().chain([inner]).collect();
            parts.push(format!(
                "{}{arguments} {{ {} }}",
                field.name,
                selection(schema, inner, &path)
            ));
        }
    }
    parts.join(" ")
}

/// Notes which fields came, and which of them came with something.
fn note(value: &Value, asked: &mut BTreeSet<String>, set: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| note(item, asked, set)),
        Value::Object(fields) => {
            for (name, value) in fields {
                let field = format!("{}.{name}", fields["__typename"].as_str().unwrap());
                asked.insert(field.clone());
                if !value.is_null() {
                    set.insert(field);
                }
                note(value, asked, set);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn every_field_is_resolved_and_only_known_ones_are_always_null() {
    let schema = Schema::parse(github_sim::SCHEMA, "schema.graphql").unwrap();
    let world = World::of(story()).await;
    let (mut asked, mut set) = (BTreeSet::new(), BTreeSet::new());
    let starts = [
        ("Repository", "repository(owner: \"acme\", name: \"pay\")".to_owned()),
        ("PullRequest", "repository(owner: \"acme\", name: \"pay\") { __typename it: pullRequest(number: 1)".to_owned()),
        ("Issue", "repository(owner: \"acme\", name: \"pay\") { __typename it: issue(number: 2)".to_owned()),
        ("Organization", "organization(login: \"acme\")".to_owned()),
        ("Commit", "repository(owner: \"acme\", name: \"pay\") { __typename object(expression: \"HEAD\") { __typename ... on Commit".to_owned()),
        ("Tree", "repository(owner: \"acme\", name: \"pay\") { __typename object(expression: \"HEAD:\") { __typename ... on Tree".to_owned()),
        ("Blob", "repository(owner: \"acme\", name: \"pay\") { __typename object(expression: \"HEAD:CODEOWNERS\") { __typename ... on Blob".to_owned()),
        ("RateLimit", "rateLimit".to_owned()),
        ("User", "viewer".to_owned()),
    ];
    for (name, start) in starts {
        let closing = "}".repeat(start.matches('{').count());
        let selected = selection(&schema, name, &[name]);
        let data = world
            .data(&format!("{{ __typename {start} {{ {selected} }} {closing} }}"), json!({}))
            .await;
        note(&data, &mut asked, &mut set);
    }
    for (owner, names) in [
        ("pullRequest(number: 1)", ["MergedEvent", "LabeledEvent", "PullRequestReview"]),
        ("issue(number: 2)", ["ClosedEvent", "LabeledEvent", "IssueComment"]),
    ] {
        for name in names {
            let selected = selection(&schema, name, &["Repository", "PullRequest", "Issue", name]);
            let nodes = format!("nodes {{ __typename ... on {name} {{ {selected} }} }}");
            let items = format!("timelineItems(first: 50) {{ __typename {nodes} }}");
            let repository = format!("{{ __typename {owner} {{ __typename {items} }} }}");
            let query =
                format!("{{ __typename repository(owner: \"acme\", name: \"pay\") {repository} }}");
            note(&world.data(&query, json!({})).await, &mut asked, &mut set);
        }
    }
    let null: Vec<&str> = asked.difference(&set).map(String::as_str).collect();
    assert_eq!(null, NEVER_SET);
    assert!(asked.len() > 250, "only {} fields were asked", asked.len());
}
