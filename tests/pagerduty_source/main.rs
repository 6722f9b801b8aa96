//! The PagerDuty source against a stand-in of PagerDuty over HTTP: what it reads, what it asks for,
//! and what it makes of trouble.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod reading;
mod stand_in;
mod trouble;
mod world;
