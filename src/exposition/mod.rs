//! Figures become bytes: families declared once each, one writer, chunks encoded ahead of the scrape.
//!
//! [`FigureSet`] is what evaluation hands over, [`families`] says what is shown of it,
//! [`encode`] prepares plain and compressed bytes in every [`Format`], and a scrape only adds the exporter's own metrics
//! ([`OwnMetrics`]) to them. `docs/metrics.md` is generated here too ([`reference`]). Absent here:
//! rules about deliveries, and HTTP.

mod chunks;
mod deflate;
mod encoded;
mod expected;
mod families;
mod family;
mod figures;
mod float;
mod format;
mod histogram;
mod history;
mod own;
mod own_families;
mod reference;
mod samples;
mod sequence;
mod settled;
mod surveyed;
#[cfg(test)]
mod tests;
mod withhold;
mod writer;

pub use encoded::{Encoded, encode};
pub use expected::{Subjects, expected_series};
pub use families::families;
pub use family::{Family, Kind, Subject};
pub use figures::{
    ComponentFigures, ComponentInfo, ComponentLabels, Exposure, FigureSet, Figures, OrgFigures,
    PlatformFigures, RepositoryState, TeamFigures,
};
pub use format::Format;
pub use histogram::{Exemplar, Histogram};
pub use history::{PastFigures, Written};
pub use own::{OwnMetrics, SourceLabels};
pub use reference::reference;
pub use settled::SettledFigures;
