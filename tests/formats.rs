//! OpenMetrics as others read it: a real Prometheus, which asks for it, and the parser of the Python
//! client library.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "formats/fixture.rs"]
mod fixture;
#[path = "formats/prometheus.rs"]
mod prometheus;
#[path = "formats/python.rs"]
mod python;
