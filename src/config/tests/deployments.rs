//! `[[deployments]]`: what tells, which environments are production then, and every mistake.

use super::{MINIMAL, load_text, problems};
use crate::config::{DeploymentTeller, RepositoryRules, Settings};
use delivery::domain::DeploymentSource;
use delivery::ledger::ProductionEnvironments;

const ENTRIES: &str = r#"
[[deployments]]
repositories = ["acme/app"]
source = "release"
tags = ["v*"]
[[deployments]]
repositories = ["acme/lib-*"]
source = "tag"
[[deployments]]
repositories = ["acme/hosted"]
[[deployments]]
source = "workflow_run"
workflow = ".github/workflows/deploy.yml"
[[overrides]]
repositories = ["acme/app"]
production = { environments = ["*"] }
"#;

fn settings(text: &str) -> Settings {
    load_text(text, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn environment(settings: &Settings, name: &str) -> Option<String> {
    settings.by_repository(RepositoryRules::clone).of(name).deployments.environment()
}

#[test]
fn the_first_entry_that_matches_tells_and_its_deployments_alone_are_production() {
    let settings = settings(&format!("{MINIMAL}{ENTRIES}"));
    let rules = settings.by_repository(RepositoryRules::clone);
    for (name, source, told) in [
        ("acme/app", DeploymentSource::Release, r#"source = "release", tags = ["v*"]"#),
        ("Acme/Lib-One", DeploymentSource::Tag, r#"source = "tag""#),
        ("acme/hosted", DeploymentSource::GitHubDeployments, "production"),
        (
            "acme/other",
            DeploymentSource::WorkflowRun,
            r#"source = "workflow_run", workflow = "deploy.yml""#,
        ),
    ] {
        let of_it = rules.of(name);
        assert_eq!(of_it.deployments.source(), source, "{name}");
        for environment in ["production", "source = \"tag\"", told] {
            let expected = environment == told;
            assert_eq!(of_it.production.contains(environment), expected, "{name} {environment}");
        }
    }
    let fingerprints = ["acme/app", "acme/lib-one", "acme/hosted", "acme/other"]
        .map(|name| rules.of(name).production.fingerprint());
    let different: std::collections::BTreeSet<&String> = fingerprints.iter().collect();
    assert_eq!(different.len(), 4);
}

#[test]
fn whatever_changes_which_runs_or_releases_are_meant_changes_their_environment() {
    let mut seen = std::collections::BTreeSet::new();
    for entry in [
        "source = \"workflow_run\"\nworkflow = \"deploy.yml\"",
        "source = \"workflow_run\"\nworkflow = \"Deploy\"",
        "source = \"workflow_run\"\nworkflow = \"deploy.yml\"\nbranch = \"refs/heads/live\"",
        "source = \"release\"",
        "source = \"release\"\nprereleases = true",
        "source = \"release\"\ntags = [\"v*\"]",
        "source = \"tag\"",
    ] {
        let settings = settings(&format!("{MINIMAL}[[deployments]]\n{entry}\n"));
        assert!(seen.insert(environment(&settings, "acme/shop").unwrap()), "{entry}");
    }
    let without = settings(MINIMAL);
    assert_eq!(environment(&without, "acme/shop"), None);
    let same = "[[deployments]]\nsource = \"release\"\nprereleases = false\n";
    let same = settings(&format!("{MINIMAL}{same}"));
    assert!(!seen.insert(environment(&same, "acme/shop").unwrap()));
}

#[test]
fn a_workflow_is_named_by_its_file_or_its_name() {
    let of = |workflow: &str| {
        let entry =
            format!("[[deployments]]\nsource = \"workflow_run\"\nworkflow = {workflow:?}\n");
        let settings = settings(&format!("{MINIMAL}{entry}"));
        match &*settings.by_repository(|rules| rules.deployments.clone()).of("acme/shop") {
            DeploymentTeller::WorkflowRun { workflow, .. } => workflow.clone(),
            other => panic!("{other:?}"),
        }
    };
    let path = ".github/workflows/deploy.yml";
    assert!(of("deploy.yml").is("Whatever", path));
    assert!(of(".github/workflows/deploy.yml").is("Whatever", &format!("{path}@refs/heads/main")));
    assert!(!of("deploy.yml").is("deploy.yml", ".github/workflows/other.yml"));
    assert!(of("Deploy to live").is("deploy to LIVE", path));
    assert!(!of("Deploy").is("Deploy to live", path));
}

#[test]
fn each_mistake_is_told_with_the_remedy() {
    for (text, expected) in [
        (
            "source = \"events\"",
            "deployments[0].source (dora.toml, line 4): `events` is not supported yet; write \
             `github_deployments`, `workflow_run`, `release`, `tag`",
        ),
        (
            "source = \"helm\"",
            "deployments[0].source (dora.toml, line 4): `helm` is unknown; write one of \
             `github_deployments`, `workflow_run`, `release`, `tag`",
        ),
        (
            "source = \"workflow_run\"",
            "deployments[0] (dora.toml, line 3): names no workflow; write workflow = \
             \"deploy.yml\", its file in .github/workflows, or its name",
        ),
        (
            "source = \"workflow_run\"\nworkflow = \"ci/deploy.yml\"",
            "deployments[0].workflow (dora.toml, line 5): `ci/deploy.yml` is no file in \
             .github/workflows; write its name there, such as deploy.yml",
        ),
        (
            "source = \"workflow_run\"\nworkflow = \" \"",
            "deployments[0].workflow (dora.toml, line 5): is no name; write deploy.yml, or the \
             workflow's name",
        ),
        (
            "source = \"workflow_run\"\nworkflow = \"a.yml\"\nbranch = \"release/*\"",
            "deployments[0].branch (dora.toml, line 6): is no branch; write the name of one, such \
             as main",
        ),
        (
            "source = \"release\"\nbranch = \"main\"",
            "deployments[0].branch (dora.toml, line 5): goes with source = \"workflow_run\" only; \
             remove it",
        ),
        (
            "source = \"tag\"\nprereleases = true",
            "deployments[0].prereleases (dora.toml, line 5): goes with source = \"release\" only; \
             remove it",
        ),
        (
            "tags = [\"v*\"]",
            "deployments[0].tags (dora.toml, line 4): goes with source = \"release\" or source = \
             \"tag\" only; remove it",
        ),
        (
            "source = \"tag\"\ntags = []",
            "deployments[0].tags (dora.toml, line 5): is empty; write for example [\"v*\"], or \
             remove it",
        ),
        (
            "source = \"tag\"\n[[deployments]]\nrepositories = [\"acme/a\"]\nsource = \"release\"",
            "deployments[1] (dora.toml, line 5): stands behind deployments[0], which matches every \
             repository, and would never be asked; write that one last, or give it `repositories`",
        ),
        (
            "repositories = [\"acme/a\"]\nsource = \"tag\"\n[[deployments]]\nrepositories = \
             [\"Acme/A\"]\nsource = \"release\"",
            "deployments[1].repositories (dora.toml, line 7): `Acme/A` stands in deployments[0] \
             already, and the first match decides; remove one of them",
        ),
        (
            "source = \"tag\"\n[[components]]\nrepo = \"acme/a\"\nname = \"api\"\ndeployments = \
             { task = \"api\" }",
            "components[0].deployments (dora.toml, line 8): `api` of acme/a selects deployments by \
             what a tag does not have; remove this key, or take the repository out of \
             deployments[0]",
        ),
    ] {
        let found = problems(&format!("{MINIMAL}[[deployments]]\n{text}\n"), &[]);
        assert_eq!(found, expected, "{text}");
    }
}
