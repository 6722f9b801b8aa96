//! What counters and histograms show: sums over what has been settled.

use super::histogram::{
    CHANGE_LEAD_TIME, CHANGE_PHASE, Histogram, LEAD_TIME_HOURS, RESTORE, SELF_SERVICE,
};
use delivery::measures::Phase;

/// The counters and histograms of a component and a team that owns or owned it, of a team, or of an
/// organisation; or what everything that is collected has together. None of them ever decreases.
#[derive(Clone, Debug, PartialEq)]
pub struct SettledFigures {
    /// Production deployments.
    pub deployments: u64,
    /// Deployments that failed and never succeeded.
    pub aborted_deployments: u64,
    /// Deployments that repaired something.
    pub rework_deployments: u64,
    /// Incidents opened.
    pub incidents: u64,
    /// Failed deployments, by their reason's place in [`delivery::ledger::Reason::ALL`].
    pub failed_deployments: [u64; 5],
    /// Lead times for the original collector's histogram; the only one that is primed.
    pub lead_time_hours: Histogram,
    /// Change lead times, one for each shipped change.
    pub change_lead_time: Histogram,
    /// Times spent in phases, by the phase's place in [`delivery::measures::PHASES`].
    pub change_phases: [Histogram; 4],
    /// Recovery times of failed deployments.
    pub failed_deployment_recovery: Histogram,
    /// Restore times of production failures.
    pub time_to_restore: Histogram,
    /// Times until infrastructure was applied, once there are any; only what everything has together
    /// has them.
    pub self_service: Option<Box<Histogram>>,
}

impl Default for SettledFigures {
    /// Everything at 0, as at a birth.
    fn default() -> SettledFigures {
        SettledFigures {
            deployments: 0,
            aborted_deployments: 0,
            rework_deployments: 0,
            incidents: 0,
            failed_deployments: [0; 5],
            lead_time_hours: Histogram::new(&LEAD_TIME_HOURS),
            change_lead_time: Histogram::new(&CHANGE_LEAD_TIME),
            change_phases: std::array::from_fn(|_| Histogram::new(&CHANGE_PHASE)),
            failed_deployment_recovery: Histogram::new(&RESTORE),
            time_to_restore: Histogram::new(&RESTORE),
            self_service: None,
        }
    }
}

impl SettledFigures {
    /// The times spent in a phase.
    pub fn change_phase(&self, phase: Phase) -> &Histogram {
        &self.change_phases[phase as usize]
    }

    /// The times until infrastructure was applied, to be added to.
    pub fn self_service_mut(&mut self) -> &mut Histogram {
        self.self_service.get_or_insert_with(|| Box::new(Histogram::new(&SELF_SERVICE)))
    }

    /// The times until infrastructure was applied.
    pub fn all_self_service(&self) -> Histogram {
        match &self.self_service {
            Some(times) => (**times).clone(),
            None => Histogram::new(&SELF_SERVICE),
        }
    }
}
