//! What a text reverts: the words that GitHub's button and `git revert` write.

use crate::sources::scan::{commit_id, ends_of, is_one_of, pull_mention};
use delivery::domain::{ChangeReference, PullNumber, Reversion};

/// What `text` reverts. `headline` is the title or first line it was found under: its nested
/// `Revert "` and `Reapply "` tell whether a reverted change is brought back. `names` are the
/// repository's present and former names; mentions of others mean nothing.
pub(in crate::sources::github) fn reversions(
    text: &str,
    headline: &str,
    names: &[&str],
) -> Vec<Reversion> {
    let reapplies = brings_back(headline);
    let pulls = ends_of(text, "reverts").filter_map(|found| {
        let token = first_token(&text[found.end..])?;
        let mention = pull_mention(token)?;
        let own = mention.repository.is_empty() || is_one_of(mention.repository, names);
        own.then_some(ChangeReference::Pull(mention.number))
    });
    let commits = ends_of(text, "this reverts commit").filter_map(|found| {
        commit_id(first_token(&text[found.end..])?).map(ChangeReference::Commit)
    });
    pulls.chain(commits).map(|of| Reversion { of, reapplies }).collect()
}

/// What a branch named by GitHub's button reverts: `revert-12-feature`.
pub(in crate::sources::github) fn branch_reversion(branch: &str, title: &str) -> Option<Reversion> {
    let (number, _) = branch.strip_prefix("revert-")?.split_once('-')?;
    let number: PullNumber = number.parse().ok()?;
    Some(Reversion { of: ChangeReference::Pull(number), reapplies: brings_back(title) })
}

/// A revert of a revert brings back; reapplying is that in one word.
fn brings_back(headline: &str) -> bool {
    let mut depth = 0;
    let mut rest = headline.trim_start();
    loop {
        let lower = rest.to_ascii_lowercase();
        let (steps, length) = if lower.starts_with("revert \"") {
            (1, "revert \"".len())
        } else if lower.starts_with("reapply \"") {
            (2, "reapply \"".len())
        } else {
            return depth > 0 && depth % 2 == 0;
        };
        depth += steps;
        rest = &rest[length..];
    }
}

/// The token after a phrase, without the punctuation that ends a sentence.
fn first_token(rest: &str) -> Option<&str> {
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let token = rest.split_whitespace().next()?;
    Some(token.trim_matches(['.', ',', ';', ':', '`', '(', ')', '"', '\'']))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const NAMES: [&str; 2] = ["acme/shop", "acme/old-shop"];

    fn pull(number: PullNumber, reapplies: bool) -> Reversion {
        Reversion { of: ChangeReference::Pull(number), reapplies }
    }

    fn commit(oid: &str, reapplies: bool) -> Reversion {
        Reversion { of: ChangeReference::Commit(oid.parse().unwrap()), reapplies }
    }

    #[test]
    fn the_words_of_the_button_and_of_git_name_what_is_reverted() {
        for (text, expected) in [
            ("Reverts acme/shop#12", vec![pull(12, false)]),
            ("reverts ACME/Shop#12.", vec![pull(12, false)]),
            ("Reverts acme/old-shop#12", vec![pull(12, false)]),
            ("Reverts #12\nReverts #13", vec![pull(12, false), pull(13, false)]),
            ("Reverts acme/other#12", vec![]),
            ("This reverts commit 0123456789.", vec![commit("0123456789", false)]),
            (
                "This reverts commit abcdef1, reversing\nchanges made to 1234567.",
                vec![commit("abcdef1", false)],
            ),
            ("This reverts commit 012345.", vec![]),
            ("We may have to revert #12; it reverts to defaults", vec![]),
            ("autoreverts #12", vec![]),
            ("Reverts#12", vec![]),
            ("Reverts acme/shop#99999999999", vec![]),
            ("ReVertS é #1", vec![]),
        ] {
            assert_eq!(reversions(text, "Revert \"Add\"", &NAMES), expected, "{text}");
        }
    }

    #[test]
    fn a_revert_of_a_revert_brings_back() {
        for (title, reapplies) in [
            ("Revert \"Add\"", false),
            ("Undo the thing", false),
            ("Revert \"Revert \"Add\"\"", true),
            ("Reapply \"Add\"", true),
            ("Revert \"Reapply \"Add\"\"", false),
            ("Reapply \"Reapply \"Add\"\"", true),
            ("Say Reapply \"Add\"", false),
        ] {
            assert_eq!(reversions("Reverts #1", title, &[]), [pull(1, reapplies)], "{title}");
            assert_eq!(
                branch_reversion("revert-1-add", title),
                Some(pull(1, reapplies)),
                "{title}"
            );
        }
    }

    #[test]
    fn only_branches_named_by_the_button_revert() {
        for branch in ["revert-add", "revert-", "revert-12", "x/revert-12-add", "revert-1x-add"] {
            assert_eq!(branch_reversion(branch, ""), None, "{branch}");
        }
    }
}
