//! What is counted, as a settled row names it and as a counter or histogram adds it up.

use crate::exposition::{Histogram, SettledFigures};
use crate::store::{SettledRow, Total};
use delivery::domain::{PullNumber, Span};
use delivery::ledger::Reason;
use delivery::measures::{PHASES, Phase};

/// One thing that one family counts; durations are in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// A production deployment.
    Deployment,
    /// A deployment that failed and never succeeded.
    AbortedDeployment,
    /// A deployment that repaired something.
    ReworkDeployment,
    /// A failed deployment.
    FailedDeployment(Reason),
    /// An incident.
    Incident,
    /// A shipped change, for the original collector's histogram.
    LeadTimeHours(Span),
    /// A shipped change, with its lead time.
    LeadTime(Span),
    /// A phase of a shipped change's lead time.
    ChangePhase(Phase, Span),
    /// The recovery of a failed deployment.
    Recovery(Span),
    /// The restoring after a production failure.
    Restore(Span),
    /// A pull request that changed infrastructure, from its opening until it was applied.
    SelfService(Span),
}

impl Counted {
    /// The family that counts it, by its component level's name.
    pub fn family(self) -> &'static str {
        match self {
            Counted::Deployment => "dora_deployments_total",
            Counted::AbortedDeployment => "dora_aborted_deployments_total",
            Counted::ReworkDeployment => "dora_rework_deployments_total",
            Counted::FailedDeployment(_) => "dora_failed_deployments_total",
            Counted::Incident => "dora_incidents_total",
            Counted::LeadTimeHours(_) => "dora_lead_time_hours",
            Counted::LeadTime(_) => "dora_change_lead_time_seconds",
            Counted::ChangePhase(..) => "dora_change_phase_seconds",
            Counted::Recovery(_) => "dora_failed_deployment_recovery_seconds",
            Counted::Restore(_) => "dora_time_to_restore_seconds",
            Counted::SelfService(_) => "platform_self_service_seconds",
        }
    }

    /// The value of the family's label beyond the level's.
    pub fn label(self) -> Option<&'static str> {
        match self {
            Counted::FailedDeployment(reason) => Some(reason.name()),
            Counted::ChangePhase(phase, _) => Some(phase.name()),
            _ => None,
        }
    }

    /// What it adds: 1, or seconds.
    pub fn value(self) -> Span {
        match self {
            Counted::LeadTimeHours(seconds)
            | Counted::LeadTime(seconds)
            | Counted::ChangePhase(_, seconds)
            | Counted::Recovery(seconds)
            | Counted::Restore(seconds)
            | Counted::SelfService(seconds) => seconds,
            _ => 1,
        }
    }

    /// What a row counts; absent for what this version does not know.
    pub fn of(row: &SettledRow) -> Option<Counted> {
        Counted::named(&row.family, row.reason.as_deref(), row.value as Span)
    }

    /// What a total counts, as if it were one at the bucket's upper bound; absent likewise.
    pub fn of_total(total: &Total) -> Option<Counted> {
        let label = Some(total.label.as_str()).filter(|label| !label.is_empty());
        Counted::named(&total.family, label, total.upto.unwrap_or(Span::MAX))
    }

    fn named(family: &str, label: Option<&str>, seconds: Span) -> Option<Counted> {
        Some(match family {
            "dora_deployments_total" => Counted::Deployment,
            "dora_aborted_deployments_total" => Counted::AbortedDeployment,
            "dora_rework_deployments_total" => Counted::ReworkDeployment,
            "dora_failed_deployments_total" => {
                let named = |reason: &Reason| Some(reason.name()) == label;
                Counted::FailedDeployment(Reason::ALL.into_iter().find(named)?)
            }
            "dora_incidents_total" => Counted::Incident,
            "dora_lead_time_hours" => Counted::LeadTimeHours(seconds),
            "dora_change_lead_time_seconds" => Counted::LeadTime(seconds),
            "dora_change_phase_seconds" => {
                let named = |phase: &Phase| Some(phase.name()) == label;
                Counted::ChangePhase(PHASES.into_iter().find(named)?, seconds)
            }
            "dora_failed_deployment_recovery_seconds" => Counted::Recovery(seconds),
            "dora_time_to_restore_seconds" => Counted::Restore(seconds),
            "platform_self_service_seconds" => Counted::SelfService(seconds),
            _ => return None,
        })
    }

    /// The upper bound of the bucket that it falls into; absent above all bounds, and for what has
    /// no buckets. Any figures tell the buckets.
    pub fn upto(self, figures: &mut SettledFigures) -> Option<Span> {
        match self.sum_of(figures) {
            Sum::Count(_) => None,
            Sum::Histogram(histogram) => histogram.upper_bound(self.value()),
        }
    }

    /// Adds it up; a lead time of a pull request is an example of its bucket.
    pub fn add_to(self, figures: &mut SettledFigures, pull: Option<PullNumber>) {
        match (self.sum_of(figures), pull) {
            (Sum::Count(count), _) => *count += 1,
            (Sum::Histogram(histogram), Some(pull)) => histogram.observe_pull(self.value(), pull),
            (Sum::Histogram(histogram), None) => histogram.observe(self.value()),
        }
    }

    /// Adds a total of it: how many there were, with the sum of their values.
    pub fn add_total(
        self,
        figures: &mut SettledFigures,
        (count, sum): (u64, Span),
        exemplar: Option<(PullNumber, Span)>,
    ) {
        match self.sum_of(figures) {
            Sum::Count(known) => *known += count,
            Sum::Histogram(histogram) => {
                histogram.add_total(self.value(), (count, sum), exemplar);
            }
        }
    }

    fn sum_of(self, figures: &mut SettledFigures) -> Sum<'_> {
        match self {
            Counted::Deployment => Sum::Count(&mut figures.deployments),
            Counted::AbortedDeployment => Sum::Count(&mut figures.aborted_deployments),
            Counted::ReworkDeployment => Sum::Count(&mut figures.rework_deployments),
            Counted::FailedDeployment(reason) => {
                Sum::Count(&mut figures.failed_deployments[reason as usize])
            }
            Counted::Incident => Sum::Count(&mut figures.incidents),
            Counted::LeadTimeHours(_) => Sum::Histogram(&mut figures.lead_time_hours),
            Counted::LeadTime(_) => Sum::Histogram(&mut figures.change_lead_time),
            Counted::ChangePhase(phase, _) => {
                Sum::Histogram(&mut figures.change_phases[phase as usize])
            }
            Counted::Recovery(_) => Sum::Histogram(&mut figures.failed_deployment_recovery),
            Counted::Restore(_) => Sum::Histogram(&mut figures.time_to_restore),
            Counted::SelfService(_) => Sum::Histogram(figures.self_service_mut()),
        }
    }
}

/// Where something is added up.
enum Sum<'a> {
    Count(&'a mut u64),
    Histogram(&'a mut Histogram),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::exposition::families;
    use delivery::domain::{ComponentId, RepoId, Time};

    #[test]
    fn a_row_tells_what_was_counted_and_its_family_is_declared() {
        let reasons = Reason::ALL.map(Counted::FailedDeployment);
        let phases = PHASES.map(|phase| Counted::ChangePhase(phase, 7));
        let others = [
            Counted::Deployment,
            Counted::AbortedDeployment,
            Counted::ReworkDeployment,
            Counted::Incident,
            Counted::LeadTimeHours(7),
            Counted::LeadTime(7),
            Counted::Recovery(7),
            Counted::Restore(7),
            Counted::SelfService(7),
        ];
        for counted in reasons.into_iter().chain(phases).chain(others) {
            assert!(families().iter().any(|family| family.name() == counted.family()));
            let row = SettledRow {
                family: counted.family().to_owned(),
                subject: "x".to_owned(),
                component: ComponentId::whole(RepoId(1)),
                team: "pay".to_owned(),
                org: "acme".to_owned(),
                reason: counted.label().map(str::to_owned),
                value: counted.value() as f64,
                at: Time(1),
            };
            assert_eq!(Counted::of(&row), Some(counted));
            let unknown = SettledRow { reason: Some("later".to_owned()), ..row.clone() };
            assert_eq!(Counted::of(&unknown).is_none(), counted.label().is_some());
            assert!(Counted::of(&SettledRow { family: "later".to_owned(), ..row }).is_none());
            let mut figures = SettledFigures::default();
            counted.add_to(&mut figures, None);
            assert_ne!(figures, SettledFigures::default(), "{counted:?}");
        }
    }
}
