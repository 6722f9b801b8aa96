//! Which line of `CODEOWNERS` a folder's files fall under: the last whose pattern matches.
//!
//! Patterns are those of `.gitignore` as GitHub has them for this file: `*` and `?` do not cross
//! `/`, `**` does, a folder means all that is in it, and `docs/*` only the files right in it.

use delivery::domain::{Claim, TeamName};

/// A file that no pattern names: it falls under whatever holds for any file beside it.
const ANY_FILE: &str = "\u{1}";

/// The teams on the last line that matches any file right in the folder `root`, which is empty for
/// the whole repository.
pub fn teams_of(claims: &[Claim], root: &str) -> Vec<TeamName> {
    let path = if root.is_empty() { ANY_FILE.to_owned() } else { format!("{root}/{ANY_FILE}") };
    let last = claims.iter().rev().find_map(|claim| match claim {
        Claim::Paths { pattern, teams } if matches(pattern, &path) => Some(teams.clone()),
        _ => None,
    });
    last.unwrap_or_default()
}

/// Whether a file falls under a pattern.
fn matches(pattern: &str, path: &str) -> bool {
    let is_folder = pattern.ends_with('/');
    let inner = pattern.trim_end_matches('/');
    let is_anchored = inner.contains('/');
    let mut parts: Vec<&str> = inner.trim_start_matches('/').split('/').collect();
    parts.dedup_by(|one, before| *one == "**" && *before == "**");
    let path: Vec<&str> = path.split('/').collect();
    // `docs/*` means files right in it, not what lies deeper.
    let is_flat = is_anchored && parts.last() == Some(&"*") && parts.len() > 1 || inner == "/*";
    let starts = if is_anchored { 0..1 } else { 0..path.len() };
    starts.into_iter().any(|start| {
        let path = &path[start..];
        let whole = !is_folder && segments(&parts, path);
        let below = |end: &usize| segments(&parts, &path[..*end]);
        whole || (!is_flat && (1..path.len()).any(|end| below(&end)))
    })
}

/// Whether a path matches, segment by segment.
fn segments(pattern: &[&str], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((&"**", rest)) => (0..=path.len()).any(|from| segments(rest, &path[from..])),
        Some((first, rest)) => path.split_first().is_some_and(|(name, below)| {
            segment(first.as_bytes(), name.as_bytes()) && segments(rest, below)
        }),
    }
}

/// Whether a name matches a segment with `*` and `?`; takes no longer than both are long together.
fn segment(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut of) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while of < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == name[of] => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((starred, taken)) = star else { return false };
                star = Some((starred, taken + 1));
                (at, of) = (starred + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn patterns_match_as_github_documents_them() {
        for (pattern, path, expected) in [
            ("*", "README.md", true),
            ("*", "a/b/c.rs", true),
            ("*.js", "web/src/app.js", true),
            ("*.js", "web/src/app.ts", false),
            ("/build/logs/", "build/logs/today.log", true),
            ("/build/logs/", "sub/build/logs/today.log", false),
            ("docs/*", "docs/start.md", true),
            ("docs/*", "docs/build/trouble.md", false),
            ("/*", "README.md", true),
            ("/*", "docs/README.md", false),
            ("apps/", "apps/shop/main.rs", true),
            ("apps/", "old/apps/main.rs", true),
            ("apps/", "apps", false),
            ("/docs/", "docs/a/b.md", true),
            ("/docs/", "web/docs/a.md", false),
            ("**/logs", "deeply/nested/logs/x", true),
            ("/services/**", "services/api/main.go", true),
            ("/services/api", "services/api/main.go", true),
            ("/services/*/src", "services/api/src/main.go", true),
            ("/services/a?i/", "services/api/x", true),
            ("/Services/", "services/x", false),
            ("a*b*c", "aXXbYYc", true),
            ("a*b*c", "aXXbYYd", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn the_last_matching_line_decides_and_a_line_without_teams_means_no_team() {
        let line = |pattern: &str, teams: &[&str]| Claim::Paths {
            pattern: Arc::from(pattern),
            teams: teams.iter().map(|team| Arc::from(*team)).collect(),
        };
        let lines = [
            line("*", &["core"]),
            line("*.js", &["web"]),
            line("/services/", &["platform"]),
            line("/services/pay/", &["payments", "risk"]),
            line("/docs/", &[]),
        ];
        let of = |root: &str| teams_of(&lines, root).iter().map(|t| t.to_string()).collect();
        let cases: [(&str, &[&str]); 6] = [
            ("", &["core"]),
            ("web", &["core"]),
            ("services/search", &["platform"]),
            ("services/pay", &["payments", "risk"]),
            ("services/pay/deep", &["payments", "risk"]),
            ("docs", &[]),
        ];
        for (root, expected) in cases {
            let teams: Vec<String> = of(root);
            assert_eq!(teams, expected, "{root}");
        }
        assert!(teams_of(&[], "").is_empty());
    }

    #[test]
    fn a_hostile_pattern_takes_no_long_time() {
        let stars = "*a".repeat(200);
        assert!(!matches(&stars, &"a".repeat(5_000).replace('a', "ab")));
    }
}
