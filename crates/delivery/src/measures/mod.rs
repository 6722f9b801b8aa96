//! Judged history and a window become figures: pure functions, one rule a file.
//!
//! A rule counts, or tells durations, of one [`Member`] of a team; all that it has to say of its
//! windows is its [`Contribution`]. A component's figures are told of its own contribution, those of a
//! team or an organisation of a [`Pool`] of them, by the same code, because facts are pooled and
//! quantiles never averaged. No data is not zero: counts are 0 when nothing happened, while ratios,
//! durations and quantiles are absent without a denominator. Absent here: names of metric families,
//! labels, and anything that knows what time it is.

mod change_fail_rate;
mod change_lead_time;
mod contribution;
mod deployment_days;
mod deployment_frequency;
mod edge;
mod failed_deployment_recovery;
mod figures;
mod member;
mod multiset;
mod open_failures;
mod performance_level;
mod pool;
mod quantile;
mod rework_rate;
mod seed;
mod space;
mod tally;
#[cfg(test)]
mod tests;
mod time_to_restore;
mod trust;
mod values;
mod waiting_changes;
mod wilson;

pub use change_lead_time::{PHASES, Phase, PhaseFigures};
pub use contribution::Contribution;
pub use edge::{evaluated_windows, next_edge, next_pool_edge};
pub use figures::{PointFigures, WindowFigures};
pub use member::Member;
pub use performance_level::{BENCHMARK, LEVEL_WINDOW, Level, Measure, performance_levels};
pub use pool::{Pool, Replacement};
pub use quantile::Distribution;
pub use seed::{SEED_FREQUENCY_WINDOW, SEED_INSTABILITY_WINDOW, SeedFigures, seed_figures};
pub use space::{
    CiContribution, CiFigures, CiOutcome, CiPool, CiRun, FEWEST_CONTRIBUTORS, GroupFigures,
    HOME_WINDOW, Homes, MIN_CONTRIBUTORS, OpenChanges, OpenState, Score, Share, SpaceFigures,
    SpacePool, SurveyFigures, UnrelatedWork, Whose, corrected, space_figures, survey_figures,
};
pub use wilson::Proportion;
