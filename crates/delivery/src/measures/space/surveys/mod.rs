//! What people answer when they are asked.
//!
//! Answers of surveys become figures of teams and of all teams together, as far as no group of fewer
//! than k people can be told by them, alone or by subtraction ([`survey_figures`]). What a corrected
//! file replaces is judged by [`corrected`].

mod anonymity;
mod correction;
mod survey_figures;
mod survey_score;
mod unrelated_work;

#[cfg(test)]
mod anonymity_tests;
#[cfg(test)]
mod correction_tests;

pub use correction::corrected;
pub use survey_figures::{GroupFigures, SurveyFigures, survey_figures};
pub use survey_score::Score;
pub use unrelated_work::UnrelatedWork;
