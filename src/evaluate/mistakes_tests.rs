//! Which mistakes are found in components, and when there is too little to say so.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::{ConfigFile, Sources, load};
use delivery::domain::{
    Author, DeploymentId, DeploymentState, DeploymentStatus, Oid, RepositoryState,
};

pub(crate) fn components(selectors: [&str; 2]) -> Components {
    let mut text = "[[github]]\nrepositories = [\"acme/shop\"]\n".to_owned();
    for (name, environment) in ["api", "web"].iter().zip(selectors) {
        text.push_str(&format!(
            "[[components]]\nrepo = \"acme/shop\"\nname = \"{name}\"\npaths = [\"{name}\"]\n\
             deployments = {{ environment = \"{environment}\" }}\n"
        ));
    }
    let sources = Sources {
        file: Some(ConfigFile::Text { name: "test".into(), text }),
        environment: [("GITHUB_TOKEN".to_owned(), "t".to_owned())].into(),
        ..Sources::default()
    };
    load(&sources).unwrap().components
}

pub(crate) fn repository() -> Repository {
    Repository {
        id: RepoId(1),
        node_id: "R".into(),
        full_name: "acme/shop".into(),
        former_names: Vec::new(),
        host: "github".into(),
        state: RepositoryState::Active,
        head: None,
        created_at: None,
    }
}

pub(crate) fn deployment(id: u64, environment: &str) -> Deployment {
    Deployment {
        id: DeploymentId(id),
        node_id: "D".into(),
        repo: RepoId(1),
        sha: Oid([0; 20]),
        environment: environment.into(),
        created_at: Time(0),
        marks: Vec::new(),
        statuses: vec![DeploymentStatus {
            at: Time(1),
            state: DeploymentState::Success,
            environment: None,
        }],
    }
}

fn pull(components: Option<&[&str]>) -> PullRequest {
    PullRequest {
        repo: RepoId(1),
        number: 1,
        author: Author { person: None, is_bot: false },
        opened_at: Time(0),
        merged_at: Time(1),
        merge_commit: None,
        head: None,
        commits: Vec::new(),
        readiness: Vec::new(),
        reviews: Vec::new(),
        reverts: Vec::new(),
        hotfix: false,
        additions: 0,
        deletions: 0,
        changed_files: 1,
        components: components.map(|names| names.iter().map(|name| (*name).into()).collect()),
    }
}

/// The keys of the mistakes, and the component that each is with.
fn found(
    selectors: [&str; 2],
    deployments: &[Deployment],
    pulls: &[PullRequest],
    is_enough: bool,
) -> Vec<(String, Option<String>)> {
    let evidence = Evidence {
        deployments: deployments.iter().collect(),
        elsewhere: BTreeMap::new(),
        pulls: pulls.iter().collect(),
        is_enough,
    };
    let found = mistakes(&components(selectors), &repository(), &evidence);
    found.into_iter().map(|one| (one.key, one.with.map(|name| name.to_string()))).collect()
}

#[test]
fn each_mistake_is_found_at_its_key() {
    let both = [deployment(1, "prod-api"), deployment(2, "prod-web")];
    let nothing: [(String, Option<String>); 0] = [];
    assert_eq!(found(["*-api", "*-web"], &both, &[pull(Some(&["api", "web"]))], true), nothing);
    let of_nobody = ("components[1].deployments".to_owned(), None);
    assert_eq!(found(["*-api", "*-wbe"], &both, &[], true), [of_nobody]);
    let contested = ("components[1].deployments".to_owned(), Some("api".to_owned()));
    assert_eq!(found(["prod-*", "*-web"], &both, &[], true), [contested]);
    let unmatched = ("components[0].paths".to_owned(), None);
    assert_eq!(found(["*-api", "*-web"], &both, &[pull(Some(&["web"]))], true), [unmatched]);
}

#[test]
fn what_was_not_read_is_no_evidence() {
    let nothing: [(String, Option<String>); 0] = [];
    let (api, web) = (deployment(1, "prod-api"), pull(Some(&["web"])));
    // The history is not there yet.
    assert_eq!(found(["*-api", "*-web"], &[api], &[web], false), nothing);
    // Nothing was deployed, nothing merged, or the paths are unknown.
    assert_eq!(found(["*-api", "*-web"], &[], &[pull(None)], true), nothing);
}

#[test]
fn a_selector_of_what_is_no_production_is_told_where_that_is_said() {
    let told = |deployments: &[Deployment], elsewhere: &[(&'static str, usize)]| {
        let evidence = Evidence {
            deployments: deployments.iter().collect(),
            elsewhere: elsewhere.iter().copied().collect(),
            pulls: Vec::new(),
            is_enough: true,
        };
        let found = mistakes(&components(["*-canary", "*-web"]), &repository(), &evidence);
        found.into_iter().map(|one| one.message).collect::<Vec<_>>().join("\n")
    };
    let expected = "`api` of acme/shop selects 4 deployments to \"prod-canary\", which is not \
                    production: see production.environments and production.exclude";
    // Whether or not anything else reaches production.
    for deployments in [vec![], vec![deployment(1, "prod-web")]] {
        let text = told(&deployments, &[("prod-canary", 4), ("staging", 9)]);
        assert!(text.starts_with(expected), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    // The daemon keeps nothing of other environments.
    let text = told(&[deployment(1, "prod-web")], &[]);
    assert!(text.contains("selects none of the 1 deployments to production"), "{text}");
    assert!(text.contains("production.exclude"), "{text}");
}
