//! What evaluation hands over to be shown: figures with their labels.

use super::histogram::Histogram;
use super::settled::SettledFigures;
use crate::config::{ComponentDetail, Settings};
use delivery::domain::{DAY, TeamName, Time};
use delivery::measures::{
    Level, Measure, OpenChanges, PointFigures, SeedFigures, SpaceFigures, SurveyFigures,
    WindowFigures,
};
use std::sync::Arc;

/// Everything that is shown at one instant. The order of the lists has no meaning. What did not
/// change may be shared with the previous set.
#[derive(Clone, Debug, Default)]
pub struct FigureSet {
    /// Components whose backfill is complete.
    pub components: Vec<Arc<ComponentFigures>>,
    /// Teams with at least one such component, or with incidents of their own.
    pub teams: Vec<Arc<TeamFigures>>,
    /// Organisations with at least one such component, or with incidents of their own.
    pub orgs: Vec<Arc<OrgFigures>>,
    /// The counters and histograms of those teams, and of teams that once owned something.
    pub settled_teams: Vec<(TeamName, Arc<SettledFigures>)>,
    /// Those of organisations, likewise.
    pub settled_orgs: Vec<(Arc<str>, Arc<SettledFigures>)>,
    /// All collected repositories.
    pub repositories: Vec<RepositoryState>,
    /// What is shown of surveys.
    pub surveys: Arc<[SurveyFigures]>,
    /// How the catalog stands.
    pub platform: PlatformFigures,
}

/// What a platform team watches of its own product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlatformFigures {
    /// Shown components by lifecycle, in order.
    pub components: Vec<(String, u64)>,
    /// Those that nobody owns.
    pub unowned: u64,
    /// Entries of the catalog that seem out of date, by reason; none where it is not asked.
    pub stale: Vec<(String, u64)>,
    /// Production components that lack something, by what; none where the catalog is not asked.
    pub without: Vec<(String, u64)>,
    /// Components of the catalog by the template that they were made from.
    pub golden_path: Vec<(String, u64)>,
    /// Jobs that call a reusable workflow, by the workflow and what they are pinned to.
    pub workflows: Vec<Pair>,
    /// Times until infrastructure was applied; absent where nothing says what infrastructure is.
    pub self_service: Option<Histogram>,
}

/// The values of two labels, and how much there is of them.
pub type Pair = ([String; 2], u64);

/// Figures that a component, a team and an organisation share.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Figures of windows, with the text of the label `window`, in the configured order.
    pub windows: Vec<(Arc<str>, WindowFigures)>,
    /// How a team works together, likewise by window; those that are withheld are absent. Empty for
    /// components and organisations.
    pub space: Vec<(Arc<str>, SpaceFigures)>,
    /// What is open of a team's changes; absent where it is withheld or not known yet, and for
    /// components and organisations.
    pub open_changes: Option<OpenChanges>,
    /// Figures without a window.
    pub point: PointFigures,
    /// The instant through which there is data: of a team, the earliest of its components'.
    pub data_through: Option<Time>,
}

/// What a component's series are labelled with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComponentLabels {
    /// Its owner, `unowned` where no rule answers.
    pub team: TeamName,
    /// `owner/name` of its repository.
    pub repo: Arc<str>,
    /// Its name, or its repository's.
    pub component: Arc<str>,
}

/// The labels of `dora_component_info` beyond the component's own; empty where not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentInfo {
    /// The system that it is part of.
    pub system: Arc<str>,
    /// Its lifecycle.
    pub lifecycle: Arc<str>,
    /// Who said who owns it.
    pub source: Arc<str>,
}

/// A component.
#[derive(Clone, Debug)]
pub struct ComponentFigures {
    /// Its labels; no two components have the same.
    pub labels: ComponentLabels,
    /// What else is known about it.
    pub info: ComponentInfo,
    /// Its figures.
    pub figures: Figures,
    /// The original collector's gauges.
    pub seed: SeedFigures,
    /// When its counters and histograms were first shown, from which on they count.
    pub born_at: Option<Time>,
    /// Its counters and histograms, by the team that owned the component when they settled: its
    /// present team, and each former team for which something settled.
    pub settled: Vec<(TeamName, Arc<SettledFigures>)>,
}

/// A team.
#[derive(Clone, Debug)]
pub struct TeamFigures {
    /// Its name.
    pub team: TeamName,
    /// Its figures, pooled over its components.
    pub figures: Figures,
    /// Its performance levels over 90 days.
    pub levels: [(Measure, Option<Level>); 4],
}

/// An organisation.
#[derive(Clone, Debug)]
pub struct OrgFigures {
    /// Its name.
    pub org: Arc<str>,
    /// Its figures, pooled over its components.
    pub figures: Figures,
}

/// A collected repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepositoryState {
    /// `owner/name`.
    pub repo: Arc<str>,
    /// Whether all history that the look-back asks for is there.
    pub backfill_complete: bool,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// How much per component.
    pub component_detail: ComponentDetail,
    /// Whether the original collector's families are shown.
    pub seed_surface: bool,
    /// How many series may be shown, without the exporter's own.
    pub max_series: usize,
    /// Whether OpenMetrics tells since when counters and histograms have counted.
    pub created_timestamps: bool,
}

impl From<&Settings> for Exposure {
    fn from(settings: &Settings) -> Exposure {
        Exposure {
            component_detail: settings.exposition.component_detail,
            seed_surface: settings.measures.seed_surface,
            max_series: settings.exposition.max_series,
            created_timestamps: settings.exposition.created_timestamps,
        }
    }
}

impl Figures {
    /// The window of a component's standard detail: 30 d, or where that is not configured, the
    /// nearest to it.
    pub(super) fn standard_window(&self) -> &[(Arc<str>, WindowFigures)] {
        let distance = |at: &usize| (self.windows[*at].1.window.length - 30 * DAY).abs();
        match (0..self.windows.len()).min_by_key(distance) {
            Some(at) => &self.windows[at..=at],
            None => &[],
        }
    }
}
