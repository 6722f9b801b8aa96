//! The review pages of a running daemon.

mod browser;
mod seen;
mod together;
mod told;
