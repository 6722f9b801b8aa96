//! What an account at PagerDuty shows: whether it can be read, and whose its services are.

use super::looked::Looked;
use super::report::AccountReport;
use crate::cli::findings::{Finding, Severity, named};
use crate::clock::SharedClock;
use crate::config::{PagerDutySettings, Settings};
use crate::sources::SourceError;
use crate::sources::pagerduty::{PagerDuty, Service};
use delivery::domain::Claim;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Asks all accounts, and adds to `findings` what is amiss.
pub async fn ask(
    settings: &Settings,
    looked: &[Looked],
    clock: &SharedClock,
    findings: &mut Vec<Finding>,
) -> Vec<AccountReport> {
    let catalogued = services_of_the_catalog(looked);
    let mut reports = Vec::new();
    for account in &settings.pagerduty {
        let shown = shown(account, clock).await;
        reports.push(report(account, &catalogued, shown, findings));
    }
    reports
}

/// What an account shows: nothing, or its services, unless these alone cannot be listed.
type Shown = Result<Result<Vec<Service>, SourceError>, SourceError>;

async fn shown(account: &PagerDutySettings, clock: &SharedClock) -> Shown {
    let source = PagerDuty::connect(account.clone(), Arc::clone(clock))?;
    source.test().await?;
    Ok(source.services().await)
}

/// The services that the catalog names, in upper case.
fn services_of_the_catalog(looked: &[Looked]) -> BTreeSet<String> {
    let claims = looked.iter().flat_map(|source| &source.said.claims);
    let entries = claims.flat_map(|claims| &claims.claims).filter_map(|claim| match claim {
        Claim::Component(component) => component.pagerduty_service.as_deref(),
        Claim::Team(_) | Claim::Paths { .. } | Claim::Calls { .. } => None,
    });
    entries.map(str::to_uppercase).collect()
}

fn report(
    account: &PagerDutySettings,
    catalogued: &BTreeSet<String>,
    shown: Shown,
    findings: &mut Vec<Finding>,
) -> AccountReport {
    let key = |name: &str| format!("incidents \"{}\"{name}", account.name);
    let (name, api_url) = (account.name.clone(), account.api_url.clone());
    let token = account.token_origin.clone();
    let report = AccountReport { name, api_url, token, ..AccountReport::default() };
    let services = match shown {
        Ok(Ok(services)) => services,
        // Nothing that is collected depends on the list.
        Ok(Err(error)) => {
            findings.push(Finding::warning(key(", services"), error.to_string()));
            return AccountReport { reachable: true, ..report };
        }
        Err(error) => {
            let (severity, message) = (Severity::Error, error.to_string());
            findings.push(Finding { severity, key: key(""), message });
            return report;
        }
    };
    let known: BTreeSet<&str> = services.iter().map(|service| &*service.id).collect();
    // A key of one team only may list fewer services than it reads incidents of.
    for service in account.services.keys().filter(|one| !known.contains(one.as_str())) {
        let message = "the account shows no service of this id: it is the end of the service's \
                       address; correct or remove it";
        findings.push(Finding::warning(key(&format!(", services.{service}")), message));
    }
    let is_mapped = |service: &&Service| {
        account.services.contains_key(&service.id) || catalogued.contains(&service.id)
    };
    let (mapped, others): (Vec<&Service>, Vec<&Service>) = services.iter().partition(is_mapped);
    if !others.is_empty() {
        let names: Vec<String> =
            others.iter().map(|one| format!("{} {:?}", one.id, one.name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = format!(
            "{} of {} services are of no component ({}), and their incidents count for the \
             organisation alone: write their ids here, or as pagerduty.com/service-id into the \
             catalog",
            others.len(),
            services.len(),
            named(&names)
        );
        let (severity, key) = (Severity::Note, key(", services"));
        findings.push(Finding { severity, key, message });
    }
    let (services, mapped) = (services.len(), mapped.len());
    AccountReport { reachable: true, services, mapped, ..report }
}
