//! The GraphQL documents, and how much each asks for: the sizes that cost one point by GitHub's
//! formula (a point per 100 fetched connections, rounded, so 149 are one).

/// A document and its largest size.
#[derive(Debug)]
pub(super) struct Query {
    /// The operation's name, as in the document; sizes are remembered by it.
    pub(super) name: &'static str,
    /// The document.
    pub(super) text: &'static str,
    /// The largest page or batch.
    pub(super) size: usize,
}

/// A document is a file, and the fragments that it shares with others, each a file of its own.
macro_rules! query {
    ($constant:ident, $name:literal, $file:literal, $size:literal $(, $fragment:literal)*) => {
        pub(super) const $constant: Query = Query {
            name: $name,
            text: concat!(
                include_str!(concat!("queries/", $file, ".graphql")),
                $("\n", include_str!(concat!("queries/fragments/", $fragment, ".graphql")),)*
            ),
            size: $size,
        };
    };
}

query!(SCHEMA, "Schema", "schema", 1);
query!(ORGANIZATION, "OrganizationRepositories", "organization", 100, "repository");
query!(OWNER, "OwnerRepositories", "owner", 100, "repository");
query!(NAMED_REPOSITORIES, "NamedRepositories", "named_repositories", 20, "repository");
query!(REPOSITORIES_BY_ID, "RepositoriesById", "repositories_by_id", 100, "repository");
// Four connections of 37 repositories: 148 fetches.
query!(PROBE, "Probe", "probe", 37, "swept_repository");
// One connection of 100 repositories.
query!(NEWEST_DEPLOYMENTS, "NewestDeployments", "newest_deployments", 100, "swept_repository");
query!(PUSHED_REPOSITORIES, "PushedRepositories", "pushed_repositories", 100);
query!(MOVED, "Moved", "moved", 100);
// Five connections of 29 repositories: 145 fetches.
query!(SURVEY, "Survey", "survey", 29);
// The list, the environments, and the statuses of 100 deployments: 102 fetches.
query!(DEPLOYMENTS, "Deployments", "deployments", 100, "deployment");
// The lists of 13 repositories, and the statuses of 10 deployments in each: 143 fetches.
query!(DEPLOYMENTS_OF_SOME, "DeploymentsOfSome", "deployments_of_some", 13, "deployment");
query!(RELEASES, "Releases", "releases", 100, "release");
query!(TAGS, "Tags", "tags", 100, "tag");
query!(NEWEST_RELEASES, "NewestReleases", "newest_releases", 100, "release");
query!(NEWEST_TAGS, "NewestTags", "newest_tags", 100, "tag");
query!(DEPLOYMENT_REST, "DeploymentRest", "deployment_rest", 1);
// The list, and four connections of 37 pull requests: 149 fetches.
query!(PULL_REQUESTS, "PullRequests", "pull_requests", 37, "pull_request");
// The lists of 7 repositories, and four connections of 5 pull requests in each: 147 fetches.
query!(PULL_REQUESTS_OF_SOME, "PullRequestsOfSome", "pull_requests_of_some", 7, "pull_request");
// The list, and five connections of 29 pull requests: 146 fetches.
query!(
    PULL_REQUESTS_WITH_FILES,
    "PullRequestsWithFiles",
    "pull_requests_with_files",
    29,
    "pull_request"
);
// The list, and the reviews of 100 pull requests: 101 fetches.
query!(OPEN_PULL_REQUESTS, "OpenPullRequests", "open_pull_requests", 100, "open_pull_request");
// The lists of 13 repositories, and the reviews of 10 pull requests in each: 143 fetches.
query!(
    OPEN_PULL_REQUESTS_OF_SOME,
    "OpenPullRequestsOfSome",
    "open_pull_requests_of_some",
    13,
    "open_pull_request"
);
// The list, and two connections of 74 pull requests: 149 fetches.
query!(
    OPEN_PULL_REQUESTS_WITH_FILES,
    "OpenPullRequestsWithFiles",
    "open_pull_requests_with_files",
    74,
    "open_pull_request"
);
// A further page of one list of 24 pull requests; of all six lists it would be 144 fetches.
query!(PULL_REQUESTS_REST, "PullRequestsRest", "pull_requests_rest", 24);
// Three connections of 49 pull requests: 147 fetches.
query!(APPLIES, "Applies", "applies", 49);
// The list, and three connections of 49 issues: 148 fetches.
query!(INCIDENTS, "Incidents", "incidents", 49, "incident");
query!(INCIDENT_REST, "IncidentRest", "incident_rest", 1);
// A connection of a deployment, three of an incident: the size is that of the fetches.
query!(RECHECK, "Recheck", "recheck", 149, "deployment", "incident");
// The list, and the parents of 100 commits: 101 fetches.
query!(HISTORY, "History", "history", 100, "commit");
// 13 lists, and the parents of 10 commits in each: 143 fetches.
query!(HISTORIES, "Histories", "histories", 13, "history_start", "commit");
// Both ends of the list of their repositories for each of 30 teams: 61 fetches; more would be slow.
query!(TEAMS, "Teams", "teams", 30);
query!(TEAM_REST, "TeamRest", "team_rest", 100);
// No connections, but every folder is a look-up.
query!(TREES, "Trees", "trees", 50);
query!(FILES, "Files", "files", 100);
// The lists of 13 repositories, and the parents of 10 commits in each: 143 fetches.
query!(HISTORIES_OF_SOME, "HistoriesOfSome", "histories_of_some", 13, "history_start", "commit");
query!(COMMIT_REST, "CommitRest", "commit_rest", 1);
