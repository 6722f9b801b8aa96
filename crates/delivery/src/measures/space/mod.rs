//! SPACE: what DORA misses, per team and never per person.
//!
//! [`surveys`] is what people answer when they are asked, [`reviews`] what their merged changes and
//! reviews tell, [`ci`] how continuous integration answers them.

mod ci;
mod reviews;
mod surveys;

pub use ci::{CiContribution, CiFigures, CiOutcome, CiPool, CiRun};
pub use reviews::{
    FEWEST_CONTRIBUTORS, HOME_WINDOW, Homes, MIN_CONTRIBUTORS, Share, SpaceFigures, SpacePool,
    Whose,
};
pub use surveys::{GroupFigures, Score, SurveyFigures, UnrelatedWork, corrected, survey_figures};

pub(super) use reviews::{Parts, SpaceTally};
