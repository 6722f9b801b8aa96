//! SPACE: what DORA misses, per team and never per person.
//!
//! [`surveys`] is what people answer when they are asked, [`reviews`] what their merged changes and
//! reviews tell, [`open_changes`] what waits, [`ci`] how continuous integration answers.

mod ci;
mod open_changes;
mod reviews;
mod surveys;

pub use ci::{CiContribution, CiFigures, CiOutcome, CiPool, CiRun};
pub use open_changes::{OpenChanges, OpenState};
pub use reviews::{
    FEWEST_CONTRIBUTORS, HOME_WINDOW, Homes, MIN_CONTRIBUTORS, Share, SpaceFigures, SpacePool,
    Whose, space_figures,
};
pub use surveys::{GroupFigures, Score, SurveyFigures, UnrelatedWork, corrected, survey_figures};

pub(super) use reviews::{Parts, SpaceTally};
