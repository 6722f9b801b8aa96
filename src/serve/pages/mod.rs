//! The delivery review pages: complete without scripts, with nothing loaded from elsewhere, and with
//! no person on them. Absent here: any rule about what counts.

mod answer;
mod asked;
mod calendar;
mod chart;
mod elsewhere;
mod facts;
mod layout;
mod list;
mod lists;
mod markdown;
mod measures;
mod period;
mod report;
mod review;
mod rows;
mod scale;
mod site;
mod space;
mod team;
mod teams;
mod trends;
pub(super) mod words;
mod wrong;

pub use calendar::{Calendar, Quarter};
pub use report::{Report, report, span};

use super::ServeState;
use super::api::List;
use super::api::links::segment;
use crate::config::PagesSettings;
use crate::evaluate::{Answer, Questions};
use answer::{Kept, Task};
use asked::{Asked, Shown, read};
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query as Written, State, rejection::PathRejection};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
use axum::routing::get;
use layout::{crumbs, head, rest};
use list::PARAMETERS;
use moka::sync::Cache;
use period::Period;
use review::{Review, WEEKS, path_of};
use site::Site;
use std::sync::Arc;
use wrong::Wrong;

/// How many bytes of pages are kept, until what they tell changes.
const KEPT: u64 = 16 << 20;
/// A page that is kept is made anew after this, since what is running goes on without news.
const HOLDS_FOR: i64 = 600;

type Shared = State<Arc<ServeState>>;
type Parameters = Result<Written<Vec<(String, String)>>, QueryRejection>;

/// What the pages are made with.
#[derive(Clone, Debug)]
pub struct Pages {
    calendar: Calendar,
    policy: HeaderValue,
    kept: Cache<String, Kept>,
}

impl Pages {
    /// Pages as they are configured.
    pub fn new(settings: &PagesSettings) -> Pages {
        let weight = |_: &String, kept: &Kept| u32::try_from(kept.page.len()).unwrap_or(u32::MAX);
        Pages {
            calendar: Calendar(settings.time_zone),
            policy: answer::policy(&settings.frame_ancestors),
            kept: Cache::builder().max_capacity(KEPT).weigher(weight).build(),
        }
    }
}

impl Default for Pages {
    /// Pages that are told by UTC, and shown in no frame.
    fn default() -> Pages {
        Pages::new(&PagesSettings { time_zone: chrono_tz::Tz::UTC, frame_ancestors: Vec::new() })
    }
}

/// The routes of the pages.
pub(super) fn router() -> Router<Arc<ServeState>> {
    Router::new()
        .route(&format!("/{}", layout::STYLE_PATH), get(answer::style))
        .route("/teams", get(all_teams))
        .route("/teams/{team}", get(one_team))
        .route("/teams/{team}/{list}", get(one_list))
        .route("/components/{owner}/{repo}", get(repository))
        .route("/components/{owner}/{repo}/{component}", get(component))
}

async fn all_teams(state: Shared, headers: HeaderMap, parameters: Parameters) -> Response {
    let site = Site::from_depth(0);
    let told = async {
        let written = read(parameters, &["q", "page"])?;
        let page = written.get("page").map_or(Ok(1), |page| {
            page.parse().map_err(|_| Wrong::request("`page` is a number from 1 on"))
        });
        let named = written.get("q").cloned().unwrap_or_default();
        let wanted = teams::Wanted { named, page: page? };
        let calendar = state.pages.calendar;
        // The week that runs would let every line end low.
        let mut bounds = calendar.weeks(state.health.report().now, WEEKS + 1);
        bounds.pop();
        let overview = state.api.questions.overview(bounds.clone()).await;
        let overview = overview.map_err(|busy| Wrong::later(&busy.to_string()))?.told;
        let overview = overview.ok_or_else(|| Wrong::later("stored facts are being read"))?;
        let mut way = crumbs(&site, Vec::new());
        way.iter_mut().skip(1).for_each(|crumb| crumb.address = None);
        let content = teams::content(&overview, &bounds, &wanted, &site);
        let foot = teams::foot(&overview, calendar, &site);
        Ok(head(&site, "Teams", &way) + &rest(&content, &foot))
    };
    match told.await {
        Ok(page) => answer::whole(&state.pages.policy, &headers, page.into()),
        Err(wrong) => answer::wrong(&state.pages.policy, &wrong, &site),
    }
}

async fn one_team(
    state: Shared,
    team: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
    parameters: Parameters,
) -> Response {
    let site = Site::from_depth(1);
    let told = async {
        let Path(team) = team.map_err(|_| Wrong::request("names are UTF-8"))?;
        let written = read(parameters, &["component", "period"])?;
        let shown = Shown::of(&state).await?;
        let figures = shown.team(&team)?;
        if let Some(wanted) = written.get("component") {
            // A component has a page of its own.
            let labels = shown.component(wanted)?;
            let period = written.get("period").map(String::as_str);
            return Ok(Err(site.component(&path_of(&labels), period)));
        }
        Ok(Ok((shown.asked(figures, None, &written, &state)?, None)))
    };
    review_page(&state, &site, &headers, &uri, told.await).await
}

async fn component(
    state: Shared,
    path: Result<Path<(String, String, String)>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
    parameters: Parameters,
) -> Response {
    let site = Site::from_depth(3);
    let told = async {
        let Path((owner, repo, name)) = path.map_err(|_| Wrong::request("names are UTF-8"))?;
        let written = read(parameters, &["period"])?;
        let shown = Shown::of(&state).await?;
        let labels = shown.component(&format!("{owner}/{repo}/{name}"))?;
        let figures = shown.team(&labels.team)?;
        Ok(Ok((shown.asked(figures, Some(labels), &written, &state)?, None)))
    };
    review_page(&state, &site, &headers, &uri, told.await).await
}

/// A repository that is one component leads to it.
async fn repository(
    state: Shared,
    path: Result<Path<(String, String)>, PathRejection>,
    parameters: Parameters,
) -> Response {
    let site = Site::from_depth(2);
    let told = async {
        let Path((owner, repo)) = path.map_err(|_| Wrong::request("names are UTF-8"))?;
        let written = read(parameters, &["period"])?;
        let shown = Shown::of(&state).await?;
        let wanted = format!("{owner}/{repo}");
        let found: Vec<String> = shown
            .labels()
            .filter(|labels| labels.repo.eq_ignore_ascii_case(&wanted))
            .map(path_of)
            .collect();
        match found.as_slice() {
            [] => Err(Wrong::component(&wanted, &shown.paths())),
            [only] => Ok(site.component(only, written.get("period").map(String::as_str))),
            _ => Err(Wrong::several(&wanted, found)),
        }
    };
    match told.await {
        Ok(address) => answer::elsewhere(address),
        Err(wrong) => answer::wrong(&state.pages.policy, &wrong, &site),
    }
}

async fn one_list(
    state: Shared,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
    parameters: Parameters,
) -> Response {
    let site = Site::from_depth(2);
    let told = async {
        let Path((team, list)) = path.map_err(|_| Wrong::request("names are UTF-8"))?;
        let known = || List::ALL.map(|list| list.name().to_owned()).to_vec();
        let list = List::ALL.into_iter().find(|one| one.name() == list);
        let list = list.ok_or_else(|| Wrong::unknown("such list", "", known()))?;
        let names: Vec<&str> = PARAMETERS.into_iter().chain(["component"]).collect();
        let written = read(parameters, &names)?;
        let wanted = list::Wanted::of(list, &written)?;
        let shown = Shown::of(&state).await?;
        let figures = shown.team(&team)?;
        let labels = written.get("component").map(|wanted| shown.component(wanted)).transpose()?;
        let has_period = written.contains_key("period");
        Ok(Ok((shown.asked(figures, labels, &written, &state)?, Some((wanted, has_period)))))
    };
    review_page(&state, &site, &headers, &uri, told.await).await
}

/// What a page is asked for: the review, and the list if it is one; or another page's address.
type Told = Result<Result<(Asked, Option<(list::Wanted, bool)>), Option<String>>, Wrong>;

async fn review_page(
    state: &ServeState,
    site: &Site,
    headers: &HeaderMap,
    uri: &Uri,
    told: Told,
) -> Response {
    let pages = &state.pages;
    let (asked, list) = match told {
        Ok(Ok(asked)) => asked,
        Ok(Err(address)) => return answer::elsewhere(address),
        Err(wrong) => return answer::wrong(&pages.policy, &wrong, site),
    };
    let key = uri.to_string();
    let slot = asked.at.0.div_euclid(HOLDS_FOR);
    let holds = |kept: &Kept| {
        let is_same = Arc::ptr_eq(&kept.figures, &asked.figures);
        is_same && Arc::ptr_eq(&kept.surveys, &asked.surveys) && kept.slot == slot
    };
    if let Some(kept) = pages.kept.get(&key).filter(holds) {
        return answer::whole(&pages.policy, headers, kept.page);
    }
    let head = asked.head(site, list.as_ref().map(|(wanted, _)| wanted.list()));
    let keep = {
        let (figures, surveys) = (Arc::clone(&asked.figures), Arc::clone(&asked.surveys));
        let kept = pages.kept.clone();
        move |page| kept.insert(key, Kept { figures, surveys, slot, page })
    };
    let task =
        Task::spawn(head.clone(), make(asked, list, site.clone(), state, pages.calendar), keep);
    task.answer(&pages.policy, headers, site, head).await
}

/// Makes all of a page behind its head.
fn make(
    asked: Asked,
    list: Option<(list::Wanted, bool)>,
    site: Site,
    state: &ServeState,
    calendar: Calendar,
) -> impl Future<Output = Result<String, Wrong>> + Send + 'static {
    let questions: Questions = state.api.questions.clone();
    async move {
        let component = asked.component.as_ref().map(path_of);
        let team = asked.figures.team.to_string();
        let answer = questions.team(&team, component.as_deref()).await;
        let Answer { told, web } = answer.map_err(|busy| Wrong::later(&busy.to_string()))?;
        let examined =
            told.map_err(|nothing| Wrong::nothing(nothing, &team, component.as_deref()))?;
        // The figures are of the instant of the examination, a moment after the period was read.
        let period = Period::parse(&asked.period, examined.at, calendar)
            .map_err(|advice| Wrong::request(&advice))?;
        let elsewhere = match &list {
            None => {
                let during = Some((period.from, period.to));
                let counted = questions.environments(Some((&team, component.as_deref())), during);
                // A page without them is better than none.
                counted.await.ok().and_then(|answer| answer.told.ok())
            }
            Some(_) => None,
        };
        let render = move || {
            let content = match &list {
                None => {
                    let elsewhere = elsewhere.map(|told| elsewhere::elsewhere(&told.list, &web));
                    let review = Review::of(examined, web, calendar, period, elsewhere);
                    (team::content(&review, &site), team::foot(&review, &site))
                }
                Some((wanted, has_period)) => {
                    let review = Review::of_facts(examined, web, calendar, period);
                    let content = list::content(&review, wanted, *has_period, &site);
                    (content, team::foot(&review, &site))
                }
            };
            Ok(rest(&content.0, &content.1))
        };
        let rendered = tokio::task::spawn_blocking(render).await;
        rendered.unwrap_or_else(|_| Err(Wrong::later("the page could not be made")))
    }
}
