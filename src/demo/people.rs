//! The invented people and bots of the demo organisation.

use super::random::Random;

/// Every person's login: invented, and unlike any other text of the demo, so that a test can look
/// for them where no login may appear. They stand in authors, reviewers and branch names.
pub const LOGINS: [&str; 48] = [
    // checkout
    "alice-meyer",
    "bruno-castellan",
    "chidi-okonkwo",
    "dagmar-lindqvist",
    "emre-yildirim",
    "farida-haddad",
    "goran-petrovic",
    // identity
    "hanneke-devries",
    "ivo-marchetti",
    "jolanta-wisniewska",
    "kaito-morimoto",
    "leandra-fonseca",
    "mirela-ionescu",
    // payments
    "niamh-gallagher",
    "oskar-bergstrom",
    "priya-raghunathan",
    "quentin-delacroix",
    "rosalind-achebe",
    "stelios-papadakis",
    // search
    "tomasz-zielinski",
    "umut-karahan",
    "valentina-rossini",
    "wanjiru-kamande",
    "xavier-montclair",
    "yuki-takahara",
    // logistics
    "zoltan-horvath",
    "amparo-quintana",
    "bjarne-kristoffersen",
    "carmela-esposito",
    "dmitri-volkonsky",
    "eleni-stavrou",
    // catalog
    "florian-hasselbach",
    "gwendolyn-pritchard",
    "hamza-benali",
    "ingrid-solheim",
    "jaroslav-dvoracek",
    "katarzyna-nowicka",
    // billing
    "lorcan-fitzpatrick",
    "magdalena-strobel",
    "nikolai-arsenyev",
    "ottilie-braunfels",
    "pedro-almansa",
    // backoffice
    "raimund-eichinger",
    "sunniva-haugland",
    "thandiwe-nkosi",
    "ulrike-fassbender",
    "viktor-szabados",
    "winifred-oduya",
];

/// The bots' logins, without `[bot]`.
pub const BOTS: [&str; 3] = [DEPENDABOT, REVIEW_BOT, ATLANTIS];

/// Plans and applies infrastructure.
pub(super) const ATLANTIS: &str = "acme-atlantis";
/// Opens dependency updates.
pub(super) const DEPENDABOT: &str = "dependabot";
/// Comments on pull requests within a minute: no review by a person.
pub(super) const REVIEW_BOT: &str = "lint-review";

/// Whose accounts are deleted, and after which share of the history.
pub(super) const LEAVERS: [(&str, f64); 2] = [("goran-petrovic", 0.62), ("katarzyna-nowicka", 0.8)];

/// The one whose commits carry an address that belongs to no account.
pub(super) const UNLINKED: &str = "dmitri-volkonsky";

/// A team's people who still have an account after the share `progress` of the history.
pub(super) fn present(members: &'static [&'static str], progress: f64) -> Vec<&'static str> {
    let left = |login: &str| LEAVERS.iter().any(|(who, when)| *who == login && *when <= progress);
    members.iter().copied().filter(|login| !left(login)).collect()
}

/// Whom GitHub shows as a commit's author.
pub(super) fn commit_author(login: &str, progress: f64) -> Option<String> {
    let gone = LEAVERS.iter().any(|(who, when)| *who == login && *when <= progress);
    (login != UNLINKED && !gone).then(|| login.to_owned())
}

/// Someone of `people` other than `not`; `not` itself where nobody else is there.
pub(super) fn someone_else(
    people: &[&'static str],
    not: &'static str,
    random: &mut Random,
) -> &'static str {
    let others: Vec<&'static str> = people.iter().copied().filter(|who| *who != not).collect();
    if others.is_empty() { not } else { random.pick(&others) }
}
