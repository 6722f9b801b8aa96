//! What the teams of the demo answer when they are asked, a quarter after the other: exports as a form
//! gives them, with names and addresses, which nothing may keep.

use super::profile::{PROFILES, Profile};
use super::random::Random;
use chrono::{DateTime, Datelike};
use std::fmt::Write;

/// How many quarters before now have a survey.
const QUARTERS: i32 = 4;
/// How likely a person answers.
const ANSWERS: f64 = 0.93;

/// The mapping of the questions, as a user would write it.
pub const QUESTIONS: &str = r#"
[surveys]
team_column = "Which team are you in?"
[[surveys.questions]]
id = "tools"
column = "How satisfied are you with our development tools?"
dimension = "satisfaction"
scale = "1-5"
[[surveys.questions]]
id = "outcome"
column = "How likely are you to recommend what your team has built?"
dimension = "performance"
scale = "0-10"
[[surveys.questions]]
id = "answers"
column = "I get answers from other teams when I need them."
dimension = "communication"
scale = "1-5"
labels = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
[[surveys.questions]]
id = "interrupted"
column = "Were you interrupted by an incident this quarter?"
dimension = "efficiency"
scale = "yes/no"
direction = "lower_is_better"
[[surveys.questions]]
id = "unrelated_work"
column = "How many hours a week do you spend on work not directly related to building the product?"
dimension = "efficiency"
scale = "hours"
"#;

/// A survey of the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoSurvey {
    /// Its quarter.
    pub name: String,
    /// How many were asked, as `team=number`.
    pub invited: Vec<String>,
    /// The form's export.
    pub csv: String,
}

/// The surveys of the quarters that ended by `now`, in seconds since 1970, oldest first.
pub fn surveys(seed: u64, now: i64) -> Vec<DemoSurvey> {
    let today = DateTime::from_timestamp(now, 0).unwrap_or_default();
    let this_quarter = today.year() * 4 + today.month0() as i32 / 3;
    (1..=QUARTERS).rev().map(|back| survey(seed, this_quarter - back, back)).collect()
}

fn survey(seed: u64, quarter: i32, back: i32) -> DemoSurvey {
    let name = format!("{}Q{}", quarter.div_euclid(4), quarter.rem_euclid(4) + 1);
    let mut random = Random::of_part(seed, &name);
    let mut csv = "\u{feff}ID;Completion time;Email;Name;Which team are you in?;How satisfied are \
                   you with our development tools?;How likely are you to recommend what your team \
                   has built?;I get answers from other teams when I need them.;Were you \
                   interrupted by an incident this quarter?;How many hours a week do you spend on \
                   work not directly related to building the product?;Anything else?\r\n"
        .to_owned();
    let mut id = 0;
    for profile in &PROFILES {
        for login in profile.members {
            if random.chance(ANSWERS) {
                id += 1;
                answer(&mut csv, &mut random, (profile, login, id), back);
            }
        }
    }
    let invited =
        PROFILES.iter().map(|profile| format!("{}={}", profile.team, profile.members.len()));
    DemoSurvey { name, invited: invited.collect(), csv }
}

/// A row. Who ships with ease is content; what strains a team shows in its answers.
fn answer(
    csv: &mut String,
    random: &mut Random,
    (profile, login, id): (&Profile, &str, u32),
    back: i32,
) {
    let name: Vec<String> = login.split('-').map(capital).collect();
    // Weeks to a release, at most two, and the strain of that quarter.
    let waits = (profile.release_hours / 80.0).min(2.0);
    let (before, after) = profile.strain;
    let strain = after + (before - after) * f64::from(back) / f64::from(QUARTERS);
    let mood = 4.6 - waits - (strain - 1.0).clamp(-0.5, 1.0) + random.unit() - 0.5;
    let level = |value: f64, low: f64, high: f64| value.round().clamp(low, high) as usize;
    let likert = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"];
    let hours = (4.0 + 4.0 * waits + random.around(2.0, 0.5)).min(40.0);
    let is_interrupted = random.chance((profile.failure * 6.0).min(0.9));
    // Writing to a string cannot fail.
    let _ = writeln!(
        csv,
        "{id};{:02}.10.2026 09:{:02};{login}@acme.example;{};{};{};{};{};{};{};\"Ask {}; really.\"\r",
        random.between(1, 28),
        random.between(0, 59),
        name.join(" "),
        profile.team,
        level(mood + random.unit() - 0.5, 1.0, 5.0),
        level(2.0 * mood + random.unit() * 2.0 - 1.0, 0.0, 10.0),
        likert[level(mood - 1.0 + random.unit() - 0.5, 0.0, 4.0)],
        if is_interrupted { "Yes" } else { "No" },
        format!("{:.1}", (hours * 2.0).round() / 2.0).replace('.', ","),
        name.join(" "),
    );
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_quarters_have_ended_and_the_same_seed_gives_the_same_answers() {
        // 23 November 2026.
        let all = surveys(1, 1_795_392_000);
        let names: Vec<&str> = all.iter().map(|survey| survey.name.as_str()).collect();
        assert_eq!(names, ["2025Q4", "2026Q1", "2026Q2", "2026Q3"]);
        assert_eq!(all, surveys(1, 1_795_392_000));
        assert_ne!(all, surveys(2, 1_795_392_000));
        for survey in &all {
            assert!((38..=48).contains(&(survey.csv.lines().count() - 1)), "{}", survey.csv);
            assert!(survey.csv.contains("Alice Meyer") || survey.csv.contains("Bruno Castellan"));
            assert!(survey.invited.contains(&"checkout=7".to_owned()), "{:?}", survey.invited);
        }
    }
}
