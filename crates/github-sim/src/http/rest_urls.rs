//! The addresses that accounts and repositories bear in REST answers.

use serde_json::{Map, Value, json};

const API: &str = "https://api.github.com";

/// Of an account: the fields and what follows its address.
const OF_ACCOUNTS: [(&str, &str); 9] = [
    ("events_url", "/events{/privacy}"),
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("organizations_url", "/orgs"),
    ("received_events_url", "/received_events"),
    ("repos_url", "/repos"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
];

/// Of a repository, likewise.
const OF_REPOSITORIES: [(&str, &str); 36] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
];

/// Adds an account's addresses.
pub(super) fn add_accounts(shown: &mut Value, login: &str, id: u64) {
    let url = format!("{API}/users/{login}");
    add(shown, &url, &OF_ACCOUNTS);
    shown["url"] = json!(url);
    shown["avatar_url"] = json!(format!("https://avatars.githubusercontent.com/u/{id}?v=4"));
    shown["gravatar_id"] = json!("");
}

/// Adds a repository's addresses below the one that it bears already.
pub(super) fn add_repositories(shown: &mut Value, full_name: &str) {
    let url = shown["url"].as_str().unwrap_or_default().to_owned();
    add(shown, &url, &OF_REPOSITORIES);
    shown["clone_url"] = json!(format!("https://github.com/{full_name}.git"));
    shown["git_url"] = json!(format!("git://github.com/{full_name}.git"));
    shown["ssh_url"] = json!(format!("git@github.com:{full_name}.git"));
    shown["svn_url"] = json!(format!("https://github.com/{full_name}"));
}

fn add(shown: &mut Value, url: &str, fields: &[(&str, &str)]) {
    let addresses =
        fields.iter().map(|(field, rest)| ((*field).to_owned(), json!(format!("{url}{rest}"))));
    if let Value::Object(fields) = shown {
        fields.extend(addresses.collect::<Map<String, Value>>());
    }
}
