//! The demo organisation, collected without its limits.

use crate::running::World;
use dora_exporter::demo::unfold;
use github_sim::LimitSettings;

/// Its history of so many days up to an instant, and the sections of whose its repositories are.
pub async fn demo(now: i64, days: u32) -> (World, String) {
    let mut events = Vec::new();
    let unfolded = unfold(1, now, days, |day| {
        events.extend(day);
        Ok::<_, ()>(())
    });
    let (teams, _) = unfolded.unwrap();
    let world = World::of_events(events, now).await;
    world.sim.set_limits(LimitSettings { points_per_hour: 100_000, ..LimitSettings::default() });
    let rules = teams.into_iter().map(|team| {
        let (repositories, team) = (team.repositories, team.name);
        format!("[[ownership.rules]]\nrepositories = {repositories:?}\nteam = {team:?}\n")
    });
    (world, rules.collect())
}
