//! dora-exporter: the edges around the `delivery` core, and their wiring.
//!
//! The rooms and what each may import are drawn in `ARCHITECTURE.md`; `tests/architecture.rs`
//! holds them to it.

pub mod cli;
pub mod clock;
pub mod collect;
pub mod config;
pub mod demo;
pub mod evaluate;
pub mod exposition;
pub mod serve;
pub mod sources;
pub mod store;
