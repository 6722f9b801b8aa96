//! What is shown: every visible component, team and organisation with its figures.

use super::Evaluator;
use super::group::EvaluatedGroup;
use crate::exposition::{
    ComponentFigures, ComponentInfo, ComponentLabels, FigureSet, Figures, OrgFigures,
    RepositoryState, TeamFigures,
};
use delivery::domain::{ComponentId, Time, Window};
use delivery::measures::{
    LEVEL_WINDOW, Level, Measure, PointFigures, WindowFigures, performance_levels,
};
use std::sync::Arc;

impl Evaluator {
    /// The figures as they were evaluated last.
    pub fn figures(&self) -> FigureSet {
        let repositories = self.estate.repositories.values().filter_map(|facts| {
            let repository = facts.active()?;
            let backfill_complete = facts.is_complete();
            Some(RepositoryState { repo: Arc::clone(&repository.full_name), backfill_complete })
        });
        FigureSet {
            components: self
                .places
                .keys()
                .filter_map(|component| self.component(component))
                .collect(),
            teams: self.teams.iter().map(|(team, group)| self.team(team, group)).collect(),
            orgs: self.orgs.iter().map(|(org, group)| self.org(org, group)).collect(),
            settled_teams: self.settled.totals.of_teams(self.teams.keys()),
            settled_orgs: self.settled.totals.of_orgs(self.orgs.keys()),
            repositories: repositories.collect(),
            platform: self.platform(),
        }
    }

    fn component(&self, component: &ComponentId) -> Option<Arc<ComponentFigures>> {
        let place = self.places.get(component)?;
        let evaluated = self.components.get(component)?;
        Some(Arc::new(ComponentFigures {
            labels: ComponentLabels {
                team: Arc::clone(&place.team),
                repo: Arc::clone(&place.repo),
                component: Arc::clone(&place.component),
            },
            info: ComponentInfo {
                system: Arc::clone(&place.system),
                lifecycle: Arc::clone(&place.lifecycle),
                source: Arc::from(place.source),
            },
            figures: labelled(
                &evaluated.judging.windows,
                &evaluated.windows,
                evaluated.point.clone(),
                self.through(component),
            ),
            seed: evaluated.seed,
            born_at: self.settled.born_at(component),
            settled: self.settled.totals.of_component(component, &place.team),
        }))
    }

    fn team(&self, team: &Arc<str>, group: &EvaluatedGroup) -> Arc<TeamFigures> {
        Arc::new(TeamFigures {
            team: Arc::clone(team),
            figures: self.of_group(group),
            levels: self.levels(group),
        })
    }

    /// The levels of a group; none where less history is read than they are about.
    fn levels(&self, group: &EvaluatedGroup) -> [(Measure, Option<Level>); 4] {
        let levels = performance_levels(&group.level_window);
        let is_whole = self.rules.lookback >= LEVEL_WINDOW.length;
        levels.map(|(measure, level)| (measure, level.filter(|_| is_whole)))
    }

    fn org(&self, org: &Arc<str>, group: &EvaluatedGroup) -> Arc<OrgFigures> {
        Arc::new(OrgFigures { org: Arc::clone(org), figures: self.of_group(group) })
    }

    fn of_group(&self, group: &EvaluatedGroup) -> Figures {
        let through = self.through_all(group);
        labelled(&self.rules.windows, &group.windows, group.point.clone(), through)
    }

    fn through(&self, component: &ComponentId) -> Option<Time> {
        self.estate.repositories.get(&component.repo).and_then(|facts| facts.through())
    }

    /// A group has data as long as the component that lags most.
    fn through_all(&self, group: &EvaluatedGroup) -> Option<Time> {
        group.components.iter().filter_map(|component| self.through(component)).min()
    }
}

fn labelled(
    labels: &[(String, Window)],
    windows: &[WindowFigures],
    point: PointFigures,
    data_through: Option<Time>,
) -> Figures {
    let labels = labels.iter().map(|(label, _)| Arc::from(label.as_str()));
    Figures { windows: labels.zip(windows.iter().cloned()).collect(), point, data_through }
}
