//! What figures depend on beside what is pooled: the team, and where people are at home.

use super::Homes;
use crate::domain::TeamName;

/// Whose figures are told, and when.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// The team; absent for components that nobody owns.
    pub team: Option<&'a TeamName>,
    /// Where people are at home.
    pub homes: &'a Homes,
    /// Below so many contributors nothing is told.
    pub least: usize,
    /// Whether the window ended before the homes are told: where people were at home in it is not known.
    pub is_past: bool,
}
