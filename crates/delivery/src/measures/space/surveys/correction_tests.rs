//! Whatever is imported one after another, what was shown at any time tells of nobody.

use super::anonymity::Shown;
use super::anonymity_tests::isolated;
use super::correction::corrected;
use super::survey_figures::{shown_answers, shown_responses, survey_figures};
use crate::domain::{
    Answered, Dimension, Question, Scale, Survey, SurveyImport, TeamAnswers, Time,
};
use std::sync::Arc;

const QUESTION: Question = Question {
    dimension: Dimension::Satisfaction,
    scale: Scale::ZeroToTen,
    higher_is_better: true,
};
const TEAMS: [&str; 3] = ["a", "b", "c"];
const CLOSED: Time = Time(100);
const LATER: Time = Time(200);

/// A person's part in a survey: the team, and whether the question was answered.
type Part = Option<(usize, bool)>;

/// What a file says where each person answers with a number of their own, so that equal answers are
/// the same people's.
fn file(parts: &[Part], only: Option<usize>) -> SurveyImport {
    let mut told = SurveyImport { only: only.map(|at| Arc::from(TEAMS[at])), ..Default::default() };
    for (person, part) in parts.iter().enumerate() {
        let Some((team, has_answered)) = part else { continue };
        let team: &mut TeamAnswers = told.teams.entry(Arc::from(TEAMS[*team])).or_default();
        team.responses += 1;
        if *has_answered {
            let answered = Answered { question: QUESTION, counts: [].into() };
            let answered = team.questions.entry(Arc::from("q")).or_insert(answered);
            *answered.counts.entry(person as i64).or_default() += 1;
        }
    }
    told
}

fn import(stored: Option<&Survey>, told: &SurveyImport, k: u64) -> Survey {
    corrected(stored, &Arc::from("2026Q3"), told, CLOSED, k, LATER)
}

/// The sums over people that are shown of a survey whose parts are these.
fn published(survey: &Survey, parts: &[Part], shown: &Shown) -> Vec<Vec<i64>> {
    let counts = |team: &str, person: usize| match parts[person] {
        Some((at, has_answered)) => TEAMS[at] == team && has_answered,
        None => false,
    };
    let row = |is_in: &dyn Fn(usize, &str) -> bool| -> Vec<i64> {
        let of = |person: usize| {
            let mut teams = survey.teams.keys().enumerate();
            i64::from(teams.any(|(at, team)| is_in(at, team) && counts(team, person)))
        };
        (0..parts.len()).map(of).collect()
    };
    let mut rows: Vec<Vec<i64>> = (0..survey.teams.len())
        .filter(|at| shown.cells[*at])
        .map(|shown_at| row(&|at, _| at == shown_at))
        .collect();
    let batch = |team: &str| survey.teams.get(team).map_or(0, |team| team.batch);
    rows.push(row(&|_, team| shown.batches.contains(&batch(team))));
    rows
}

/// Goes through the files, and looks at all sums of answers that were shown on the way. How many
/// responded is the same number whoever they were.
fn assert_nobody_is_told(files: &[(Vec<Part>, Option<usize>)], k: u64) {
    let people = files.first().map_or(0, |(parts, _)| parts.len());
    let (mut survey, mut present): (Option<Survey>, Vec<Part>) = (None, vec![None; people]);
    let mut of_answers = Vec::new();
    for (parts, only) in files {
        let is_told = |part: &Part| part.is_some_and(|(at, _)| only.is_none_or(|only| only == at));
        let parts: Vec<Part> = parts.iter().map(|part| part.filter(|_| is_told(part))).collect();
        for (present, part) in present.iter_mut().zip(&parts) {
            let is_replaced = is_told(present) || only.is_none();
            *present = if is_replaced || present.is_none() { *part } else { *present };
        }
        let told = match only {
            // Of a form for one team only who is in no other team can be in it.
            Some(at) => file(
                &present.iter().map(|part| part.filter(|(of, _)| of == at)).collect::<Vec<_>>(),
                *only,
            ),
            None => file(&parts, None),
        };
        let next = import(survey.as_ref(), &told, k);
        let shown = shown_responses(&next, k);
        let shown = shown_answers(&next, "q", &shown, k);
        of_answers.extend(published(&next, &present, &shown));
        survey = Some(next);
    }
    let sizes = vec![1; people];
    assert_eq!(isolated(&of_answers, &sizes, k), None, "answers of {files:?}");
}

/// The parts that people have by the digits of a number.
fn parts(mut code: u64, people: usize, with_silent: bool) -> Vec<Part> {
    let choices = if with_silent { 7 } else { 4 };
    let mut part = || {
        let digit = (code % choices) as usize;
        code /= choices;
        (digit > 0).then(|| ((digit - 1) % 3, digit <= 3))
    };
    (0..people).map(|_| part()).collect()
}

#[test]
fn a_file_that_replaces_another_tells_of_nobody_whoever_was_where_before() {
    for first in 0..4_u64.pow(4) {
        for second in 0..4_u64.pow(4) {
            let of = |code| (parts(code, 4, false), None);
            assert_nobody_is_told(&[of(first), of(second)], 2);
        }
    }
}

#[test]
fn nor_do_long_stories_of_forms_for_all_and_for_single_teams() {
    let mut state = 13_672_u64;
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..6_000 {
        let mut code = draw(7_u64.pow(7));
        let mut files = Vec::new();
        for _ in 0..4 {
            // One person's part changes, or nobody's, or everybody's.
            match draw(6) {
                0 => code = draw(7_u64.pow(7)),
                1 => {}
                _ => {
                    let place = 7_u64.pow(draw(7) as u32);
                    let digit = code / place % 7;
                    code = code - digit * place + draw(7) * place;
                }
            }
            let only = [None, None, Some(0), Some(1), Some(2)][draw(5) as usize];
            files.push((parts(code, 7, true), only));
        }
        assert_nobody_is_told(&files, 3);
    }
}

fn team(answers: &[i64]) -> TeamAnswers {
    let mut counts = std::collections::BTreeMap::new();
    answers.iter().for_each(|answer| *counts.entry(*answer).or_default() += 1);
    TeamAnswers {
        invited: None,
        responses: answers.len() as u32,
        questions: [(Arc::from("q"), Answered { question: QUESTION, counts })].into(),
    }
}

fn all(teams: &[(&str, &[i64])]) -> SurveyImport {
    let teams = teams.iter().map(|(name, answers)| (Arc::from(*name), team(answers)));
    SurveyImport { only: None, teams: teams.collect() }
}

/// The teams with scores, and whether there is a whole.
fn scores(survey: &Survey) -> (Vec<(String, f64)>, bool) {
    let figures = survey_figures(survey, 3);
    let teams = figures.teams.iter().flat_map(|(team, figures)| {
        let in_hundredths = |ratio: f64| (ratio * 100.0).round() / 100.0;
        figures.scores.iter().map(move |score| (team.to_string(), in_hundredths(score.ratio)))
    });
    (teams.collect(), figures.whole.is_some_and(|whole| !whole.scores.is_empty()))
}

#[test]
fn before_it_is_closed_a_survey_shows_nothing_and_every_change_is_free() {
    let (name, early) = (Arc::from("2026Q3"), Time(50));
    let first = corrected(None, &name, &all(&[("a", &[1, 2, 3])]), CLOSED, 3, early);
    let told = all(&[("a", &[1, 2, 3, 4]), ("b", &[10, 10, 10])]);
    let second = corrected(Some(&first), &name, &told, CLOSED, 3, early);
    assert_eq!(scores(&second), (vec![("a".into(), 0.25), ("b".into(), 1.0)], true));
    // From now on it is shown.
    let third = corrected(Some(&second), &name, &told, CLOSED, 3, LATER);
    assert_eq!(third.teams, second.teams);
    let reopened = corrected(Some(&third), &name, &told, Time(900), 3, LATER);
    let changed = all(&[("a", &[1, 2, 3]), ("b", &[10, 10, 10])]);
    let changed = corrected(Some(&reopened), &name, &changed, Time(900), 3, LATER);
    assert_eq!(scores(&changed), (vec![("b".into(), 1.0)], false), "what was shown stays known");
}

#[test]
fn a_correction_withholds_the_teams_that_changed_and_the_whole_and_nothing_else() {
    let first = import(None, &all(&[("a", &[1, 2, 3]), ("b", &[4, 4, 4]), ("c", &[7, 8, 9])]), 3);
    let again =
        import(Some(&first), &all(&[("a", &[1, 2, 3]), ("b", &[4, 4, 4]), ("c", &[7, 8, 9])]), 3);
    assert_eq!(again.teams, first.teams);
    let told = all(&[("a", &[1, 2, 3]), ("b", &[4, 4, 5]), ("c", &[7, 8, 9])]);
    let second = import(Some(&first), &told, 3);
    assert_eq!(scores(&second), (vec![("a".into(), 0.2), ("c".into(), 0.8)], false));
    let figures = survey_figures(&second, 3);
    assert_eq!(figures.teams.len(), 3, "how many answered did not change");
    assert_eq!(figures.whole.map(|whole| whole.responses), Some(9));
    // To take it back does not help: both were shown.
    let third =
        import(Some(&second), &all(&[("a", &[1, 2, 3]), ("b", &[4, 4, 4]), ("c", &[7, 8, 9])]), 3);
    assert_eq!(scores(&third).0.len(), 2);
}

#[test]
fn forms_of_single_teams_that_come_after_the_close_add_up() {
    let only = |name: &str, answers: &[i64]| SurveyImport {
        only: Some(Arc::from(name)),
        ..all(&[(name, answers)])
    };
    let first = import(None, &only("a", &[0, 0, 0]), 3);
    let second = import(Some(&first), &only("b", &[10, 10]), 3);
    assert_eq!(scores(&second), (vec![("a".into(), 0.0)], true));
    let whole = survey_figures(&second, 3).whole;
    assert_eq!(whole.map(|whole| whole.responses), Some(3), "the team of two is not in it");
    let third = import(Some(&second), &only("c", &[10, 10, 10]), 3);
    assert_eq!(survey_figures(&third, 3).whole.map(|whole| whole.responses), Some(6));
}

#[test]
fn who_was_asked_is_shown_where_it_tells_of_no_hidden_team() {
    let told = |of_c: &[i64]| {
        let mut told = all(&[("a", &[1, 2, 3]), ("b", &[4, 4, 4]), ("c", of_c)]);
        for team in told.teams.values_mut() {
            team.invited = Some(4);
        }
        told
    };
    let invited = |of_c: &[i64]| {
        let figures = survey_figures(&import(None, &told(of_c), 3), 3);
        (figures.teams.len(), figures.whole.and_then(|whole| whole.invited))
    };
    assert_eq!(invited(&[1, 2, 3]), (3, Some(12)));
    assert_eq!(invited(&[]), (2, None), "four were asked, and none answered");
    // Who was asked is kept where it is not told again, of teams without an answer, too.
    let mut asked = all(&[("a", &[1, 2, 3])]);
    asked.teams.insert("b".into(), TeamAnswers { invited: Some(7), ..TeamAnswers::default() });
    let first = import(None, &asked, 3);
    assert_eq!(import(Some(&first), &all(&[("a", &[1, 2, 3])]), 3).teams, first.teams);
    assert_eq!(invited(&[1]), (1, Some(12)), "two teams hide each other");
}
