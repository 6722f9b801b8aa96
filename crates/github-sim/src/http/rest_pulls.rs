//! Pull requests as the REST API lists them: with the repository on both sides, the addresses of
//! everything that is theirs, and without what GitHub tells of one by itself only.

use super::rest_json;
use crate::state::{PullRequest, Repository, State};
use serde_json::{Map, Value, json};

/// Fields that a pull request has by itself only.
const BY_ITSELF: [&str; 3] = ["merged", "merged_by", "commits"];

/// A list's pull requests, in its order.
pub(super) fn listed<'s>(
    state: &State,
    repo: &Repository,
    pulls: impl Iterator<Item = &'s PullRequest>,
    base: &str,
) -> Vec<Value> {
    let home = rest_json::repository(state, repo, base);
    let owner = rest_json::user(state, &repo.owner);
    let shown = pulls.map(|pull| {
        let mut shown = rest_json::pull(state, repo, pull, base);
        for side in ["head", "base"] {
            shown[side]["repo"] = home.clone();
            shown[side]["user"] = owner.clone();
        }
        if let Value::Object(fields) = &mut shown {
            fields.retain(|name, _| !BY_ITSELF.contains(&name.as_str()));
            fields.extend(unset());
            let addresses = addresses(fields);
            fields.extend(addresses);
        }
        shown
    });
    shown.collect()
}

/// What the simulation has of no pull request.
fn unset() -> Map<String, Value> {
    let unset = json!({
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "milestone": null,
        "active_lock_reason": null,
        "auto_merge": null,
        "author_association": "MEMBER",
    });
    unset.as_object().cloned().unwrap_or_default()
}

/// The addresses beside those of the pull request itself, and all of them as links.
fn addresses(pull: &Map<String, Value>) -> Map<String, Value> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let (url, html) = (text(pull.get("url")), text(pull.get("html_url")));
    let head = text(pull.get("head").and_then(|head| head.get("sha")));
    let issue = url.replace("/pulls/", "/issues/");
    let of_all = url.rsplit_once('/').map_or("", |(of_all, _)| of_all);
    let home = of_all.trim_end_matches("/pulls");
    let others = [
        ("issue", "issue_url", issue.clone()),
        ("comments", "comments_url", format!("{issue}/comments")),
        ("review_comments", "review_comments_url", format!("{url}/comments")),
        ("review_comment", "review_comment_url", format!("{of_all}/comments{{/number}}")),
        ("commits", "commits_url", format!("{url}/commits")),
        ("statuses", "statuses_url", format!("{home}/statuses/{head}")),
    ];
    let mut links = json!({"self": {"href": url}, "html": {"href": html}});
    let mut fields = Map::new();
    for (link, field, address) in others {
        links[link] = json!({"href": address});
        fields.insert(field.to_owned(), json!(address));
    }
    for kind in ["diff", "patch"] {
        fields.insert(format!("{kind}_url"), json!(format!("{html}.{kind}")));
    }
    fields.insert("_links".to_owned(), links);
    fields
}
