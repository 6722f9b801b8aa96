//! Which reusable workflows repositories call, read from their workflow files.

use crate::fixture::{DAY, NOW, World};
use delivery::domain::{Claim, ClaimSource, Repository};
use dora_exporter::sources::github::{FilesRead, OwnerFiles};
use github_sim::{Event, Fault, Scenario, When};

const ONLY: OwnerFiles = OwnerFiles { catalog: false, codeowners: false, workflows: true };
const ALL: OwnerFiles = OwnerFiles { catalog: true, codeowners: true, workflows: true };

fn uses(workflow: &str) -> String {
    format!("on: push\njobs:\n  build:\n    uses: {workflow}\n")
}

async fn read(
    world: &World,
    repos: &[(Repository, Option<String>)],
    wanted: OwnerFiles,
) -> Vec<FilesRead> {
    let asked: Vec<_> = repos.iter().map(|(repo, cursor)| (repo, cursor.as_deref())).collect();
    let read = world.github.owner_files(&asked, wanted).await.unwrap();
    read.into_iter().map(Result::unwrap).collect()
}

async fn discovered(world: &World) -> Vec<(Repository, Option<String>)> {
    world.discovered().await.into_iter().map(|repo| (repo, None)).collect()
}

fn calls(read: &FilesRead) -> Vec<String> {
    let source = ClaimSource::WorkflowFiles;
    let found = read.claims.iter().find(|claims| claims.source == source);
    let text = |claim: &Claim| match claim {
        Claim::Calls { workflow, pin, jobs } => {
            format!("{} {} {jobs}", workflow.as_deref().unwrap_or("-"), pin.name())
        }
        other => format!("{other:?}"),
    };
    found.map(|claims| claims.claims.iter().map(text).collect()).unwrap_or_default()
}

#[tokio::test]
async fn calls_are_read_from_the_folder_of_workflows_alone_and_people_get_no_names() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 90 * DAY, "acme/api");
    let build = |reference: &str| uses(&format!("acme/ci/.github/workflows/b.yml@{reference}"));
    let (tag, branch) = (build("v2"), build("main"));
    let external = uses("jane/ci/.github/workflows/b.yml@8f4b7f84864484a7bf31766abe9204da3cbe65b3");
    let files = [
        (".github/workflows/a.yml", tag.as_str()),
        (".github/workflows/b.yaml", &branch),
        (".github/workflows/c.yml", &external),
        (".github/workflows/broken.yml", "jobs: [jane"),
        (".github/workflows/README.md", &branch),
        (".github/workflows/deep/d.yml", &branch),
        (".github/a.yml", &branch),
        ("workflows/a.yml", &branch),
    ];
    scenario.write(NOW - DAY, repo, &files);
    scenario.repository(NOW - 90 * DAY, "acme/empty");
    let world = World::of(&mut scenario).await;
    let discovered = discovered(&world).await;
    let before = world.sim.meter().requests;
    let found = read(&world, &discovered, ONLY).await;
    assert_eq!(world.sim.meter().requests - before, 2, "a listing and the files");
    let b = "acme/ci/.github/workflows/b.yml";
    assert_eq!(
        calls(&found[0]),
        ["- sha 1".to_owned(), format!("{b} branch 1"), format!("{b} tag 1")]
    );
    let problems: Vec<(&str, &str)> = found[0]
        .problems
        .iter()
        .map(|(from, path, problem)| {
            assert_eq!(*from, ClaimSource::WorkflowFiles);
            (path.as_str(), problem.reason())
        })
        .collect();
    assert_eq!(problems, [(".github/workflows/broken.yml", "malformed")]);
    assert!(!found[0].cursor.contains("jane"), "{}", found[0].cursor);
    assert_eq!(found[1].claims.len(), 1, "that nothing is called is said");
}

#[tokio::test]
async fn reading_costs_a_point_for_a_batch_and_nothing_where_nothing_moved() {
    let mut scenario = Scenario::new();
    let text = uses("acme/ci/.github/workflows/b.yml@v1");
    let names: Vec<String> = (0..100).map(|number| format!("acme/part-{number:03}")).collect();
    let repos: Vec<u64> =
        names.iter().map(|name| scenario.repository(NOW - 90 * DAY, name)).collect();
    for repo in &repos {
        let files = [(".github/workflows/a.yml", text.as_str()), ("CODEOWNERS", "* @acme/core")];
        scenario.write(NOW - DAY, *repo, &files);
    }
    let world = World::of(&mut scenario).await;
    let repos_now = discovered(&world).await;
    let points = || world.sim.meter().points;
    let before = points();
    let first = read(&world, &repos_now, ALL).await;
    assert_eq!(points() - before, 4, "two listings of 50, two hundred files by 100");
    assert!(first.iter().all(|read| calls(read).len() == 1));
    let cursors: Vec<Option<String>> = first.into_iter().map(|read| Some(read.cursor)).collect();
    let have_news = |repos: &[(Repository, Option<String>)], wanted| -> Vec<usize> {
        let news = repos.iter().zip(&cursors).enumerate().filter(|(_, ((repo, _), cursor))| {
            world.github.owner_files_may_have_news(repo, cursor.as_deref(), wanted)
        });
        news.map(|(at, _)| at).collect()
    };
    assert_eq!(have_news(&discovered(&world).await, ALL), [] as [usize; 0]);
    let less = OwnerFiles { workflows: false, ..ALL };
    assert_eq!(have_news(&repos_now, less).len(), 100, "another question is asked anew");

    scenario.commit(NOW - 10, repos[3], "main", "Something else");
    let moved_on = uses("acme/ci/.github/workflows/b.yml@main");
    scenario.write(NOW - 9, repos[5], &[(".github/workflows/a.yml", &moved_on)]);
    world.play(&mut scenario);
    let moved = discovered(&world).await;
    assert_eq!(have_news(&moved, ALL), [3, 5]);
    let asked: Vec<_> = [3, 5].map(|at: usize| (moved[at].0.clone(), cursors[at].clone())).into();
    let before = points();
    let again = read(&world, &asked, ALL).await;
    assert_eq!(points() - before, 2, "a listing, and the files of the one in which they changed");
    assert!(again[0].claims.is_empty());
    assert_eq!(calls(&again[1]), ["acme/ci/.github/workflows/b.yml branch 1"]);
    let removed = vec![(".github/workflows/a.yml".to_owned(), None)];
    scenario.event(NOW - 5, Event::FilesWritten { repo: repos[5], files: removed });
    scenario.commit(NOW - 4, repos[5], "main", "Without");
    world.play(&mut scenario);
    let moved = discovered(&world).await;
    let asked = [(moved[5].0.clone(), Some(again[1].cursor.clone()))];
    let gone = read(&world, &asked, ALL).await;
    assert!(calls(&gone[0]).is_empty());
    assert_eq!(gone[0].claims.len(), 3, "what is gone is said no more");
}

#[tokio::test]
async fn a_repository_too_large_to_be_listed_in_depth_still_tells_its_calls() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 90 * DAY, "acme/large");
    let text = uses("acme/ci/.github/workflows/b.yml@v1");
    scenario.write(NOW - DAY, repo, &[(".github/workflows/a.yml", &text)]);
    let world = World::of(&mut scenario).await;
    let discovered = discovered(&world).await;
    let mentions = Some("\"deep\":true".to_owned());
    let when = When { times: 4, mentions, ..When::default() };
    world.sim.faults().on_requests(Fault::SomethingWentWrong, when);
    let found = read(&world, &discovered, ALL).await;
    assert_eq!(calls(&found[0]), ["acme/ci/.github/workflows/b.yml tag 1"]);
}
