//! Where the pages are: addresses relative to the page that is shown, so that they hold behind a proxy
//! that serves them below a path of its own.

use super::calendar::Calendar;
use super::period::{Period, USUAL};
use crate::serve::api::{List, links::segment};
use delivery::domain::Time;

/// The addresses of other pages, as seen from one; none in a file that stands alone.
#[derive(Clone, Debug)]
pub struct Site {
    root: Option<String>,
}

/// Which facts of a list are asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked<'a> {
    /// The component, as `owner/repo/name`.
    pub component: Option<&'a str>,
    /// Parameters and their values, in order.
    pub parameters: Vec<(&'static str, String)>,
}

impl Asked<'_> {
    /// The same with one more parameter.
    pub fn and(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.parameters.push((name, value.into()));
        self
    }

    /// The facts of a period.
    pub fn during(self, period: &Period) -> Self {
        if period.key.is_empty() {
            return self.between(period.from, period.to);
        }
        self.and("period", period.key.clone())
    }

    /// The facts after an instant and until another.
    pub fn between(self, from: Time, to: Time) -> Self {
        let utc = Calendar(chrono_tz::Tz::UTC);
        let text = |at| utc.stamp(at).replace("+00:00", "Z");
        self.and("from", text(from)).and("to", text(to))
    }
}

impl Site {
    /// As seen from a page that is so many segments deep: `/teams/checkout` is 1, `/teams` is 0.
    pub fn from_depth(depth: usize) -> Site {
        Site { root: Some("../".repeat(depth)) }
    }

    /// As seen from a file.
    pub fn nowhere() -> Site {
        Site { root: None }
    }

    /// Whether other pages can be reached.
    pub fn is_served(&self) -> bool {
        self.root.is_some()
    }

    /// Something by its path from the root.
    pub fn at(&self, path: &str) -> Option<String> {
        let root = self.root.as_deref()?;
        let address = format!("{root}{path}");
        Some(if address.is_empty() { "./".to_owned() } else { address })
    }

    /// A team, in a period other than the usual one.
    pub fn team(&self, team: &str, period: Option<&str>) -> Option<String> {
        self.at(&format!("teams/{}{}", segment(team), in_period(period)))
    }

    /// A component by `owner/repo/name`.
    pub fn component(&self, path: &str, period: Option<&str>) -> Option<String> {
        let path: Vec<String> = path.splitn(3, '/').map(segment).collect();
        self.at(&format!("components/{}{}", path.join("/"), in_period(period)))
    }

    /// A list of facts.
    pub fn list(&self, team: &str, list: List, asked: &Asked<'_>) -> Option<String> {
        let component = asked.component.map(|component| ("component", component.to_owned()));
        let parameters = component.iter().chain(&asked.parameters);
        let parameters: Vec<String> =
            parameters.map(|(name, value)| format!("{name}={}", segment(value))).collect();
        let sign = if parameters.is_empty() { "" } else { "?" };
        let query = parameters.join("&");
        self.at(&format!("teams/{}/{}{sign}{query}", segment(team), list.name()))
    }
}

fn in_period(period: Option<&str>) -> String {
    let period = period.filter(|period| *period != USUAL);
    period.map(|period| format!("?period={}", segment(period))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn addresses_are_relative_and_hold_whatever_names_are_made_of() {
        let site = Site::from_depth(1);
        assert_eq!(site.team("a/b \"<é", Some("30d")).unwrap(), "../teams/a%2Fb%20%22%3C%C3%A9");
        assert_eq!(
            site.component("acme/shop/check/out", Some("2026Q3")).unwrap(),
            "../components/acme/shop/check%2Fout?period=2026Q3"
        );
        let asked = Asked { component: Some("acme/shop/api"), ..Asked::default() };
        let asked = asked.between(Time(0), Time(1_800_000_000));
        assert_eq!(
            site.list("pay", List::Failures, &asked).unwrap(),
            "../teams/pay/failures?component=acme%2Fshop%2Fapi&from=1970-01-01T00%3A00%3A00Z\
             &to=2027-01-15T08%3A00%3A00Z"
        );
        assert_eq!(Site::from_depth(0).at("").unwrap(), "./");
        assert_eq!(Site::nowhere().team("pay", None), None);
    }
}
