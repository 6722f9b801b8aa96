//! The HTTP server over real sockets: what it answers, and what no client can do to it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod connections;
mod server;
