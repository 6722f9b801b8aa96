//! The files of the demo's repositories that others read: entries of the catalog, and workflows that
//! call those which a platform team keeps for everybody.

use super::estate::{Flow, Plan};
use super::profile::Profile;

/// The repository with the shared workflows, which only the platform team may read.
const SHARED: &str = "acme/workflows/.github/workflows";
/// A commit of it.
const COMMIT: &str = "5f1d3a0c9b7e42d68a4c1e0f9d2b6a7385c4e1f0";
/// A workflow that somebody else keeps, for what is signed.
const SIGNING: &str = "slsa-framework/slsa-github-generator/.github/workflows/\
                       generator_container_slsa3.yml@v2.1.0";
/// What teams pin to, from the most to the least frequent.
const PINS: [&str; 6] = ["v3", "v3.2.0", "v2", "main", COMMIT, "v3"];
/// Repositories before this place were there before there were templates.
const BEFORE_TEMPLATES: usize = 6;
/// The repository whose entry names one who is gone as its owner.
const OUT_OF_DATE: &str = "backoffice-exports";

/// The files of the repository at a place among all, from its first commit on.
pub(super) fn files(plan: &Plan, place: usize, profile: &Profile) -> Vec<(String, Option<String>)> {
    let mut files = Vec::new();
    let mut write = |path: &str, text: String| files.push((path.to_owned(), Some(text)));
    if plan.fork || matches!(plan.flow, Flow::Still | Flow::Infrastructure) {
        return files;
    }
    // Nobody's stays nobody's.
    if plan.name.starts_with(profile.team) || plan.weight > 0.2 {
        write("catalog-info.yaml", entry(plan, place, profile));
    }
    let pin = PINS[place % PINS.len()];
    let build =
        format!("name: Build\non: push\njobs:\n  build:\n    uses: {SHARED}/build.yml@{pin}\n");
    write(".github/workflows/build.yml", build);
    if plan.flow != Flow::Library {
        let mut deploy = format!(
            "name: Deploy\non:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    \
             uses: {SHARED}/deploy.yml@{pin}\n    secrets: inherit\n"
        );
        if plan.production.len() > 1 {
            deploy.push_str(&format!("  sign:\n    uses: {SIGNING}\n"));
        }
        write(".github/workflows/deploy.yml", deploy);
    }
    files
}

fn entry(plan: &Plan, place: usize, profile: &Profile) -> String {
    let name = plan.name;
    let owner = if name == OUT_OF_DATE { "user:default/former" } else { profile.team };
    let kind = if plan.flow == Flow::Library { "library" } else { "service" };
    let template = match (kind, place) {
        (_, place) if place < BEFORE_TEMPLATES => None,
        ("library", _) => Some("library"),
        _ if plan.previews => Some("web-frontend"),
        _ if place.is_multiple_of(4) => None,
        _ => Some("backend-service"),
    };
    let template = template.map_or_else(String::new, |template| {
        format!("    backstage.io/source-template: template:default/{template}\n")
    });
    let docs = if place.is_multiple_of(3) { "" } else { "    backstage.io/techdocs-ref: dir:.\n" };
    let links = if place.is_multiple_of(2) {
        "  links:\n    - { url: https://slo.example.org, title: SLO }\n    \
         - { url: https://call.example.org, title: On-call }\n"
    } else {
        ""
    };
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  \
         annotations:\n    github.com/project-slug: acme/{name}\n{template}{docs}{links}spec:\n  \
         type: {kind}\n  lifecycle: production\n  owner: {owner}\n"
    )
}
