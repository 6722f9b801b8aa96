//! `check`: a server with an older schema, and a part of the repositories.

use super::{OWNED, SOURCE, check, findings, json, sound};
use crate::world::{World, component};

#[test]
fn what_an_older_server_lacks_is_noted_with_what_it_costs() {
    let (mut scenario, _) = sound();
    let world = World::of(&mut scenario);
    world.sim.faults().on_schema(&["DeploymentStatus.environment"]);
    world.configure(&format!("{SOURCE}{OWNED}"));
    let (code, report) = json(&world);
    let expected = "note github[0].api_url: the server's GraphQL schema is an older one, without \
                    DeploymentStatus.environment: a deployment that was sent on to another \
                    environment counts for the one that it was made for";
    assert_eq!((code, findings(&report)), (0, vec![expected.to_owned()]));
}

#[test]
fn a_part_is_checked_without_complaints_about_the_others() {
    let (mut scenario, _) = sound();
    component(&mut scenario, "acme/pay-web");
    let world = World::of(&mut scenario);
    let named = "repositories = [\"acme/pay-*\"]\n";
    world.configure(&format!("{SOURCE}{named}{OWNED}"));
    let mut names: Vec<String> = Vec::new();
    for part in ["1/2", "2/2"] {
        let (code, text) = check(&world, &["--shard", part]);
        assert!(code < 2 && !text.contains("matches no"), "{text}");
        assert!(text.starts_with(&format!("Part {part} of the repositories")), "{text}");
        let lines = text.lines().filter_map(|line| line.split_whitespace().next());
        names.extend(lines.filter(|word| word.starts_with("acme/")).map(str::to_owned));
    }
    names.sort();
    assert_eq!(names, ["acme/api", "acme/pay-web"]);
}
