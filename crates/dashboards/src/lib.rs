//! The Grafana dashboards, written out of one description of the measures, so that a measure has the
//! same name, unit, thresholds and explanation wherever it is drawn. Absent: `dashboards/seed.json`,
//! the original collector's two panels, which are kept as they were.
//!
//! The committed JSON is what people import; `cargo run -p dashboards` writes it anew.

mod dashboard;
mod health;
mod measure;
mod overview;
mod panel;
mod platform;
mod quality;
mod query;
mod space;
mod table;
mod team;
mod team_rows;
mod variable;

pub use dashboard::Dashboard;

/// Every dashboard, in the order in which they link to each other.
pub fn all() -> [Dashboard; 6] {
    [
        overview::dashboard(),
        team::dashboard(),
        space::dashboard(),
        quality::dashboard(),
        platform::dashboard(),
        health::dashboard(),
    ]
}

#[cfg(test)]
mod tests;
