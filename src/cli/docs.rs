//! `docs`: the references that are generated from the declarations, as this binary has them.

use super::output;
use crate::{config, exposition};
use clap::ValueEnum;

/// A generated reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Reference {
    /// Every family: its type, its labels, what it means and by which rule.
    Metrics,
    /// Every section and key of the configuration, with its default.
    Config,
}

/// Prints a reference as Markdown.
pub fn run(reference: Reference) -> anyhow::Result<()> {
    output::print(&match reference {
        Reference::Metrics => exposition::reference(),
        Reference::Config => config::reference(),
    })
}
