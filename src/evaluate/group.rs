//! Teams and organisations: the facts of their components pooled.

use super::component::Evaluated;
use delivery::domain::{ComponentId, Time, Window};
use delivery::ledger::JudgedIncident;
use delivery::measures::{
    LEVEL_WINDOW, Member, PointFigures, Pool, WindowFigures, next_pool_edge, point_figures,
    window_figures,
};

/// A team or an organisation as it was evaluated last.
#[derive(Debug)]
pub struct EvaluatedGroup {
    /// The components, in order.
    pub components: Vec<ComponentId>,
    /// Incidents that no component has.
    unmapped: Vec<JudgedIncident>,
    next_edge: Option<Time>,
    /// The figures of the configured windows, in their order.
    pub windows: Vec<WindowFigures>,
    /// The figures by which performance levels are given.
    pub level_window: WindowFigures,
    /// The figures of the instant.
    pub point: PointFigures,
}

impl EvaluatedGroup {
    /// Whether the figures hold at `now`, where no component of the group was evaluated since.
    pub fn holds_for(
        &self,
        components: &[ComponentId],
        unmapped: &[JudgedIncident],
        now: Time,
    ) -> bool {
        self.components == components
            && self.unmapped == unmapped
            && self.next_edge.is_none_or(|edge| now < edge)
    }
}

/// Measures a group.
pub fn evaluate_group(
    members: &[(ComponentId, &Evaluated)],
    unmapped: Vec<JudgedIncident>,
    windows: &[Window],
    now: Time,
) -> EvaluatedGroup {
    let components = members.iter().map(|(component, _)| component.clone()).collect();
    let histories: Vec<Member<'_>> = members
        .iter()
        .map(|(_, evaluated)| Member { history: &evaluated.history, t: evaluated.t })
        .collect();
    let incidents: Vec<&JudgedIncident> = unmapped.iter().collect();
    let pool = Pool { members: &histories, unmapped: &incidents, t: now };
    let figures = windows.iter().map(|window| window_figures(&pool, *window)).collect();
    let level_window = window_figures(&pool, LEVEL_WINDOW);
    let (point, next_edge) = (point_figures(&pool), next_pool_edge(&incidents, windows, now));
    EvaluatedGroup { components, unmapped, next_edge, windows: figures, level_window, point }
}
