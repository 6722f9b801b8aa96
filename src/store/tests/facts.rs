//! Facts in and out: nothing lost, nothing told twice.

use super::*;

#[tokio::test]
async fn every_kind_of_fact_comes_back_with_all_its_fields() {
    let Opened { store, path, _folder } = opened().await;
    let facts = every_kind();
    let newest = store.commit(&facts, &[]).await.unwrap();
    assert_eq!(newest, facts.len() as u64);
    assert_eq!(all(&store).await, facts);
    store.close().await;
    let store = Store::open(&path).await.unwrap();
    assert_eq!(all(&store).await, facts, "after opening it again");
    assert_eq!(*store.news().borrow(), newest);
}

#[tokio::test]
async fn the_same_facts_again_are_no_news() {
    let Opened { store, _folder, .. } = opened().await;
    let facts = every_kind();
    let newest = store.commit(&facts, &[]).await.unwrap();
    let again: Vec<Fact> = facts.iter().rev().cloned().collect();
    assert_eq!(store.commit(&again, &[cursor("c1")]).await.unwrap(), newest);
    let page = store.facts_since(newest, 10).await.unwrap();
    assert_eq!(page, FactPage { facts: vec![], last: newest, more: false });
}

/// Each kind with another value in a field, to be told after the first.
fn changed() -> Vec<(Fact, Fact)> {
    vec![
        (
            Fact::Repository(repository()),
            Fact::Repository(Repository { head: None, ..repository() }),
        ),
        (
            Fact::Deployment(deployment(1)),
            Fact::Deployment(Deployment { statuses: vec![], ..deployment(1) }),
        ),
        (
            Fact::PullRequest(pull_request()),
            Fact::PullRequest(PullRequest { hotfix: false, ..pull_request() }),
        ),
        (Fact::Commit(commit(1)), Fact::Commit(Commit { parents: vec![], ..commit(1) })),
        (Fact::Incident(incident()), Fact::Incident(Incident { component: None, ..incident() })),
        (Fact::Progress(progress(true, Some(50))), Fact::Progress(progress(false, Some(60)))),
        (Fact::Claims(claims()), Fact::Claims(Claims { claims: vec![], ..claims() })),
        (Fact::Survey(survey()), Fact::Survey(Survey { closed: Time(61), ..survey() })),
    ]
}

#[tokio::test]
async fn a_changed_fact_replaces_the_one_before_and_is_news() {
    for (before, after) in changed() {
        let Opened { store, _folder, .. } = opened().await;
        let first = store.commit(&[before, Fact::Commit(commit(200))], &[]).await.unwrap();
        let second = store.commit(std::slice::from_ref(&after), &[]).await.unwrap();
        assert!(second > first);
        let page = store.facts_since(first, 10).await.unwrap();
        assert_eq!(page, FactPage { facts: vec![after.clone()], last: second, more: false });
        let total = all(&store).await;
        assert_eq!(total, [Fact::Commit(commit(200)), after], "in order of change, once each");
    }
}

#[tokio::test]
async fn pages_give_each_fact_once_in_order_of_change() {
    let Opened { store, _folder, .. } = opened().await;
    let facts = every_kind();
    store.commit(&facts, &[]).await.unwrap();
    for limit in [0, 1, 3, facts.len() - 1, facts.len(), 100] {
        let (mut read, mut after) = (Vec::new(), 0);
        loop {
            let page = store.facts_since(after, limit).await.unwrap();
            assert!(page.facts.len() <= limit.max(1));
            assert_eq!(page.last, after + page.facts.len() as u64);
            after = page.last;
            read.extend(page.facts);
            if !page.more {
                break;
            }
        }
        assert_eq!(read, facts, "pages of {limit}");
    }
}

#[tokio::test]
async fn a_rename_is_remembered_whatever_the_source_says_later() {
    let Opened { store, _folder, .. } = opened().await;
    let named = |full_name: &str, former: &[&str]| {
        let former_names = former.iter().map(|name| Arc::from(*name)).collect();
        Fact::Repository(Repository { full_name: full_name.into(), former_names, ..repository() })
    };
    for (told, stored) in [
        (named("acme/a", &[]), named("acme/a", &[])),
        (named("acme/b", &[]), named("acme/b", &["acme/a"])),
        (named("acme/b", &[]), named("acme/b", &["acme/a"])),
        (named("beta/b", &["acme/z"]), named("beta/b", &["acme/a", "acme/b", "acme/z"])),
        (named("acme/a", &[]), named("acme/a", &["acme/b", "acme/z", "beta/b"])),
    ] {
        store.commit(&[told], &[]).await.unwrap();
        assert_eq!(all(&store).await, [stored]);
    }
}

#[tokio::test]
async fn a_repository_is_gone_only_by_its_present_name() {
    let Opened { store, _folder, .. } = opened().await;
    let told = |full_name: &str, former: &[&str], state| {
        let former_names = former.iter().map(|name| Arc::from(*name)).collect();
        let full_name = full_name.into();
        Fact::Repository(Repository { full_name, former_names, state, ..repository() })
    };
    let (active, gone) = (RepositoryState::Active, RepositoryState::Gone);
    let transferred = told("beta/a", &["acme/a"], active);
    for (told, stored) in [
        (told("acme/a", &[], active), told("acme/a", &[], active)),
        (told("acme/a", &[], gone), told("acme/a", &[], gone)),
        (told("beta/a", &[], active), transferred.clone()),
        // Whoever lost it to another account still calls it by its former name.
        (told("acme/a", &[], gone), transferred),
        (told("beta/a", &[], gone), told("beta/a", &["acme/a"], gone)),
    ] {
        store.commit(&[told], &[]).await.unwrap();
        assert_eq!(all(&store).await, [stored]);
    }
}

#[tokio::test]
async fn progress_never_goes_backwards() {
    let Opened { store, _folder, .. } = opened().await;
    for (told, stored, is_news) in [
        (progress(false, None), progress(false, None), true),
        (progress(false, Some(10)), progress(false, Some(10)), true),
        (progress(true, Some(5)), progress(true, Some(10)), true),
        (progress(true, Some(7)), progress(true, Some(10)), false),
        (progress(true, None), progress(true, Some(10)), false),
        (progress(true, Some(11)), progress(true, Some(11)), true),
    ] {
        let before = *store.news().borrow();
        let newest = store.commit(&[Fact::Progress(told)], &[]).await.unwrap();
        assert_eq!(newest > before, is_news, "{told:?}");
        assert_eq!(all(&store).await, [Fact::Progress(stored)]);
    }
}

#[tokio::test]
async fn cursors_and_named_values_are_kept_and_replaced() {
    let Opened { store, path, _folder } = opened().await;
    let incidents = CursorUpdate { of: CursorOf::History(Collector::Incidents), ..cursor("i") };
    store.commit(&[], &[cursor("a"), incidents.clone()]).await.unwrap();
    store.commit(&[], &[cursor("b")]).await.unwrap();
    assert_eq!(store.meta_get("discovery/acme").await.unwrap(), None);
    store.meta_set("discovery/acme", "x").await.unwrap();
    store.meta_set("discovery/acme", "y").await.unwrap();
    store.close().await;
    let store = Store::open(&path).await.unwrap();
    assert_eq!(store.cursors().await.unwrap(), [cursor("b"), incidents]);
    assert_eq!(store.meta_get("discovery/acme").await.unwrap().as_deref(), Some("y"));
}

#[tokio::test]
async fn followers_are_woken_by_news_and_only_by_news() {
    let Opened { store, _folder, .. } = opened().await;
    let mut news = store.news();
    news.mark_unchanged();
    let newest = store.commit(&[Fact::Commit(commit(1))], &[]).await.unwrap();
    assert!(news.has_changed().unwrap());
    assert_eq!(*news.borrow_and_update(), newest);
    store.commit(&[Fact::Commit(commit(1))], &[cursor("a")]).await.unwrap();
    assert!(!news.has_changed().unwrap());
}

#[tokio::test]
async fn logins_hash_alike_in_one_store_and_differently_in_another() {
    let Opened { store, path, _folder } = opened().await;
    let other = opened().await;
    let octocat = store.login_hasher().person("Octocat");
    assert_eq!(store.login_hasher().person("octocat"), octocat, "logins ignore case");
    assert_ne!(store.login_hasher().person("octodog"), octocat);
    assert_ne!(other.store.login_hasher().person("octocat"), octocat);
    store.close().await;
    let store = Store::open(&path).await.unwrap();
    assert_eq!(store.login_hasher().person("octocat"), octocat, "after opening it again");
}

#[tokio::test]
async fn another_key_makes_other_hashes_of_the_same_people() {
    let Opened { store, path, _folder } = opened().await;
    let octocat = store.login_hasher().person("octocat");
    let mut pull = pull_request();
    pull.reviews[1].author.person = Some(octocat);
    let mut other = commit(9);
    other.author.person = None;
    let mut told = every_kind();
    told.retain(|fact| !matches!(fact, Fact::PullRequest(_)));
    let mut known = commit(8);
    known.author.person = Some(octocat);
    let commits = [other.clone(), known].map(Fact::Commit);
    told.extend(commits.into_iter().chain([Fact::PullRequest(pull.clone())]));
    store.commit(&told, &[cursor("a")]).await.unwrap();
    let before = store.facts_since(0, 100).await.unwrap().facts;
    let people = store.rotate_login_key().await.unwrap();
    store.close().await;

    let store = Store::open(&path).await.unwrap();
    let now = store.login_hasher().person("octocat");
    assert_ne!(now, octocat);
    let after = store.facts_since(0, 100).await.unwrap().facts;
    assert_eq!(after.len(), before.len());
    let changed = after.iter().filter(|fact| !before.contains(fact));
    assert_eq!(changed.count() as u64, people, "what names nobody stays as it is");
    let find = |fact: &Fact| match fact {
        Fact::PullRequest(pull) => Some(pull.clone()),
        _ => None,
    };
    let found = after.iter().find_map(find).unwrap();
    assert_eq!(found.reviews[1].author.person, Some(now), "who is who stays the same");
    assert_eq!(found.author.person, found.reviews[0].author.person);
    assert_ne!(found.author.person, pull.author.person);
    assert!(after.contains(&Fact::Commit(other)));
    assert_eq!(store.cursors().await.unwrap(), [cursor("a")]);
    store.close().await;
    let bytes = std::fs::read(&path).unwrap();
    for stored in [&octocat.0.to_be_bytes()[..], octocat.0.to_string().as_bytes()] {
        let left = bytes.windows(stored.len()).any(|window| window == stored);
        assert!(!left, "an old hash is left in the file");
    }
}

#[tokio::test]
async fn what_this_program_never_wrote_is_reported_as_damage() {
    for statement in [
        "UPDATE deployments SET statuses = '[{]'",
        "UPDATE deployments SET statuses = '[{\"at\":1,\"state\":\"exploded\"}]'",
        "UPDATE progress SET collector = 'surveys' WHERE collector = 'commits'",
    ] {
        let Opened { store, path, _folder } = opened().await;
        store.commit(&every_kind(), &[]).await.unwrap();
        meddle(&path, statement).await;
        let error = store.facts_since(0, 100).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{statement}: {error}");
        assert!(error.to_string().contains(&path.display().to_string()));
    }
}

#[tokio::test]
async fn deployments_elsewhere_are_counted_once_and_are_no_news() {
    let Opened { store, _folder, .. } = opened().await;
    let other = |id: u64, environment: &str, at: i64| {
        let (id, repo, created_at) = (DeploymentId(id), RepoId(7), Time(at));
        let environment = environment.into();
        Fact::OtherDeployment(OtherDeployment { id, repo, environment, created_at })
    };
    let told = [other(11, "prd", 50), other(12, "prd", 40), other(13, "staging", 60)];
    for _ in 0..2 {
        assert_eq!(store.commit(&told, &[]).await.unwrap(), 0);
    }
    // The patterns changed, and this one is a fact now.
    let produced = Deployment { environment: "prd".into(), ..deployment(12) };
    store.commit(&[Fact::Deployment(produced)], &[]).await.unwrap();
    assert_eq!(all(&store).await.len(), 1);
    let counted = async || {
        let found = store.other_deployments(&[RepoId(7), RepoId(8)]).await.unwrap();
        let counts = found.into_iter().map(|one| {
            (one.environment.to_string(), one.deployments, one.first_at.0, one.newest_at.0)
        });
        counts.collect::<Vec<_>>()
    };
    let prd = ("prd".to_owned(), 1, 50, 50);
    assert_eq!(counted().await, [prd, ("staging".to_owned(), 1, 60, 60)]);
    store.forget_other_deployments(Time(60)).await.unwrap();
    assert_eq!(counted().await, [("staging".to_owned(), 1, 60, 60)]);
    store.purge(RepoId(7), false).await.unwrap();
    assert!(counted().await.is_empty());
}
