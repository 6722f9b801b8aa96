//! The file `CODEOWNERS`: patterns with the teams behind them. Whoever else stands on a line is
//! dropped here, since people's names go no further.

use crate::sources::Problem;
use delivery::domain::{Claim, TeamName};
use std::sync::Arc;

/// The places of the file, in the order in which GitHub looks; the first counts.
pub(in crate::sources::github) const PLACES: [&str; 3] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// GitHub reads no file that is larger.
const LARGEST: usize = 3 * 1024 * 1024;
/// So many problems of one file are told.
const TOLD: usize = 20;

/// Reads a file of a repository of `organization`. A line that GitHub would pass over is passed over.
pub(in crate::sources::github) fn codeowners(
    text: &str,
    organization: &str,
) -> (Vec<Claim>, Vec<Problem>) {
    if text.len() > LARGEST {
        return (Vec::new(), vec![Problem::TooLarge]);
    }
    let (mut claims, mut problems) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let mut words = words(line).into_iter();
        let Some(pattern) = words.next() else { continue };
        match owners(&pattern, words, organization) {
            Ok((teams, all_known)) => {
                if !all_known {
                    problems.push(Problem::NoTeam(format!("line {number}")));
                }
                claims.push(Claim::Paths { pattern: Arc::from(pattern), teams });
            }
            Err(why) => problems.push(Problem::Malformed(format!("line {number} {why}"))),
        }
    }
    problems.truncate(TOLD);
    (claims, problems)
}

/// The teams of a line, and whether every team on it can be meant.
fn owners(
    pattern: &str,
    owners: impl Iterator<Item = String>,
    organization: &str,
) -> Result<(Vec<TeamName>, bool), &'static str> {
    if pattern.starts_with('!') || pattern.contains(['[', ']']) {
        return Err("has a pattern that CODEOWNERS does not know: write it without `!` and `[`");
    }
    let (mut teams, mut all_known) = (Vec::new(), true);
    for owner in owners {
        match owner.strip_prefix('@').map(|handle| handle.split_once('/')) {
            Some(Some((of, team))) if of.eq_ignore_ascii_case(organization) && is_slug(team) => {
                teams.push(Arc::from(team.to_ascii_lowercase()));
            }
            // A team of another organisation owns nothing here.
            Some(Some(_)) => all_known = false,
            Some(None) => {}
            None if owner.contains('@') => {}
            None => return Err("names an owner that is none: write @organisation/team"),
        }
    }
    Ok((teams, all_known))
}

fn is_slug(team: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    !team.is_empty() && team.len() <= 100 && team.chars().all(is_letter)
}

/// The words of a line up to a comment; a backslash keeps a space in a word.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let starts = words.last().is_some_and(String::is_empty);
        match letter {
            '#' if starts => break,
            '\\' if letters.peek() == Some(&' ') => {
                letters.next();
                push(&mut words, ' ');
            }
            letter if letter.is_whitespace() => {
                if !starts {
                    words.push(String::new());
                }
            }
            letter => push(&mut words, letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn push(words: &mut [String], letter: char) {
    if let Some(word) = words.last_mut() {
        word.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, Vec<String>)>, Vec<&'static str>) {
        let (claims, problems) = codeowners(text, "acme");
        let line = |claim: &Claim| match claim {
            Claim::Paths { pattern, teams } => {
                (pattern.to_string(), teams.iter().map(|team| team.to_string()).collect())
            }
            _ => (String::new(), Vec::new()),
        };
        (claims.iter().map(line).collect(), problems.iter().map(Problem::reason).collect())
    }

    #[test]
    fn lines_are_patterns_with_teams_and_nobody_else() {
        let (lines, problems) = read(
            "# everything\n\
             *       @acme/Core @jane jane@example.org # the core\n\
             /docs/ @jane\n\
             /free/\n\
             with\\ space/ @ACME/docs\n\
             \t \n\
             /pay/ @acme/payments @acme/risk\n",
        );
        let expected = [
            ("*", vec!["core"]),
            ("/docs/", vec![]),
            ("/free/", vec![]),
            ("with space/", vec!["docs"]),
            ("/pay/", vec!["payments", "risk"]),
        ];
        let expected = expected.map(|(pattern, teams)| {
            (pattern.to_owned(), teams.into_iter().map(str::to_owned).collect())
        });
        assert_eq!(lines, expected);
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn a_broken_line_is_passed_over_alone() {
        let (lines, problems) =
            read("!/a/ @acme/a\n[Section] @acme/b\n/c/ nobody\n/d/ @other/d\n* @acme/core\n");
        let patterns: Vec<&str> = lines.iter().map(|(pattern, _)| &**pattern).collect();
        assert_eq!(patterns, ["/d/", "*"]);
        assert_eq!(problems, ["malformed", "malformed", "malformed", "no_team"]);
        let text = format!("* @acme/core\n{}", "x".repeat(LARGEST));
        assert_eq!(read(&text), (vec![], vec!["too_large"]));
    }

    #[test]
    fn no_person_is_told_in_a_problem() {
        let (_, problems) = codeowners("/a/ jane\n/b/ @jane/x jane@example.org\n", "acme");
        assert!(problems.iter().all(|problem| !problem.to_string().contains("jane")));
        assert_eq!(problems.len(), 2);
    }
}
