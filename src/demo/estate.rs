//! The forty-one repositories of the demo organisation, each with its habits and its fate.

/// How a repository's pull requests are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeStyle {
    /// One new commit.
    Squash,
    /// A merge commit with two parents.
    Merge,
    /// The commits replayed on the base.
    Rebase,
}

/// How what was merged comes to production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// The default branch is released.
    Trunk,
    /// Pull requests go to `develop`, a promotion brings them to the default branch.
    ReleaseBranch,
    /// A pull request's branch is deployed, and merged once it proved itself.
    DeployBranch,
    /// Nothing is ever deployed.
    Library,
    /// Nothing is ever deployed; Atlantis applies a pull request before it is merged.
    Infrastructure,
    /// Nothing is ever pushed but its first commit.
    Still,
    /// Not even that.
    Empty,
}

/// A repository, before anything happened in it. Instants are shares of the history's length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// The name at the end of the history.
    pub(super) name: &'static str,
    /// The name until `RENAMED_AT`.
    pub(super) former: Option<&'static str>,
    /// Whose habits it has, as a place in the profiles.
    pub(super) team: usize,
    /// How busy it is; 0 where nobody opens pull requests.
    pub(super) weight: f64,
    /// How it merges.
    pub(super) style: MergeStyle,
    /// How it releases.
    pub(super) flow: Flow,
    /// The environments that serve users.
    pub(super) production: &'static [&'static str],
    /// Deploys to `staging` first.
    pub(super) staging: bool,
    /// Deploys to `production-canary` first.
    pub(super) canary: bool,
    /// Deploys every pull request to `preview/pr-N`.
    pub(super) previews: bool,
    /// The share of work that is pushed to the default branch without a pull request.
    pub(super) direct: f64,
    /// When it is created.
    pub(super) created: f64,
    /// When its people stop working on it.
    pub(super) idle: f64,
    /// When it is archived.
    pub(super) archived: Option<f64>,
    /// Whether it is a fork.
    pub(super) fork: bool,
}

/// When former names end.
pub(super) const RENAMED_AT: f64 = 0.68;
/// Where incidents that no repository's own are written down.
pub const CENTRAL: &str = "incidents";

/// Where teams change what their services run on.
pub const INFRASTRUCTURE: &str = "infrastructure";

const ONE: &[&str] = &["production"];
const REGIONS: &[&str] = &["prod-eu", "prod-us"];

const SERVICE: Plan = Plan {
    name: "",
    former: None,
    team: 0,
    weight: 1.0,
    style: MergeStyle::Squash,
    flow: Flow::Trunk,
    production: ONE,
    staging: false,
    canary: false,
    previews: false,
    direct: 0.0,
    created: 0.0,
    idle: 2.0,
    archived: None,
    fork: false,
};

const fn service(name: &'static str, team: usize, weight: f64) -> Plan {
    Plan { name, team, weight, ..SERVICE }
}

const fn merging(plan: Plan) -> Plan {
    Plan { style: MergeStyle::Merge, ..plan }
}

const fn rebasing(plan: Plan) -> Plan {
    Plan { style: MergeStyle::Rebase, ..plan }
}

const fn staged(plan: Plan) -> Plan {
    Plan { staging: true, ..plan }
}

const fn flowing(flow: Flow, plan: Plan) -> Plan {
    Plan { flow, ..plan }
}

const CHECKOUT: usize = 0;
const IDENTITY: usize = 1;
const PAYMENTS: usize = 2;
const SEARCH: usize = 3;
const LOGISTICS: usize = 4;
const CATALOG: usize = 5;
const BILLING: usize = 6;
const BACKOFFICE: usize = 7;

/// All repositories.
pub(super) static PLANS: [Plan; 41] = [
    staged(service("checkout-api", CHECKOUT, 1.3)),
    Plan { previews: true, ..service("checkout-web", CHECKOUT, 1.2) },
    rebasing(service("checkout-cart", CHECKOUT, 0.9)),
    flowing(Flow::DeployBranch, merging(service("checkout-pricing", CHECKOUT, 0.7))),
    Plan { created: 0.55, ..service("checkout-vouchers", CHECKOUT, 0.8) },
    flowing(Flow::Empty, service("checkout-next", CHECKOUT, 0.0)),
    Plan { canary: true, ..service("identity-gateway", IDENTITY, 1.2) },
    rebasing(service("identity-sessions", IDENTITY, 1.0)),
    flowing(Flow::DeployBranch, service("identity-profile", IDENTITY, 0.8)),
    flowing(Flow::Library, service("identity-sdk", IDENTITY, 0.25)),
    Plan { production: REGIONS, canary: true, ..staged(service("payments-core", PAYMENTS, 1.3)) },
    Plan { production: REGIONS, ..merging(service("payments-ledger", PAYMENTS, 1.0)) },
    service("payments-fraud", PAYMENTS, 0.9),
    rebasing(service("payments-webhooks", PAYMENTS, 0.8)),
    flowing(Flow::Library, service("payments-client", PAYMENTS, 0.3)),
    staged(service("search-api", SEARCH, 1.1)),
    Plan { former: Some("search-scorer"), ..service("search-ranking", SEARCH, 1.0) },
    Plan { previews: true, ..merging(service("search-ui", SEARCH, 0.9)) },
    rebasing(service("query-gateway", SEARCH, 0.8)),
    staged(service("logistics-tracking", LOGISTICS, 1.2)),
    merging(service("logistics-routing", LOGISTICS, 1.0)),
    service("logistics-labels", LOGISTICS, 0.8),
    Plan { direct: 0.15, ..service("warehouse-scanner", LOGISTICS, 0.7) },
    staged(service("catalog-api", CATALOG, 1.1)),
    merging(service("catalog-importer", CATALOG, 1.0)),
    service("catalog-media", CATALOG, 0.8),
    Plan { idle: 0.6, archived: Some(0.75), ..service("catalog-pim", CATALOG, 0.4) },
    flowing(Flow::ReleaseBranch, staged(service("billing-engine", BILLING, 1.4))),
    flowing(Flow::ReleaseBranch, merging(service("billing-invoices", BILLING, 1.0))),
    Plan { former: Some("reporting"), ..service("billing-reports", BILLING, 0.8) },
    Plan { idle: 0.35, ..service("billing-tax", BILLING, 0.6) },
    Plan { direct: 0.3, ..service("backoffice-portal", BACKOFFICE, 1.2) },
    merging(Plan { direct: 0.2, ..service("backoffice-crm", BACKOFFICE, 0.9) }),
    Plan { idle: 0.4, ..service("backoffice-exports", BACKOFFICE, 0.5) },
    Plan { idle: 0.25, archived: Some(0.5), ..service("intranet", BACKOFFICE, 0.5) },
    // Nobody's: it shows up under `unowned`.
    service("status-page", IDENTITY, 0.15),
    flowing(Flow::Still, service(CENTRAL, BACKOFFICE, 0.0)),
    Plan { fork: true, ..flowing(Flow::Still, service("opentelemetry-collector", IDENTITY, 0.0)) },
    Plan { fork: true, ..flowing(Flow::Library, service("kafka-ui", LOGISTICS, 0.1)) },
    flowing(Flow::Empty, service("sandbox", BACKOFFICE, 0.0)),
    flowing(Flow::Infrastructure, service(INFRASTRUCTURE, CATALOG, 0.7)),
];
