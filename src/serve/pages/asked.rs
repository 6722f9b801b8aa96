//! What a page is asked for: parameters that are known, and teams and components that are there.

use super::Parameters;
use super::layout::{Crumb, crumbs, head};
use super::period::{self, Period, USUAL};
use super::review::path_of;
use super::site::Site;
use super::wrong::Wrong;
use crate::exposition::{ComponentLabels, FigureSet, TeamFigures};
use crate::serve::ServeState;
use crate::serve::api::List;
use axum::extract::Query as Written;
use delivery::domain::Time;
use delivery::measures::SurveyFigures;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A review that is asked for, of a team or a component that is there.
pub struct Asked {
    /// The instant of the figures.
    pub at: Time,
    /// The team's figures, as they are shown.
    pub figures: Arc<TeamFigures>,
    /// What is shown of surveys.
    pub surveys: Arc<[SurveyFigures]>,
    /// The component, if it is asked for.
    pub component: Option<ComponentLabels>,
    /// The period, as it is written.
    pub period: String,
}

impl Asked {
    /// What stands before the content of the page.
    pub fn head(&self, site: &Site, list: Option<List>) -> String {
        let team = &self.figures.team;
        let mut way = vec![(site.team(team, None), team.to_string())];
        if let Some(labels) = &self.component {
            way.push((site.component(&path_of(labels), None), labels.component.to_string()));
        }
        if let Some(list) = list {
            way.push((None, period::capitalized(list.name())));
        }
        let title = match (&self.component, list) {
            (Some(labels), None) => labels.component.to_string(),
            (None, None) => team.to_string(),
            (component, Some(list)) => {
                let of = component.as_ref().map_or(team, |labels| &labels.component);
                format!("{} of {of}", period::capitalized(list.name()))
            }
        };
        let last = way.len() - 1;
        let way = way
            .into_iter()
            .enumerate()
            .map(|(at, (address, text))| Crumb { address: address.filter(|_| at != last), text });
        head(site, &title, &crumbs(site, way.collect()))
    }
}

/// The figures as they are shown, in which teams and components are looked up.
pub struct Shown {
    at: Time,
    figures: FigureSet,
}

impl Shown {
    /// Those of now.
    pub async fn of(state: &ServeState) -> Result<Shown, Wrong> {
        let answer = state.api.questions.figures().await;
        let told = answer.map_err(|busy| Wrong::later(&busy.to_string()))?.told;
        let (at, figures) = told.ok_or_else(|| Wrong::later("stored facts are being read"))?;
        Ok(Shown { at, figures })
    }

    /// A team by its name.
    pub fn team(&self, wanted: &str) -> Result<Arc<TeamFigures>, Wrong> {
        let found = self.figures.teams.iter().find(|one| &*one.team == wanted);
        found.cloned().ok_or_else(|| {
            let mut known: Vec<String> =
                self.figures.teams.iter().map(|one| one.team.to_string()).collect();
            known.sort_unstable();
            Wrong::team(wanted, &known)
        })
    }

    /// The component by `owner/repo/name`, whose owner and repository are told in any case of letters.
    pub fn component(&self, wanted: &str) -> Result<ComponentLabels, Wrong> {
        let found = self.labels().find(|labels| path_of(labels) == wanted);
        let alike = || self.labels().find(|labels| path_of(labels).eq_ignore_ascii_case(wanted));
        found.or_else(alike).cloned().ok_or_else(|| Wrong::component(wanted, &self.paths()))
    }

    /// All components.
    pub fn labels(&self) -> impl Iterator<Item = &ComponentLabels> {
        self.figures.components.iter().map(|one| &one.labels)
    }

    /// All components as they are asked for, in order.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.labels().map(path_of).collect();
        paths.sort_unstable();
        paths
    }

    /// What is asked for, with a period that can be told.
    pub fn asked(
        &self,
        figures: Arc<TeamFigures>,
        component: Option<ComponentLabels>,
        written: &BTreeMap<String, String>,
        state: &ServeState,
    ) -> Result<Asked, Wrong> {
        let period = written.get("period").map_or(USUAL, String::as_str);
        Period::parse(period, self.at, state.pages.calendar)
            .map_err(|advice| Wrong::request(&advice))?;
        let surveys = Arc::clone(&self.figures.surveys);
        Ok(Asked { at: self.at, figures, surveys, component, period: period.to_owned() })
    }
}

/// The parameters that are written and known, each once; what is left empty is not written.
pub fn read(parameters: Parameters, known: &[&str]) -> Result<BTreeMap<String, String>, Wrong> {
    let Written(written) =
        parameters.map_err(|_| Wrong::request("the part behind `?` cannot be read"))?;
    let mut read = BTreeMap::new();
    for (name, value) in written {
        if !known.contains(&name.as_str()) {
            let names = known.iter().map(|name| (*name).to_owned()).collect();
            return Err(Wrong::unknown("parameter", &name, names));
        }
        if !value.is_empty() && read.insert(name, value).is_some() {
            return Err(Wrong::request("each parameter is written once"));
        }
    }
    Ok(read)
}
