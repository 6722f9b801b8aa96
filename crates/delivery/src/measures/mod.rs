//! Judged history and a window become figures: pure functions, one rule a file.
//!
//! A [`Pool`] is a component (one member), a team or an organisation: the same code serves all
//! three, because facts are pooled and quantiles never averaged. No data is not zero: counts are 0
//! when nothing happened, while ratios, durations and quantiles are absent without a denominator.
//! Absent here: names of metric families, labels, and anything that knows what time it is.

mod change_fail_rate;
mod change_lead_time;
mod deployment_days;
mod deployment_frequency;
mod edge;
mod failed_deployment_recovery;
mod figures;
mod open_failures;
mod performance_level;
mod pool;
mod quantile;
mod rework_rate;
mod seed;
#[cfg(test)]
mod tests;
mod time_to_restore;
mod trust;
mod waiting_changes;
mod wilson;

pub use change_lead_time::{PHASES, Phase, PhaseFigures};
pub use edge::{evaluated_windows, next_edge, next_pool_edge};
pub use figures::{PointFigures, WindowFigures, point_figures, window_figures};
pub use performance_level::{BENCHMARK, LEVEL_WINDOW, Level, Measure, performance_levels};
pub use pool::{Member, Pool};
pub use quantile::Distribution;
pub use seed::{SEED_FREQUENCY_WINDOW, SEED_INSTABILITY_WINDOW, SeedFigures, seed_figures};
pub use wilson::Proportion;
