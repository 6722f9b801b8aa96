//! The core of dora-exporter: facts, judgement and measures.
//!
//! Three rooms, one way through them:
//!
//! * [`domain`]: facts as plain types, with nothing inferred.
//! * [`ledger`]: facts, rules and an instant become the judged history of a component.
//! * [`measures`]: judged history and a window become figures.
//!
//! There is no I/O here, no clock, no `async` and no wire format: everything is a pure function of
//! its arguments, so any past instant can be evaluated by the same code as the present one.

pub mod domain;
pub mod ledger;
pub mod measures;
