//! Texts parsed into references and marks while they are read, so that no text is kept.

mod atlantis;
mod codeowners;
mod reverts;
mod workflows;

pub(super) use atlantis::{Told, atlantis};
pub(super) use codeowners::{PLACES as OWNER_PLACES, codeowners};
pub(super) use reverts::{branch_reversion, reversions};
pub(super) use workflows::{Calls, WORKFLOWS, is_workflow};

/// How the rest of a merge's headline starts, after `Merge ` and perhaps `remote-tracking `.
const MERGED: [&str; 6] =
    ["branch '", "branches '", "pull request #", "tag '", "tags '", "commit '"];

/// The first line of a commit message: what is hashed and matched as its headline. GitHub's own
/// `messageHeadline` is cut where it is long, and so would not match what webhooks carry.
pub(super) fn headline(message: &str) -> &str {
    message.lines().next().unwrap_or_default().trim_end()
}

/// Whether a headline is one that Git or GitHub writes for a merge.
pub(super) fn looks_like_merge(headline: &str) -> bool {
    let Some(rest) = headline.strip_prefix("Merge ") else { return false };
    let rest = rest.strip_prefix("remote-tracking ").unwrap_or(rest);
    MERGED.iter().any(|merged| rest.starts_with(merged))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_are_recognised_by_the_headlines_that_tools_write() {
        for merge in [
            "Merge branch 'main' into feature",
            "Merge branches 'a' and 'b'",
            "Merge pull request #12 from acme/feature",
            "Merge remote-tracking branch 'origin/main'",
            "Merge remote-tracking branches 'a' and 'b'",
            "Merge tag 'v1'",
            "Merge commit 'abc'",
        ] {
            assert!(looks_like_merge(merge), "{merge}");
        }
        for other in [
            "Merge the two parsers",
            "Merge tags into one table",
            "Merge branch lookups",
            "merge branch 'a'",
            "Add Merge branch 'a'",
            "",
        ] {
            assert!(!looks_like_merge(other), "{other}");
        }
    }

    #[test]
    fn a_headline_is_the_first_line_without_trailing_space() {
        assert_eq!(headline("Add a thing  \r\n\nBody"), "Add a thing");
        assert_eq!(headline(""), "");
    }
}
