//! The demo's organisation behind a simulated GitHub in this process, and a configuration for it.

use dora_exporter::clock::{Clock, SystemClock};
use dora_exporter::demo::{DAYS, News, SEED, Team, unfold};
use github_sim::{Sim, SimServer};
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;

/// The token that the configuration's GitHub is asked with.
pub const TOKEN: &str = "bench-token";

/// The organisation, served.
#[allow(dead_code, reason = "not every bench counts requests and lets life go on")]
pub struct Acme {
    pub sim: Sim,
    pub news: News,
    server: SimServer,
    teams: Vec<Team>,
}

impl Acme {
    /// With its history up to now.
    pub async fn serve() -> anyhow::Result<Acme> {
        let sim = Sim::new(|| SystemClock.now().0);
        sim.forget_the_past();
        let (teams, news) = unfold(SEED, SystemClock.now().0, DAYS, |day| sim.extend(day))?;
        let server = sim.serve(([127, 0, 0, 1], 0).into()).await?;
        Ok(Acme { sim, news, server, teams })
    }

    /// A configuration like the demo's own.
    pub fn configuration(&self, address: SocketAddr, store: &Path) -> anyhow::Result<String> {
        let mut text = format!(
            "[server]\nlisten_address = \"{address}\"\n[store]\nurl = \"sqlite:{}\"\n\
             [collection]\nsweep_interval = \"3s\"\n\
             [[github]]\napi_url = \"{}\"\norganizations = [\"acme\"]\n\
             [measures]\nsettle_after = \"2s\"\nseed_prime_after = \"20s\"\n\
             [log]\nlevel = \"warn\"\n",
            store.display(),
            self.server.url
        );
        for Team { repositories, name } in &self.teams {
            write!(
                text,
                "[[ownership.rules]]\nrepositories = {repositories:?}\nteam = {name:?}\n"
            )?;
        }
        Ok(text)
    }
}
