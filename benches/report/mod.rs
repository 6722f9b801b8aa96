//! The table that a bench prints, and whether a target was missed.

use std::process::ExitCode;

/// Rows of figures, some with a target.
#[derive(Default)]
pub struct Report {
    missed: Vec<String>,
}

impl Report {
    /// A figure without a target.
    #[allow(dead_code, reason = "not every bench has such figures")]
    pub fn note(&self, what: &str, figure: impl std::fmt::Display) {
        println!("  {what:<64} {figure:>12}");
    }

    /// A figure that must not exceed `most`.
    pub fn at_most(&mut self, what: &str, figure: f64, most: f64) {
        let fits = figure <= most;
        let verdict = if fits { "" } else { "  MISSED" };
        let shown = format!("{} of {}", short(figure), short(most));
        println!("  {what:<64} {shown:>12}{verdict}");
        if !fits {
            self.missed.push(what.to_owned());
        }
    }

    /// A figure that must not fall short of `least`.
    #[allow(dead_code, reason = "not every bench has such figures")]
    pub fn at_least(&mut self, what: &str, figure: f64, least: f64) {
        let fits = figure >= least;
        let verdict = if fits { "" } else { "  MISSED" };
        let shown = format!("{} of {}", short(figure.round()), short(least));
        println!("  {what:<64} {shown:>12}{verdict}");
        if !fits {
            self.missed.push(what.to_owned());
        }
    }

    /// The exit code: a failure where a target was missed.
    pub fn conclude(self) -> ExitCode {
        if self.missed.is_empty() {
            return ExitCode::SUCCESS;
        }
        eprintln!("missed: {}", self.missed.join("; "));
        ExitCode::FAILURE
    }
}

fn short(figure: f64) -> String {
    if figure == figure.trunc() { format!("{figure:.0}") } else { format!("{figure:.3}") }
}
