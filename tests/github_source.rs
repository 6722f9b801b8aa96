//! The GitHub source against the simulated GitHub, over real HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "github_source/app.rs"]
mod app;
mod app_key;
#[path = "github_source/applies.rs"]
mod applies;
#[path = "github_source/calibration.rs"]
mod calibration;
#[path = "github_source/ci.rs"]
mod ci;
#[path = "github_source/elsewhere.rs"]
mod elsewhere;
#[path = "github_source/fixture.rs"]
mod fixture;
#[path = "github_source/lists.rs"]
mod lists;
#[path = "github_source/monorepo.rs"]
mod monorepo;
#[path = "github_source/older.rs"]
mod older;
#[path = "github_source/ownership.rs"]
mod ownership;
#[path = "github_source/repositories.rs"]
mod repositories;
#[path = "github_source/together.rs"]
mod together;
#[path = "github_source/trouble.rs"]
mod trouble;
#[path = "github_source/workflows.rs"]
mod workflows;
