//! How a team works together, by quarters and over half a year, and what it says in surveys. Of teams
//! only; a window that too few people contributed to is told of by nothing but that sentence, and what
//! is drawn week by week has no counts, so that nothing can be found by subtraction.

mod document;
mod measured;
mod rolling;
mod rows;
mod section;
mod surveyed;
mod text;

pub use document::{SpaceDocument, document};
pub use measured::TeamSpace;
pub use section::{rules, section};
pub use text::markdown;
