//! The facts behind a team's figures, judged again when somebody asks: by the same ledger, of the
//! same facts, for the same instant as the figures that are shown. Nothing of it is kept, since the
//! histories of all components would fill the memory.

use super::Evaluator;
use super::component::{examine_component, instant_of};
use super::components::{Component, components_of};
use super::parallel;
use crate::exposition::{ComponentFigures, ComponentLabels, FigureSet, TeamFigures};
use delivery::domain::{Incident, IncidentId, Repository, TeamName, Time};
use delivery::ledger::{Examination, JudgedIncident, MergedChange, judge_incident};
use delivery::measures::{Homes, SurveyFigures};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a repository is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryPlace {
    /// The configured GitHub that it is at (`[[github]] name`).
    pub host: Arc<str>,
    /// `owner/name`.
    pub full_name: Arc<str>,
}

impl RepositoryPlace {
    pub(super) fn of(repository: &Repository) -> RepositoryPlace {
        let (host, full_name) = (Arc::clone(&repository.host), Arc::clone(&repository.full_name));
        RepositoryPlace { host, full_name }
    }
}

/// Where an incident is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncidentPlace {
    /// At this address, as its source says.
    Page(Arc<str>),
    /// An issue of a repository, as that is called now, by its number.
    Issue(RepositoryPlace, u64),
    /// Among the issues of a repository, by when it was opened, until its address is read.
    Issues(RepositoryPlace, Time),
}

/// Where incidents are found.
pub type IncidentPlaces = BTreeMap<IncidentId, IncidentPlace>;

/// A component, examined.
#[derive(Clone, Debug)]
pub struct ExaminedComponent {
    /// Its figures and labels, as they are shown.
    pub figures: Arc<ComponentFigures>,
    /// Its repository.
    pub repository: RepositoryPlace,
    /// The instant that it was judged for, at which its windows end.
    pub at: Time,
    /// The judged history, and what was left out.
    pub examination: Examination,
}

/// A team, examined: all of its components, or one of them.
#[derive(Clone, Debug)]
pub struct ExaminedTeam {
    /// The instant of the figures.
    pub at: Time,
    /// The team's figures, as they are shown.
    pub figures: Arc<TeamFigures>,
    /// Its components, by repository and name.
    pub components: Vec<ExaminedComponent>,
    /// Incidents that count for the team, though no component has them.
    pub unmapped: Vec<JudgedIncident>,
    /// Where the incidents are found that the above names.
    pub incidents: IncidentPlaces,
    /// Since when everything that happened is known; absent before the first of the components is shown.
    pub known_since: Option<Time>,
    /// What the sources of the unmapped incidents call their component, which nothing is called.
    pub called: BTreeMap<IncidentId, Arc<str>>,
    /// Whether only one component was asked for.
    pub is_one_component: bool,
    /// Where those are at home who wrote or reviewed what the team merged; nowhere for a component.
    pub homes: Arc<Homes>,
    /// Below so many contributors nothing is told of how the team works together.
    pub min_contributors: usize,
    /// What is shown of surveys.
    pub surveys: Arc<[SurveyFigures]>,
}

/// An incident that no component has.
#[derive(Clone, Debug)]
pub struct UnmappedIncident {
    /// Which one.
    pub id: IncidentId,
    /// When it was opened.
    pub opened_at: Time,
    /// How it is judged; absent where it does not count.
    pub judged: Option<JudgedIncident>,
    /// Whether its source counts it.
    pub is_marked: bool,
    /// The team that it counts for, if that is shown.
    pub team: Option<TeamName>,
    /// The organisation that it counts for, if that is shown.
    pub org: Option<Arc<str>>,
    /// What its source calls its component, which nothing is called.
    pub called: Option<Arc<str>>,
    /// Where it is found.
    pub place: Option<IncidentPlace>,
}

/// What counts for organisations and teams without being of a component.
#[derive(Clone, Debug)]
pub struct ExaminedOrganizations {
    /// The instant of the figures.
    pub at: Time,
    /// The incidents, in no order.
    pub unmapped: Vec<UnmappedIncident>,
}

/// Why nothing was examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NothingToExamine {
    /// Nothing was evaluated yet.
    NotReady,
    /// No team has that name; these are there.
    NoTeam(Vec<TeamName>),
    /// The team has no such component, or several; these are there, as they can be named.
    NoComponent(Vec<String>),
    /// The store cannot be read; why.
    Unreadable(String),
}

impl Evaluator {
    /// The figures as they are shown, and their instant; absent before the first evaluation.
    pub fn shown_figures(&mut self) -> Option<(Time, FigureSet)> {
        self.evaluated_at.map(|at| (at, self.figures()))
    }

    /// Examines the components of a team, or the one that `component` names: by `owner/repo/name`,
    /// `owner/repo` or `name`, where only one is called so.
    pub fn examine_team(
        &mut self,
        team: &str,
        component: Option<&str>,
    ) -> Result<ExaminedTeam, NothingToExamine> {
        let (at, shown) = self.shown_figures().ok_or(NothingToExamine::NotReady)?;
        let Some(figures) = shown.teams.iter().find(|one| &*one.team == team) else {
            return Err(NothingToExamine::NoTeam(team_names(&shown)));
        };
        let mut own: Vec<&Arc<ComponentFigures>> =
            shown.components.iter().filter(|one| &*one.labels.team == team).collect();
        own.sort_unstable_by(|a, b| a.labels.cmp(&b.labels));
        if let Some(name) = component {
            own = named(name, &own)?;
        }
        // One component's judgement needs no other's.
        let examined = parallel::map(&own, |figures| self.examine(figures, at));
        let (components, places): (Vec<_>, Vec<_>) = examined.into_iter().flatten().unzip();
        let mut incidents: IncidentPlaces = places.into_iter().flatten().collect();
        let unmapped = match component {
            None => self.unmapped_of(team, &mut incidents),
            Some(_) => Vec::new(),
        };
        let called = unmapped.iter().filter_map(|one| self.estate.incidents.get(&one.id));
        let called = called.filter_map(|one| Some((one.id.clone(), one.component.clone()?)));
        let (figures, called) = (Arc::clone(figures), called.collect());
        let merged = components.iter().flat_map(|it| &it.examination.history.merged);
        let people = merged.filter(|_| component.is_none()).flat_map(MergedChange::people);
        let (homes, min_contributors) = self.space.knowing(people);
        let known_since = self.known_since(own.iter().filter_map(|one| one.born_at), at);
        Ok(ExaminedTeam {
            at,
            figures,
            components,
            unmapped,
            incidents,
            known_since,
            called,
            is_one_component: component.is_some(),
            homes: Arc::new(homes),
            min_contributors,
            surveys: shown.surveys,
        })
    }

    /// The incidents that no component has, whether they count for a team or not.
    pub fn examine_organizations(&mut self) -> Result<ExaminedOrganizations, NothingToExamine> {
        let (at, _) = self.shown_figures().ok_or(NothingToExamine::NotReady)?;
        let only = self.orgs.only().cloned();
        let homes: Vec<_> = self.unmapped_incidents().collect();
        let unmapped = homes.into_iter().filter(|(incident, _)| incident.opened_at <= at);
        let unmapped = unmapped.map(|(incident, home)| {
            let home = home.map(|(facts, repository)| self.home(repository, facts));
            let (team, org) =
                home.map_or((None, only.clone()), |(team, org)| (Some(team), Some(org)));
            UnmappedIncident {
                id: incident.id.clone(),
                opened_at: incident.opened_at,
                judged: judge_incident(incident, at),
                is_marked: incident.counts,
                team: team.filter(|team| self.teams.names().any(|name| name == team)),
                org: org.filter(|org| self.orgs.names().any(|name| name == org)),
                called: incident.component.clone(),
                place: self.place_of(incident).map(|(_, place)| place),
            }
        });
        let unmapped = unmapped.collect();
        Ok(ExaminedOrganizations { at, unmapped })
    }

    fn examine(
        &self,
        figures: &Arc<ComponentFigures>,
        now: Time,
    ) -> Option<(ExaminedComponent, IncidentPlaces)> {
        let labels = &figures.labels;
        let id = self.places.named(&labels.repo, &labels.component)?;
        let facts = self.estate.repositories.get(&id.repo)?;
        let repository = facts.active()?;
        let all = components_of(&self.rules.components, repository, facts);
        let component: Component<'_> = all.into_iter().find(|one| one.id == *id)?;
        let (at, judging) = (instant_of(facts, now), self.rules.judging.of(&repository.full_name));
        let examination = examine_component(&self.estate, facts, &component, &judging.rules, at);
        let incidents = self.estate.witnesses(id).into_iter();
        let incidents = incidents.filter_map(|incident| self.place_of(incident)).collect();
        let (figures, repository) = (Arc::clone(figures), RepositoryPlace::of(repository));
        Some((ExaminedComponent { figures, repository, at, examination }, incidents))
    }

    /// Incidents that count for the team, in the order in which components have theirs.
    fn unmapped_of(&self, team: &str, incidents: &mut IncidentPlaces) -> Vec<JudgedIncident> {
        let mut found = self.unmapped.teams.get(team).cloned().unwrap_or_default();
        found.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
        let facts = found.iter().filter_map(|judged| self.estate.incidents.get(&judged.id));
        incidents.extend(facts.filter_map(|incident| self.place_of(incident)));
        found
    }

    /// Where an incident is found, if that is known.
    fn place_of(&self, incident: &Incident) -> Option<(IncidentId, IncidentPlace)> {
        let repository = || {
            let facts = self.estate.repositories.get(&incident.repo?)?;
            facts.repository.as_ref().map(RepositoryPlace::of)
        };
        let place = match incident.url.as_ref().map(|url| (url, issue_number(url))) {
            Some((url, None)) => IncidentPlace::Page(Arc::clone(url)),
            Some((url, Some(number))) => repository().map_or_else(
                || IncidentPlace::Page(Arc::clone(url)),
                |repository| IncidentPlace::Issue(repository, number),
            ),
            None => IncidentPlace::Issues(repository()?, incident.opened_at),
        };
        Some((incident.id.clone(), place))
    }
}

/// The number in the address of an issue: repositories are renamed, and their issues keep it.
fn issue_number(url: &str) -> Option<u64> {
    url.rsplit_once("/issues/").and_then(|(_, number)| number.parse().ok())
}

/// The teams that are shown, by name.
pub(super) fn team_names(shown: &FigureSet) -> Vec<TeamName> {
    let mut names: Vec<TeamName> = shown.teams.iter().map(|one| Arc::clone(&one.team)).collect();
    names.sort_unstable();
    names
}

/// The only component that bears a name.
pub(super) fn named<'a>(
    name: &str,
    own: &[&'a Arc<ComponentFigures>],
) -> Result<Vec<&'a Arc<ComponentFigures>>, NothingToExamine> {
    let path = |labels: &ComponentLabels| format!("{}/{}", labels.repo, labels.component);
    let by = |matches: &dyn Fn(&ComponentLabels) -> bool| -> Vec<&'a Arc<ComponentFigures>> {
        own.iter().copied().filter(|one| matches(&one.labels)).collect()
    };
    let found = [
        by(&|labels| path(labels).eq_ignore_ascii_case(name)),
        by(&|labels| labels.repo.eq_ignore_ascii_case(name)),
        by(&|labels| labels.component.eq_ignore_ascii_case(name)),
    ];
    let only = found.into_iter().find(|found| found.len() == 1);
    let known = || own.iter().map(|one| path(&one.labels)).collect();
    only.ok_or_else(|| NothingToExamine::NoComponent(known()))
}
