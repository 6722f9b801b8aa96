//! SPACE, of teams only: what surveys tell.

use crate::exposition::family::{Declaration, Reading, Subject};

const fn gauge(
    stem: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    rule: &'static str,
    reading: Reading,
) -> Declaration {
    Declaration::gauge(stem, &[Subject::Survey], labels, help, rule, reading)
}

pub(super) const DECLARATIONS: &[Declaration] = &[
    gauge(
        "score_ratio",
        &["question", "dimension"],
        "Mean of the team's answers to a question, from 0 (worst) to 1 (best); absent where too few answered it.",
        "Each answer is brought to 0 to 1 by the question's scale and direction. A question that fewer than `surveys.minimum_responses` of the team answered is withheld.",
        Reading::SurveyScores,
    ),
    gauge(
        "unrelated_work_seconds_per_week",
        &["stat"],
        "Time a week that the team's members spend on work not directly related to building the product.",
        "The answers to the question whose scale is `hours`, exact by nearest rank. A quantile is told where at least three answers are as high or higher, and three as low or lower: of small teams only `p50` and `mean` are.",
        Reading::SurveyUnrelatedWork,
    ),
    gauge(
        "responses",
        &[],
        "How many of the team answered at least one question.",
        "A team with fewer than `surveys.minimum_responses` has no series at all, nor has the one by which it could be told from all together.",
        Reading::Survey(|_, team| Some(team.responses as f64)),
    ),
    gauge(
        "invited",
        &[],
        "How many of the team were asked; absent where that was not told with the answers.",
        "",
        Reading::Survey(|_, team| team.invited.map(|invited| invited as f64)),
    ),
    gauge(
        "closed_timestamp_seconds",
        &[],
        "When the survey was closed, from which on it is shown.",
        "As it was told with the answers, else the end of the quarter that the survey is named after.",
        Reading::Survey(|survey, _| Some(survey.closed.0 as f64)),
    ),
];
