//! GraphQL: what is shown, how it is paged, and what it costs.

use crate::client::{DAY, NOW, World};
use github_sim::event::Verdict;
use github_sim::{Event, Merge, PullRequest, Scenario};
use serde_json::{Value, json};

/// A repository with a squash-merged, a merge-merged and an open pull request.
fn story() -> Scenario {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 30 * DAY, "acme/pay");
    for (n, how) in [Merge::Squash, Merge::Merge, Merge::Rebase].into_iter().enumerate() {
        let (at, branch) = (NOW - (20 - n as i64) * DAY, format!("feature-{n}"));
        story.commit(at, repo, &branch, "Work\n\nin detail");
        story.commit(at + 10, repo, &branch, "More work");
        let number = story.open_pull(at + 20, repo, &branch, "Feature");
        story.review(at + 30, repo, number, "ada", Verdict::Approved);
        let sha = story.merge(at + 40, repo, number, how);
        story.ship(at + 500, repo, &sha, "production");
    }
    story.commit(NOW - 600, repo, "wip", "Half done");
    let draft = PullRequest { draft: true, ..PullRequest::of("wip", "Draft") };
    story.open(NOW - 500, repo, draft);
    let issue = story.issue(NOW - 400, repo, "Down", &["incident", "sev1"]);
    story.comment(NOW - 350, repo, issue, "caused by #1");
    story.close_issue(NOW - 300, repo, issue);
    story
}

const PULLS: &str = "query Pulls($id: ID!) { node(id: $id) { ... on Repository {
  pullRequests(first: 25, states: [MERGED, OPEN], orderBy: {field: UPDATED_AT, direction: DESC}) {
    totalCount
    nodes { id fullDatabaseId number state isDraft createdAt mergedAt updatedAt reviewDecision baseRefName
      headRefName headRefOid isCrossRepository additions author { __typename login } mergedBy { login }
      mergeCommit { oid parents(first: 2) { nodes { oid } } } labels(first: 20) { nodes { name } }
      commits(first: 50) { totalCount nodes { commit { oid authoredDate messageHeadline messageBody } } }
      reviews(first: 20) { nodes { state submittedAt author { login } } }
      timelineItems(first: 20, itemTypes: [READY_FOR_REVIEW_EVENT, MERGED_EVENT, REVIEW_REQUESTED_EVENT]) {
        nodes { __typename ... on MergedEvent { createdAt commit { oid } } } } } } } } }";

#[tokio::test]
async fn pull_requests_show_their_commits_reviews_and_merges() {
    let world = World::of(story()).await;
    let id = world.id_of("acme", "pay").await;
    let data = world.data(PULLS, json!({"id": id})).await;
    let pulls = &data["node"]["pullRequests"];
    assert_eq!(pulls["totalCount"], 4);
    let numbers: Vec<_> =
        pulls["nodes"].as_array().unwrap().iter().map(|p| p["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [4, 3, 2, 1]);
    let [draft, rebase, merge, squash] = [0, 1, 2, 3].map(|n| &pulls["nodes"][n]);
    assert_eq!(
        (&draft["state"], &draft["isDraft"], &draft["mergeCommit"]),
        (&json!("OPEN"), &json!(true), &Value::Null)
    );
    for (pull, parents) in [(rebase, 1), (merge, 2), (squash, 1)] {
        assert_eq!(pull["state"], "MERGED");
        assert_eq!(pull["commits"]["totalCount"], 2, "{pull}");
        assert_eq!(pull["mergeCommit"]["parents"]["nodes"].as_array().unwrap().len(), parents);
        assert_eq!(pull["timelineItems"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(pull["reviewDecision"], "APPROVED");
    }
    assert_eq!(squash["commits"]["nodes"][0]["commit"]["messageHeadline"], "Work");
    assert_eq!(squash["commits"]["nodes"][0]["commit"]["messageBody"], "in detail");
    assert_eq!(squash["updatedAt"], squash["mergedAt"]);
    assert_ne!(squash["mergeCommit"]["oid"], squash["headRefOid"]);
}

#[tokio::test]
async fn a_new_success_makes_the_earlier_one_inactive() {
    let world = World::of(story()).await;
    let query = r#"{ repository(owner: "acme", name: "pay") { deployments(first: 10, environments: ["production"], orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { state createdAt updatedAt commitOid commit { oid } environment latestStatus { state createdAt }
        statuses(first: 20) { totalCount nodes { state createdAt environment } } } } } }"#;
    let data = world.data(query, json!({})).await;
    let nodes = &data["repository"]["deployments"]["nodes"];
    assert_eq!((&nodes[0]["state"], &nodes[1]["state"]), (&json!("ACTIVE"), &json!("INACTIVE")));
    assert_eq!(nodes[1]["statuses"]["totalCount"], 3);
    assert_eq!(nodes[1]["statuses"]["nodes"][1]["state"], "SUCCESS");
    // The inactive status came with the newer deployment's success, and moved `updatedAt`.
    assert_eq!(nodes[1]["updatedAt"], nodes[0]["updatedAt"]);
    assert_eq!(nodes[0]["commit"]["oid"], nodes[0]["commitOid"]);
}

#[tokio::test]
async fn deployments_and_labels_come_oldest_first_unless_asked() {
    let world = World::of(story()).await;
    let query = r#"{ repository(owner: "acme", name: "pay") { deployments(first: 10) { nodes { createdAt } }
      issues(first: 5, labels: ["INCIDENT"]) { nodes { stateReason closedAt labels(first: 5) { nodes { name } }
        comments(first: 5) { nodes { body author { login } } }
        timelineItems(first: 10, itemTypes: [CLOSED_EVENT, LABELED_EVENT]) { nodes { __typename ... on ClosedEvent { stateReason actor { login } } } } } } } }"#;
    let data = world.data(query, json!({})).await;
    let repo = &data["repository"];
    let times: Vec<&str> = repo["deployments"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["createdAt"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted());
    let issue = &repo["issues"]["nodes"][0];
    assert_eq!(issue["stateReason"], "COMPLETED");
    assert_eq!(issue["labels"]["nodes"], json!([{"name": "incident"}, {"name": "sev1"}]));
    assert_eq!(issue["comments"]["nodes"][0]["body"], "caused by #1");
    assert_eq!(issue["timelineItems"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(
        issue["timelineItems"]["nodes"][2],
        json!({"__typename": "ClosedEvent", "stateReason": "COMPLETED", "actor": {"login": "dev"}})
    );
}

#[tokio::test]
async fn pages_neither_lose_nor_repeat_when_items_are_inserted() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - DAY, "acme/pay");
    for n in 0..25 {
        story.issue(NOW - 5000 + n, repo, "An issue", &[]);
    }
    let world = World::of(story).await;
    let query = "query($cursor: String) { repository(owner: \"acme\", name: \"pay\") {
      issues(first: 10, after: $cursor, orderBy: {field: CREATED_AT, direction: DESC}) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor } edges { cursor node { number } } } } }";
    let (mut cursor, mut seen, mut pages) = (Value::Null, Vec::new(), 0);
    loop {
        let data = world.data(query, json!({"cursor": cursor})).await;
        let issues = &data["repository"]["issues"];
        let edges = issues["edges"].as_array().unwrap();
        seen.extend(edges.iter().map(|edge| edge["node"]["number"].as_i64().unwrap()));
        assert_eq!(issues["pageInfo"]["hasPreviousPage"], json!(pages > 0));
        pages += 1;
        if issues["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        cursor = issues["pageInfo"]["endCursor"].clone();
        let opened = Event::IssueOpened {
            repo,
            number: 100 + pages,
            author: "eve".into(),
            title: "New".into(),
            body: String::new(),
            labels: vec![],
        };
        world.sim.push(NOW, opened).unwrap();
    }
    assert_eq!(pages, 3);
    assert_eq!(seen, (1..=25).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_history_pages_steadily_while_the_branch_moves() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - DAY, "acme/pay");
    for n in 0..9 {
        story.commit(NOW - 1000 + n, repo, "main", &format!("c{n}"));
    }
    let mut later = story.clone();
    let world = World::of(story).await;
    let query = "query($cursor: String, $since: GitTimestamp) { repository(owner: \"acme\", name: \"pay\") { defaultBranchRef { target { oid ... on Commit {
      history(first: 4, after: $cursor, since: $since) { totalCount pageInfo { hasNextPage endCursor } nodes { oid messageHeadline author { user { login } } parents(first: 3) { totalCount nodes { oid } } } } } } } } }";
    let history =
        |data: &Value| data["repository"]["defaultBranchRef"]["target"]["history"].clone();
    let headlines = |page: &Value| {
        page["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["messageHeadline"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = history(&world.data(query, json!({})).await);
    assert_eq!(headlines(&first), ["c8", "c7", "c6", "c5"]);
    let moved = later.commit(NOW - 1, repo, "main", "newer");
    let newer = later.into_events().into_iter().rev().take(1);
    world.sim.extend(newer).unwrap();
    let second =
        history(&world.data(query, json!({"cursor": first["pageInfo"]["endCursor"]})).await);
    assert_eq!(headlines(&second), ["c4", "c3", "c2", "c1"]);
    let again = world.data(query, json!({"since": "2026-05-31T23:43:27Z"})).await;
    assert_eq!(again["repository"]["defaultBranchRef"]["target"]["oid"], moved.as_str());
    assert_eq!(history(&again)["totalCount"], 3);
}

#[tokio::test]
async fn costs_are_githubs() {
    let world = World::of(story()).await;
    let id = world.id_of("acme", "pay").await;
    let probe = |n: usize| {
        (
            "query Changes($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { deployments(first: 1) { nodes { id } } pullRequests(first: 1) { nodes { id } } issues(first: 1) { nodes { id } } releases(first: 1) { nodes { id } } } } rateLimit(dryRun: true) { cost nodeCount } }".to_owned(),
            json!({"ids": vec![id.clone(); n]}),
        )
    };
    let fixed = |query: &str| (query.to_owned(), json!({"id": id}));
    for ((query, variables), points, nodes) in [
        (
            fixed(
                "{ organization(login: \"acme\") { repositories(first: 100) { nodes { repositoryTopics(first: 20) { nodes { topic { name } } } } } } rateLimit(dryRun: true) { cost nodeCount } }",
            ),
            1,
            2100,
        ),
        (probe(37), 1, 148),
        (probe(50), 2, 200),
        (probe(100), 4, 400),
        (
            fixed(
                "query($id: ID!) { node(id: $id) { ... on Repository { deployments(first: 50) { nodes { statuses(first: 20) { nodes { id } } } } } } rateLimit(dryRun: true) { cost nodeCount } }",
            ),
            1,
            1050,
        ),
        (
            fixed(
                "query($id: ID!) { node(id: $id) { ... on Repository { pullRequests(first: 25) { nodes { ...p } } } } rateLimit(dryRun: true) { cost nodeCount } } fragment p on PullRequest { mergeCommit { parents(first: 2) { nodes { oid } } } labels(first: 20) { nodes { name } } commits(first: 50) { nodes { id } } reviews(first: 20) { nodes { id } } timelineItems(first: 20) { nodes { __typename } } }",
            ),
            1,
            2825,
        ),
        (
            fixed(
                "query($id: ID!) { node(id: $id) { ... on Repository { defaultBranchRef { target { ... on Commit { history(first: 100) { nodes { parents(first: 3) { nodes { oid } } associatedPullRequests(first: 2) { nodes { number } } } } } } } } } rateLimit(dryRun: true) { cost nodeCount } }",
            ),
            2,
            600,
        ),
        (
            fixed(
                "query($id: ID!) { node(id: $id) { ... on Repository { issues(first: 100) { nodes { labels(first: 20) { nodes { name } } timelineItems(first: 10) { nodes { __typename } } } } } } rateLimit(dryRun: true) { cost nodeCount } }",
            ),
            2,
            3100,
        ),
        (
            fixed(
                "{ search(type: ISSUE, query: \"org:acme\", first: 50) { nodes { ... on PullRequest { id } ... on Issue { labels(first: 10) { nodes { id } } } } } rateLimit(dryRun: true) { cost nodeCount } }",
            ),
            1,
            550,
        ),
    ] {
        let data = world.data(&query, variables).await;
        assert_eq!(data, json!({"rateLimit": {"cost": points, "nodeCount": nodes}}), "{query}");
    }
    assert_eq!(world.sim.meter().points, 1, "only the query for the id was charged");
}

#[tokio::test]
async fn what_github_refuses_is_refused() {
    let world = World::of(story()).await;
    let ids = vec!["R_kgDOAAAD6Q"; 101];
    for (query, variables, kind) in [
        (
            "{ organization(login: \"acme\") { repositories { nodes { id } } } }",
            json!({}),
            "MISSING_PAGINATION_BOUNDARIES",
        ),
        (
            "{ organization(login: \"acme\") { repositories(first: 101) { nodes { id } } } }",
            json!({}),
            "EXCESSIVE_PAGINATION",
        ),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({"ids": ids}), "ARGUMENT_LIMIT"),
        (
            "{ organization(login: \"acme\") { repositories(first: 100) { nodes { issues(first: 100) { nodes { labels(first: 100) { nodes { id } } } } } } } }",
            json!({}),
            "MAX_NODE_LIMIT_EXCEEDED",
        ),
        ("{ repository(owner: \"acme\", name: \"nothing\") { id } }", json!({}), "NOT_FOUND"),
        ("{ organization(login: \"nobody\") { id } }", json!({}), "NOT_FOUND"),
    ] {
        let answer = world.post(query, variables).await;
        assert_eq!(answer["errors"][0]["type"], kind, "{answer}");
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{answer}");
    }
    let unknown = world.post("{ viewer { favouriteColour } }", json!({})).await;
    let message = unknown["errors"][0]["message"].as_str().unwrap();
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "undefinedField", "{unknown}");
    assert_eq!(message, "Field 'favouriteColour' doesn't exist on type 'User'");
    assert_eq!(unknown.get("data"), None);
    let counted = world
        .data("{ organization(login: \"acme\") { repositories { totalCount } } }", json!({}))
        .await;
    assert_eq!(counted["organization"]["repositories"]["totalCount"], 1);
}

#[tokio::test]
async fn deleted_things_are_null_beside_good_ones() {
    let mut story = story();
    let gone = story.repository(NOW - DAY, "acme/gone");
    story.commit_by(NOW - 1000, gone, "main", "leaver", "Bye");
    let world = World::of(story).await;
    let ids = [world.id_of("acme", "gone").await, world.id_of("acme", "pay").await];
    world.sim.push(NOW - 10, Event::RepositoryDeleted { repo: gone }).unwrap();
    world.sim.push(NOW - 9, Event::AccountDeleted { login: "dev".into() }).unwrap();
    let query = "query($ids: [ID!]!) { repos: nodes(ids: $ids) { ... on Repository { name pullRequest(number: 1) { author { login } mergedBy { login } commits(first: 1) { nodes { commit { author { name user { login } } } } } } } } }";
    let answer = world.post(query, json!({"ids": ids})).await;
    assert_eq!(answer["data"]["repos"][0], Value::Null);
    let error = &answer["errors"][0];
    assert_eq!((&error["type"], &error["path"]), (&json!("NOT_FOUND"), &json!(["repos", 0])));
    assert_eq!(error["locations"][0]["line"], 1);
    let pull = &answer["data"]["repos"][1]["pullRequest"];
    assert_eq!((&pull["author"], &pull["mergedBy"]), (&Value::Null, &Value::Null));
    assert_eq!(
        pull["commits"]["nodes"][0]["commit"]["author"],
        json!({"name": "dev", "user": null})
    );
}

#[tokio::test]
async fn renames_are_followed_by_name_and_ids_do_not_care() {
    let world = World::of(story()).await;
    let id = world.id_of("acme", "pay").await;
    world
        .sim
        .push(
            NOW,
            Event::RepositoryMoved { repo: 1001, owner: "acme".into(), name: "payments".into() },
        )
        .unwrap();
    let followed = world
        .data("{ repository(owner: \"acme\", name: \"pay\") { nameWithOwner } }", json!({}))
        .await;
    assert_eq!(followed["repository"]["nameWithOwner"], "acme/payments");
    let strict = world
        .post(
            "{ repository(owner: \"acme\", name: \"pay\", followRenames: false) { id } }",
            json!({}),
        )
        .await;
    assert_eq!(strict["errors"][0]["type"], "NOT_FOUND");
    assert_eq!(world.id_of("acme", "payments").await, id);
}

#[tokio::test]
async fn lost_commits_are_null_and_comparisons_count_both_sides() {
    let world = World::of(story()).await;
    let query = r#"{ repository(owner: "acme", name: "pay") { ref(qualifiedName: "refs/heads/main") { compare(headRef: "wip") { status aheadBy behindBy } }
      o: object(expression: "main") { __typename ... on Commit { oid message } } blob: object(expression: "HEAD:CODEOWNERS") { id }
      deployments(first: 1) { nodes { commitOid commit { oid } } } } }"#;
    let data = world.data(query, json!({})).await;
    let repo = &data["repository"];
    // The branch was cut from main's head, so it is only ahead.
    assert_eq!(repo["ref"]["compare"], json!({"status": "AHEAD", "aheadBy": 1, "behindBy": 0}));
    assert_eq!((&repo["o"]["__typename"], &repo["blob"]), (&json!("Commit"), &Value::Null));
    let oid = repo["deployments"]["nodes"][0]["commitOid"].as_str().unwrap().to_owned();
    world.sim.push(NOW, Event::CommitsLost { repo: 1001, oids: vec![oid.clone()] }).unwrap();
    let data = world.data(query, json!({})).await;
    assert_eq!(
        data["repository"]["deployments"]["nodes"][0],
        json!({"commitOid": oid, "commit": null})
    );
}
