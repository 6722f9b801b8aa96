//! What is shown: every visible component, team and organisation with its figures.

use super::Evaluator;
use super::group::{ByName, Group};
use crate::exposition::{
    ComponentFigures, ComponentInfo, ComponentLabels, FigureSet, Figures, OrgFigures,
    RepositoryState, TeamFigures,
};
use delivery::domain::{ComponentId, RepoId, Time, Window};
use delivery::measures::{
    LEVEL_WINDOW, PointFigures, SpaceFigures, WindowFigures, performance_levels,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was shown last, which is shown again where nothing has changed.
#[derive(Debug, Default)]
pub struct Shown {
    components: BTreeMap<ComponentId, Arc<ComponentFigures>>,
    teams: ByName<Arc<TeamFigures>>,
    orgs: ByName<Arc<OrgFigures>>,
    repositories: BTreeMap<RepoId, RepositoryState>,
    /// What has changed since.
    touched: (BTreeSet<RepoId>, BTreeSet<ComponentId>),
}

impl Shown {
    /// Notes what has changed.
    pub fn note(&mut self, repositories: &BTreeSet<RepoId>, components: BTreeSet<ComponentId>) {
        self.touched.0.extend(repositories);
        self.touched.1.extend(components);
    }
}

impl Evaluator {
    /// The figures as they were evaluated last. What has not changed is shared with those before.
    pub fn figures(&mut self) -> FigureSet {
        let mut shown = std::mem::take(&mut self.shown);
        let (repositories, components) = std::mem::take(&mut shown.touched);
        for repo in repositories {
            set(&mut shown.repositories, repo, self.repository(repo));
        }
        for component in components {
            let figures = self.component(&component);
            set(&mut shown.components, component, figures);
        }
        let (labels, is_whole) = (self.labels(), self.rules.lookback >= LEVEL_WINDOW.length);
        let space = &self.space;
        self.teams.show(&mut shown.teams, |name, group| {
            let open = space.open(name);
            let team = team(name, group, space.figures(name), &labels, is_whole);
            let figures = Figures { open_changes: open, ..team.figures };
            Arc::new(TeamFigures { figures, ..team })
        });
        self.orgs.show(&mut shown.orgs, |name, group| {
            Arc::new(OrgFigures { org: Arc::clone(name), figures: group_figures(group, &labels) })
        });
        let set = FigureSet {
            components: shown.components.values().cloned().collect(),
            teams: shown.teams.values().cloned().collect(),
            orgs: shown.orgs.values().cloned().collect(),
            settled_teams: self.settled.totals.of_teams(self.teams.names()),
            settled_orgs: self.settled.totals.of_orgs(self.orgs.names()),
            repositories: shown.repositories.values().cloned().collect(),
            platform: self.platform(),
            surveys: self
                .evaluated_at
                .map(|now| self.estate.surveys.shown(now))
                .unwrap_or_default(),
        };
        self.shown = shown;
        set
    }

    fn repository(&self, repo: RepoId) -> Option<RepositoryState> {
        let facts = self.estate.repositories.get(&repo)?;
        let repo = Arc::clone(&facts.active()?.full_name);
        Some(RepositoryState { repo, backfill_complete: facts.is_complete() })
    }

    fn component(&self, component: &ComponentId) -> Option<Arc<ComponentFigures>> {
        let place = self.places.get(component)?;
        let evaluated = self.components.get(component)?;
        let facts = self.estate.repositories.get(&component.repo);
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
                &evaluated.windows,
                &evaluated.contribution.point,
                facts.and_then(|facts| facts.through()),
                &labels_of(&evaluated.judging.windows),
            ),
            seed: evaluated.seed,
            born_at: self.settled.born_at(component),
            settled: self.settled.totals.of_component(component, &place.team),
        }))
    }

    /// The labels of teams' and organisations' windows, in their order.
    fn labels(&self) -> Vec<Arc<str>> {
        labels_of(&self.rules.windows)
    }
}

/// A team's figures; without levels where less history is read than they are about.
fn team(
    name: &Arc<str>,
    group: &Group,
    space: &[Option<SpaceFigures>],
    labels: &[Arc<str>],
    is_whole: bool,
) -> TeamFigures {
    let space = labels.iter().cloned().zip(space.iter().cloned());
    let space = space.filter_map(|(label, figures)| Some((label, figures?))).collect();
    TeamFigures {
        team: Arc::clone(name),
        figures: Figures { space, ..group_figures(group, labels) },
        levels: performance_levels(group.level_window.as_ref().filter(|_| is_whole)),
    }
}

fn group_figures(group: &Group, labels: &[Arc<str>]) -> Figures {
    labelled(&group.windows, &group.point, group.data_through(), labels)
}

fn labelled(
    windows: &[WindowFigures],
    point: &PointFigures,
    data_through: Option<Time>,
    labels: &[Arc<str>],
) -> Figures {
    let windows = labels.iter().cloned().zip(windows.iter().cloned()).collect();
    let (space, point, open_changes) = (Vec::new(), point.clone(), None);
    Figures { windows, space, open_changes, point, data_through }
}

fn set<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}

fn labels_of(windows: &[(String, Window)]) -> Vec<Arc<str>> {
    windows.iter().map(|(label, _)| Arc::from(label.as_str())).collect()
}
