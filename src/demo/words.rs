//! What the demo's people write: titles, branch names, incident reports.

use super::random::Random;

const VERBS: [&str; 14] = [
    "Add",
    "Extract",
    "Simplify",
    "Cache",
    "Validate",
    "Retry",
    "Instrument",
    "Paginate",
    "Rename",
    "Speed up",
    "Document",
    "Migrate",
    "Tighten",
    "Remove unused",
];

const REPAIRS: [&str; 6] = ["Fix", "Correct", "Guard", "Handle empty", "Unblock", "Restore"];

const SUBJECTS: [&str; 24] = [
    "address lookup",
    "session renewal",
    "currency rounding",
    "stock reservation",
    "webhook signatures",
    "invoice numbering",
    "feature flags",
    "query planner",
    "image variants",
    "consent banner",
    "rate limiting",
    "export job",
    "dead letter queue",
    "health endpoint",
    "retry budget",
    "tax table",
    "carrier tariff",
    "password reset",
    "ranking weights",
    "connection pool",
    "locale fallback",
    "audit trail",
    "barcode parser",
    "discount stacking",
];

const PLACES: [&str; 8] = [
    "for guests",
    "in the worker",
    "behind a flag",
    "on start-up",
    "for large orders",
    "in tests",
    "across regions",
    "for partners",
];

const SYMPTOMS: [&str; 8] = [
    "Error rate above 5 %",
    "Latency p99 above 4 s",
    "Requests time out",
    "Wrong totals shown",
    "Queue grows without end",
    "Sign-in fails for some users",
    "Pods restart in a loop",
    "Stale data shown",
];

const OUTSIDE: [&str; 6] = [
    "Cloud provider reports a zone outage",
    "DNS resolution flaps",
    "Office network down",
    "Certificate authority unreachable",
    "Content delivery network slow in Asia",
    "Identity provider of a partner is down",
];

const PACKAGES: [(&str, &str); 6] = [
    ("cargo", "serde"),
    ("cargo", "tokio"),
    ("npm_and_yarn", "vite"),
    ("npm_and_yarn", "typescript"),
    ("github_actions", "actions/checkout"),
    ("docker", "debian"),
];

/// A title of ordinary work.
pub(super) fn feature(random: &mut Random) -> String {
    let (verb, subject) = (random.pick(&VERBS), random.pick(&SUBJECTS));
    if random.chance(0.4) {
        format!("{verb} {subject} {}", random.pick(&PLACES))
    } else {
        format!("{verb} {subject}")
    }
}

/// A title of a repair.
pub(super) fn repair(random: &mut Random) -> String {
    format!("{} {}", random.pick(&REPAIRS), random.pick(&SUBJECTS))
}

/// A dependency update's title and branch.
pub(super) fn update(random: &mut Random) -> (String, String) {
    let (ecosystem, package) = PACKAGES[random.below(PACKAGES.len())];
    let (major, minor) = (random.between(1, 9), random.between(0, 60));
    (
        format!("Bump {package} from {major}.{minor}.0 to {major}.{}.0", minor + 1),
        format!("dependabot/{ecosystem}/{package}-{major}.{}.0", minor + 1),
    )
}

/// An incident's title in a component.
pub(super) fn symptom(component: &str, random: &mut Random) -> String {
    format!("{component}: {}", random.pick(&SYMPTOMS))
}

/// An incident's title that no component is to blame for.
pub(super) fn outside(random: &mut Random) -> &'static str {
    random.pick(&OUTSIDE)
}

/// A title as the end of a branch's name.
pub(super) fn slug(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
