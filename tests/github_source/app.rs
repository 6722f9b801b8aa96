//! A GitHub App's tokens: minted, renewed, refused, and what is told where there are none.

use crate::app_key::{self, AppKey, key};
use crate::fixture::{DAY, NOW, World};
use dora_exporter::config::{AppSettings, Credential, GitHubSettings};
use dora_exporter::sources::SourceError;
use github_sim::{App, Fault, Installation, NodeFault, Scenario, When};
use std::path::{Path, PathBuf};

const HOUR: i64 = 3600;

/// Two accounts with a repository each, and an App that is installed on the first.
struct Estate {
    world: World,
    folder: tempfile::TempDir,
}

fn write(folder: &Path, key: &str) -> PathBuf {
    let path = folder.join("app.pem");
    std::fs::write(&path, key).unwrap();
    path
}

impl Estate {
    async fn new() -> Estate {
        Estate::with(|_| {}).await
    }

    async fn with(change: impl Fn(&mut AppSettings)) -> Estate {
        let folder = tempfile::tempdir().unwrap();
        let file = write(folder.path(), &key().private);
        let mut scenario = Scenario::new();
        scenario.repository(NOW - 30 * DAY, "acme/api");
        scenario.repository(NOW - 30 * DAY, "globex/web");
        let world = World::with(&mut scenario, |settings: &mut GitHubSettings| {
            let mut app = AppSettings {
                app_id: "77".to_owned(),
                private_key_file: file.clone(),
                installation_id: None,
                account: "acme".to_owned(),
            };
            change(&mut app);
            settings.organizations = vec![app.account.clone()];
            settings.credential = Credential::App(app);
        })
        .await;
        let public_key = key().public.clone();
        let app = App { id: 77, slug: "dora-reader".to_owned(), public_key };
        world.sim.apps().register(app);
        world.sim.apps().install(Installation::reading(7, "Acme"));
        Estate { world, folder }
    }

    async fn names(&self) -> Result<Vec<String>, SourceError> {
        let found = self.world.github.discover(&[]).await?;
        assert!(found.failures.is_empty(), "{:?}", found.failures);
        Ok(found.repositories.iter().map(|one| one.full_name.to_string()).collect())
    }

    async fn error(&self) -> String {
        let error = self.world.github.discover(&[]).await.unwrap_err();
        assert!(error.concerns_the_whole_source(), "{error}");
        assert_eq!(error.reason(), "unauthorized", "{error}");
        let text = error.to_string();
        assert!(!text.contains("ghs_") && !text.contains("PRIVATE KEY"), "{text}");
        text
    }
}

#[tokio::test]
async fn an_installations_token_reads_its_account_and_is_renewed_before_its_end() {
    let estate = Estate::new().await;
    let (world, minted) = (&estate.world, || estate.world.sim.apps().minted());
    assert_eq!(estate.names().await.unwrap(), ["acme/api"]);
    assert_eq!(estate.names().await.unwrap(), ["acme/api"]);
    assert_eq!(minted(), 1);
    let installation = world.github.installation().await.unwrap();
    assert_eq!((installation.id, &*installation.account), (7, "Acme"));
    assert_eq!(installation.permissions["contents"], "read");
    assert!(!installation.selected);

    world.clock.advance(HOUR - 6 * 60);
    estate.names().await.unwrap();
    assert_eq!(minted(), 1);
    world.clock.advance(2 * 60);
    estate.names().await.unwrap();
    assert_eq!(minted(), 2, "five minutes before its end");
    world.clock.advance(40 * HOUR);
    estate.names().await.unwrap();
    assert_eq!(minted(), 3, "the machine slept");
    let statuses = world.sim.meter().statuses;
    assert_eq!(statuses.get(&401), None, "no request bore an ended token: {statuses:?}");
    assert_eq!(world.sim.meter().paths["/app/installations"], 1);
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_token() {
    let estate = Estate::new().await;
    let asked = (0..8).map(|_| estate.world.github.discover(&[]));
    for found in futures(asked).await {
        assert_eq!(found.unwrap().repositories.len(), 1);
    }
    assert_eq!(estate.world.sim.apps().minted(), 1);
}

async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in all.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        match done.iter().all(Option::is_some) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once() {
    let estate = Estate::new().await;
    estate.names().await.unwrap();
    estate.world.sim.apps().revoke_tokens();
    assert_eq!(estate.names().await.unwrap(), ["acme/api"]);
    assert_eq!(estate.world.sim.apps().minted(), 2);
    let always = When {
        times: 2,
        operation: Some("OrganizationRepositories".to_owned()),
        ..When::default()
    };
    estate
        .world
        .sim
        .faults()
        .on_requests(Fault::Message(401, "Bad credentials".to_owned()), always);
    let error = estate.error().await;
    assert!(error.contains("the app 77, installed on acme was refused (HTTP 401)"), "{error}");
    assert_eq!(estate.world.sim.apps().minted(), 3);
}

#[tokio::test]
async fn a_machine_whose_clock_is_wrong_proves_itself_by_the_servers() {
    for hours in [-30, -1, 1, 30] {
        let estate = Estate::new().await;
        let github = estate.world.ahead(hours * HOUR);
        assert_eq!(github.discover(&[]).await.unwrap().repositories.len(), 1, "{hours} h");
        assert_eq!(estate.world.sim.apps().minted(), 1, "{hours} h");
        github.discover(&[]).await.unwrap();
        assert_eq!(estate.world.sim.apps().minted(), 1, "{hours} h");
    }
}

#[tokio::test]
async fn a_key_that_was_rotated_is_read_again() {
    let estate = Estate::new().await;
    estate.names().await.unwrap();
    let other: AppKey = app_key::generate();
    let public_key = other.public.clone();
    let app = App { id: 77, slug: "dora-reader".to_owned(), public_key };
    estate.world.sim.apps().register(app);
    estate.world.clock.advance(2 * HOUR);
    let error = estate.error().await;
    let told = "GitHub refuses the key of the app 77 in ";
    assert!(error.contains(told) && error.contains("could not be decoded"), "{error}");
    write(estate.folder.path(), &other.pkcs8);
    assert_eq!(estate.names().await.unwrap(), ["acme/api"]);
    std::fs::remove_file(estate.folder.path().join("app.pem")).unwrap();
    assert_eq!(estate.names().await.unwrap(), ["acme/api"], "the token is good for an hour");
    estate.world.clock.advance(2 * HOUR);
    let error = estate.error().await;
    assert!(error.contains("app.pem cannot be read: No such file"), "{error}");
}

#[tokio::test]
async fn trouble_while_a_token_is_renewed_costs_nothing_while_the_former_is_good() {
    let estate = Estate::new().await;
    estate.names().await.unwrap();
    estate.world.clock.advance(HOUR - 3 * 60);
    let minting = When { times: 1, mentions: Some("/access_tokens".to_owned()), ..When::default() };
    estate.world.sim.faults().on_requests(Fault::Html(502), minting.clone());
    assert_eq!(estate.names().await.unwrap(), ["acme/api"]);
    assert_eq!(estate.world.sim.apps().minted(), 1);
    assert_eq!(estate.world.clock.waits(), Vec::<i64>::new(), "nobody waited");
    estate.names().await.unwrap();
    assert_eq!(estate.world.sim.apps().minted(), 2);
    // Where there is no other token, trouble is waited out.
    estate.world.clock.advance(2 * HOUR);
    estate.world.sim.faults().on_requests(Fault::Html(502), minting);
    assert_eq!(estate.names().await.unwrap(), ["acme/api"]);
    assert_eq!(estate.world.sim.apps().minted(), 3);
}

#[tokio::test]
async fn where_the_app_is_not_installed_is_told_with_where_to_install_it() {
    let estate = Estate::with(|app| app.account = "globex".to_owned()).await;
    for id in 100..350 {
        estate.world.sim.apps().install(Installation::reading(id, &format!("org-{id}")));
    }
    let error = estate.error().await;
    let told = "the app 77 is not installed on `globex` (it is on Acme, org-100, org-101, org-102, \
                org-103 and 246 more): install it at \
                https://github.com/apps/dora-reader/installations/new";
    assert!(error.contains(told), "{error}");
    estate.world.sim.apps().install(Installation::reading(999, "globex"));
    assert_eq!(estate.names().await.unwrap(), ["globex/web"], "on the third page");
    estate.world.sim.apps().uninstall(999);
    estate.world.sim.apps().install(Installation::reading(1_000, "globex"));
    assert_eq!(estate.names().await.unwrap(), ["globex/web"], "installed anew");
    estate.world.sim.apps().uninstall(1_000);
    assert!(estate.error().await.contains("is not installed on `globex`"));
}

#[tokio::test]
async fn a_suspended_installation_is_told_and_works_again_afterwards() {
    let estate = Estate::new().await;
    let sound = Installation::reading(7, "acme");
    let suspended = Installation { suspended_at: Some(NOW), ..sound.clone() };
    for is_new in [true, false] {
        estate.world.sim.apps().install(suspended.clone());
        let error = estate.error().await;
        assert!(error.contains("of the app 77 on `acme` is suspended"), "{is_new}: {error}");
        estate.world.sim.apps().install(sound.clone());
        assert_eq!(estate.names().await.unwrap(), ["acme/api"]);
    }
}

#[tokio::test]
async fn an_installation_that_is_named_is_not_looked_up_and_must_be_the_accounts() {
    let estate = Estate::with(|app| app.installation_id = Some(7)).await;
    assert_eq!(estate.names().await.unwrap(), ["acme/api"]);
    assert_eq!(estate.world.sim.meter().paths.get("/app/installations"), None);
    let estate = Estate::with(|app| app.installation_id = Some(8)).await;
    assert!(estate.error().await.contains("has no installation 8"));
    estate.world.sim.apps().install(Installation::reading(8, "globex"));
    assert!(estate.error().await.contains("is on `globex`, not on `acme`"));
}

#[tokio::test]
async fn an_app_that_is_unknown_or_has_no_usable_key_is_told() {
    let estate = Estate::with(|app| app.app_id = "78".to_owned()).await;
    assert!(estate.error().await.contains("there is no app 78 at http://"));
    let cut: String = key().private.lines().take(8).map(|line| format!("{line}\n")).collect();
    let unusable = [cut + "-----END RSA PRIVATE KEY-----\n", key().public.clone(), String::new()];
    for text in unusable {
        write(estate.folder.path(), &text);
        let error = estate.world.connect().err().unwrap().to_string();
        assert!(error.contains("app.pem is no RSA private key in PEM"), "{error}");
    }
}

#[tokio::test]
async fn a_permission_that_is_missing_costs_only_what_needs_it() {
    let estate = Estate::new().await;
    let mut lacking = Installation::reading(7, "acme");
    lacking.permissions.remove("issues");
    estate.world.sim.apps().install(lacking);
    let repositories = estate.world.github.discover(&[]).await.unwrap().repositories;
    let surveys = estate
        .world
        .github
        .survey(&repositories, delivery::domain::Time(NOW), |_| ())
        .await
        .unwrap();
    let unreadable: Vec<&str> = surveys[0].unreadable.iter().map(|(list, _)| list.name()).collect();
    assert_eq!(unreadable, ["incidents"], "{surveys:?}");
    let by_integration = NodeFault {
        kind: Some("FORBIDDEN".to_owned()),
        message: "Resource not accessible by integration".to_owned(),
    };
    assert!(surveys[0].unreadable[0].1.to_string().contains(&by_integration.message));
}
