//! What declared components select, and what they refuse.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::tests::load_text;
use delivery::domain::{DeploymentId, DeploymentState, Oid, RepoId, RepositoryState, Time};

const TWO: &str = r#"
[[github]]
repositories = ["acme/shop"]
[[components]]
repo = "acme/Shop"
name = "api"
paths = ["services/api/", "libs/*.rs"]
deployments = { environment = "*-api", payload = { service = "api", canary = false } }
team = "payments"
[[components]]
repo = "acme/shop"
name = "web"
paths = ["**/*.css", "services/web"]
deployments = { task = "deploy:web" }
"#;

fn components(text: &str) -> Components {
    load_text(text, &[]).unwrap().components
}

fn repository(full_name: &str, former: &[&str]) -> Repository {
    Repository {
        id: RepoId(1),
        node_id: "R".into(),
        full_name: full_name.into(),
        former_names: former.iter().map(|name| (*name).into()).collect(),
        host: "github".into(),
        state: RepositoryState::Active,
        head: None,
        created_at: None,
    }
}

fn deployment(environment: &str, moved: Option<&str>, marks: &[DeploymentMark]) -> Deployment {
    Deployment {
        id: DeploymentId(1),
        node_id: "D".into(),
        repo: RepoId(1),
        sha: Oid([0; 20]),
        environment: environment.into(),
        created_at: Time(0),
        marks: marks.to_vec(),
        statuses: vec![DeploymentStatus {
            at: Time(1),
            state: DeploymentState::Success,
            environment: moved.map(Arc::from),
        }],
    }
}

fn payload(field: &str, value: &str) -> DeploymentMark {
    DeploymentMark::Payload(field.into(), value.into())
}

#[test]
fn a_repositorys_components_are_found_by_its_name_and_by_its_former_ones() {
    let components = components(TWO);
    let names = |full_name, former| {
        let found = components.of(&repository(full_name, former));
        found.iter().map(|one| one.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names("acme/shop", &[]), ["api", "web"]);
    assert_eq!(names("acme/store", &["acme/shop"]), ["api", "web"]);
    assert!(names("acme/other", &["acme/store"]).is_empty());
}

#[test]
fn a_deployment_is_of_the_component_whose_whole_selector_matches() {
    let components = components(TWO);
    let shop = components.of(&repository("acme/shop", &[]));
    let claimed = |deployment: &Deployment| {
        claimants(&shop, deployment).0.map_or("", |one| &one.name).to_owned()
    };
    let api = [payload("service", "api"), payload("canary", "false")];
    assert_eq!(claimed(&deployment("Production-API", None, &api)), "api");
    assert_eq!(claimed(&deployment("staging", Some("production-api"), &api)), "api");
    assert_eq!(claimed(&deployment("production-api", None, &api[..1])), "");
    assert_eq!(claimed(&deployment("production", None, &api)), "");
    let web = DeploymentMark::Task("deploy:web".into());
    assert_eq!(claimed(&deployment("production", None, std::slice::from_ref(&web))), "web");
    let both = [api[0].clone(), api[1].clone(), web];
    let contested = deployment("production-api", None, &both);
    let (first, second) = claimants(&shop, &contested);
    assert_eq!((&*first.unwrap().name, &*second.unwrap().name), ("api", "web"), "the first has it");
}

#[test]
fn paths_are_matched_with_case_and_folders_mean_what_is_in_them() {
    let components = components(TWO);
    let shop = components.of(&repository("acme/shop", &[]));
    for (path, expected) in [
        ("services/api/src/main.rs", &["api"][..]),
        ("services/api", &["api"]),
        ("services/apiary/x", &[]),
        ("Services/api/x", &[]),
        ("libs/a.rs", &["api"]),
        ("libs/deep/a.rs", &[]),
        ("main.css", &["web"]),
        ("services/api/main.css", &["api", "web"]),
    ] {
        assert_eq!(
            touched(&shop, [path].into_iter()).iter().map(|name| &**name).collect::<Vec<_>>(),
            expected,
            "{path}"
        );
    }
}

#[test]
fn fingerprints_change_with_what_they_stand_for_only() {
    let (one, moved) = (components(TWO), components(&TWO.replace("libs/", "lib/")));
    let shop = repository("acme/shop", &[]);
    assert_ne!(paths_fingerprint(&one.of(&shop)), paths_fingerprint(&moved.of(&shop)));
    assert_eq!(selectors_fingerprint(&one.of(&shop)), selectors_fingerprint(&moved.of(&shop)));
    let other = components(&TWO.replace("deploy:web", "web"));
    assert_ne!(selectors_fingerprint(&one.of(&shop)), selectors_fingerprint(&other.of(&shop)));
    assert_eq!(paths_fingerprint(&one.of(&shop)), paths_fingerprint(&other.of(&shop)));
}

fn entry(name: &str, root: &str) -> CatalogComponent {
    CatalogComponent { name: name.into(), root: root.into(), ..CatalogComponent::default() }
}

fn catalogued(entries: &[(&str, &str)]) -> Vec<ComponentSettings> {
    let component = |(name, root): &(&str, &str)| {
        ComponentSettings::catalogued(&Arc::from("acme/shop"), &entry(name, root))
    };
    entries.iter().map(component).collect()
}

#[test]
fn a_deployment_names_a_component_of_the_catalog_in_its_environment_task_or_payload() {
    let all = catalogued(&[("pay-api", ""), ("api", ""), ("web", "")]);
    let all: Vec<&ComponentSettings> = all.iter().collect();
    let task = |text: &str| DeploymentMark::Task(text.into());
    let field = |name: &str, value: &str| DeploymentMark::Payload(name.into(), value.into());
    for (environment, moved, marks, expected) in [
        ("production-api", None, vec![], vec!["api"]),
        ("API/production", None, vec![], vec!["api"]),
        ("production-pay-api", None, vec![], vec!["pay-api"]),
        ("production", Some("production (web)"), vec![], vec!["web"]),
        ("production", None, vec![task("deploy:web")], vec!["web"]),
        ("production", None, vec![task("api")], vec!["api"]),
        ("production", None, vec![field("service", "web")], vec!["web"]),
        ("production", None, vec![field("region", "web")], vec!["pay-api", "api", "web"]),
        ("production-apis", None, vec![], vec!["pay-api", "api", "web"]),
        ("production", None, vec![], vec!["pay-api", "api", "web"]),
    ] {
        let deployment = deployment(environment, moved, &marks);
        let found: Vec<&str> =
            deployed(&all, &deployment).iter().map(|component| &*component.name).collect();
        assert_eq!(found, expected, "{environment} {moved:?} {marks:?}");
    }
}

#[test]
fn a_component_of_the_catalog_has_the_changes_of_its_folder() {
    let all = catalogued(&[("api", "services/api"), ("all", ""), ("odd", "a[b]"), ("x", ".git")]);
    let all: Vec<&ComponentSettings> = all.iter().collect();
    let of = |path: &'static str| -> Vec<String> {
        let names = touched(&all, [path].into_iter());
        names.iter().map(|name| name.to_string()).collect()
    };
    assert_eq!(of("services/api/main.rs"), ["api"]);
    assert_eq!(of("a[b]/x"), ["odd"], "a folder's name is no pattern");
    assert_eq!(of("services/apis"), Vec::<String>::new());
    let whole: Vec<bool> = all.iter().map(|one| one.paths.is_empty()).collect();
    assert_eq!(whole, [false, true, false, true], "these have every change");
}

#[test]
fn components_of_the_catalog_are_shared_and_declared_ones_come_first() {
    let mut known = components(TWO);
    let reader = known.clone();
    let one = repository("acme/shop", &[]);
    let other = Repository { id: RepoId(2), ..repository("acme/blog", &[]) };
    let found = |components: &Components, repo: &Repository| -> Vec<String> {
        components.of(repo).iter().map(|one| one.name.to_string()).collect()
    };
    let entries = || catalogued(&[("a", "a"), ("b", "b")]);
    known.publish([(RepoId(1), entries()), (RepoId(2), entries())].into());
    assert_eq!(found(&known, &one), ["api", "web"]);
    assert_eq!(found(&known, &other), ["a", "b"]);
    assert_eq!(found(&reader, &other), Vec::<String>::new(), "a state stays as it was taken");
    assert_eq!(found(&reader.now(), &other), ["a", "b"]);
    known.publish([].into());
    assert_eq!(found(&reader.now(), &other), Vec::<String>::new());
}
