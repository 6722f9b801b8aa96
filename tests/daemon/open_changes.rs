//! Open changes, from GitHub's answers to the scrape and the API: through every state that one comes
//! to, however it is noticed, and of nobody who is too few.

use crate::evidence::json;
use crate::exposition::Scrape;
use crate::github_webhooks::{Delivery, seldom};
use crate::running::{Running, World};
use crate::space::{running, two_teams};
use crate::story::{DAY, HOUR, MINUTE, NOW};
use github_sim::event::{RepoId, Verdict};
use github_sim::{Event, Fault, Merge, PullRequest, Scenario, When};

/// Within so long every repository is asked.
const SWEEP: i64 = 6 * MINUTE;
const TEAM: &str = "team=\"payments\"";
const STATES: [&str; 4] = ["draft", "waiting_review", "in_review", "approved"];
const OLDEST: &str = "space_oldest_open_change_timestamp_seconds";

/// How many changes of `payments` are open in each state; nothing where that is not told.
fn open(scrape: &Scrape) -> Option<[f64; 4]> {
    let of = |state| scrape.get("space_open_changes", &[TEAM, &format!("state=\"{state}\"")]);
    let [draft, waiting, reviewed, approved] = STATES.map(of);
    Some([draft?, waiting?, reviewed?, approved?])
}

/// Things that happen one after the other to a team of five.
struct Life {
    world: World,
    story: Scenario,
    known: usize,
    repo: RepoId,
}

impl Life {
    async fn begin(mut story: Scenario) -> Life {
        let repo = story.repository(NOW - 80 * DAY, "acme/pay-out");
        let base = story.head(repo, "main").unwrap();
        story.ship(NOW - 60 * DAY, repo, &base, "production");
        let world = World::of(story.clone(), NOW).await;
        let known = story.clone().into_events().len();
        Life { world, story, known, repo }
    }

    fn now(&self) -> i64 {
        self.world.clock.seconds()
    }

    /// Lets something happen now; gives what GitHub sends of it.
    fn happens(&mut self, what: impl FnOnce(&mut Scenario, RepoId, i64)) -> Vec<Delivery> {
        let now = self.now();
        what(&mut self.story, self.repo, now);
        let events = self.story.clone().into_events().split_off(self.known);
        self.known += events.len();
        let mut sent = Vec::new();
        for (at, event) in events {
            self.world.sim.push(at, event.clone()).unwrap();
            sent.extend(Delivery::of(&self.world, &event));
        }
        sent
    }
}

/// Opens a pull request by somebody of the team; its numbers are 1, 2, …
fn opened(story: &mut Scenario, repo: RepoId, at: i64, branch: &str, draft: bool) -> u32 {
    story.commit(at, repo, branch, "Write");
    let mut pull = PullRequest::of(branch, "A change");
    (pull.author, pull.draft) = ("ann".to_owned(), draft);
    story.open(at, repo, pull)
}

type Step = (&'static str, fn(&mut Scenario, RepoId, i64), [f64; 4]);

/// What happens to two pull requests, with what is open after each step.
const STEPS: &[Step] = &[
    (
        "the first is opened as a draft",
        |story, repo, at| _ = opened(story, repo, at, "one", true),
        [1.0, 0.0, 0.0, 0.0],
    ),
    (
        "it is ready",
        |story, repo, at| story.event(at, Event::PullReadiness { repo, number: 1, ready: true }),
        [0.0, 1.0, 0.0, 0.0],
    ),
    (
        "a bot and its author comment",
        |story, repo, at| {
            story.review(at, repo, 1, "lint", Verdict::Commented);
            story.review(at, repo, 1, "ann", Verdict::Commented);
        },
        [0.0, 1.0, 0.0, 0.0],
    ),
    (
        "somebody wants changes",
        |story, repo, at| story.review(at, repo, 1, "ben", Verdict::ChangesRequested),
        [0.0, 0.0, 1.0, 0.0],
    ),
    (
        "and is content",
        |story, repo, at| story.review(at, repo, 1, "ben", Verdict::Approved),
        [0.0, 0.0, 0.0, 1.0],
    ),
    (
        "a second is opened",
        |story, repo, at| _ = opened(story, repo, at, "two", false),
        [0.0, 1.0, 0.0, 1.0],
    ),
    (
        "the first is merged",
        |story, repo, at| _ = story.merge(at, repo, 1, Merge::Squash),
        [0.0, 1.0, 0.0, 0.0],
    ),
    (
        "the second is closed",
        |story, repo, at| story.event(at, Event::PullClosed { repo, number: 2 }),
        [0.0; 4],
    ),
    (
        "and opened again",
        |story, repo, at| story.event(at, Event::PullReopened { repo, number: 2 }),
        [0.0, 1.0, 0.0, 0.0],
    ),
    (
        "it is a draft again",
        |story, repo, at| story.event(at, Event::PullReadiness { repo, number: 2, ready: false }),
        [1.0, 0.0, 0.0, 0.0],
    ),
    (
        "what is on the default branch is promoted",
        |story, repo, at| {
            let base = story.head(repo, "main").unwrap();
            story.event(at, push(repo, "stable", &base));
            story.commit(at, repo, "main", "Another step");
            let mut pull = PullRequest::of("main", "Release");
            pull.base = "stable".to_owned();
            story.open(at, repo, pull);
        },
        [1.0, 0.0, 0.0, 0.0],
    ),
];

fn push(repo: RepoId, branch: &str, head: &str) -> Event {
    let (branch, head) = (branch.to_owned(), head.to_owned());
    Event::Push { repo, branch, head, commits: Vec::new() }
}

#[tokio::test]
async fn a_change_is_followed_from_its_opening_to_its_end_by_sweeps_and_a_restart() {
    let mut life = Life::begin(two_teams().0).await;
    let (daemon, scrape) = running(&life.world, "").await;
    assert_eq!((open(&scrape), scrape.get(OLDEST, &[TEAM])), (Some([0.0; 4]), None));
    let mut begun = Vec::new();
    for (what, happens, expected) in STEPS {
        begun.push(life.now());
        life.happens(happens);
        daemon.advance(SWEEP).await;
        assert_eq!(open(&daemon.scrape().await), Some(*expected), "{what}");
    }
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.get(OLDEST, &[TEAM]), Some(begun[5] as f64), "when the second was opened");
    assert_eq!(scrape.get("dora_exporter_facts", &["kind=\"open_pull_request\""]), Some(1.0));
    assert!(!scrape.0.contains("space_open_changes{team=\"search\""), "three people are too few");
    told_by_the_api(&daemon, begun[5]).await;
    daemon.stop().await;

    life.world.sim.reset_meter();
    let (daemon, scrape) = running(&life.world, "").await;
    assert_eq!(open(&scrape), Some([1.0, 0.0, 0.0, 0.0]));
    let read = life.world.sim.meter().operations.get("OpenPullRequests").map(|one| one.requests);
    assert_eq!(read, None, "nothing moved meanwhile");
    daemon.stop().await;
}

async fn told_by_the_api(daemon: &Running, oldest: i64) {
    let told = json(daemon, "/api/v1/teams/payments?measure=open_changes").await;
    let figures = told["figures"].as_array().unwrap();
    let values: Vec<_> = figures.iter().map(|one| one["value"].as_f64().unwrap()).collect();
    assert_eq!(values, [1.0, 1.0, 0.0, 0.0, 0.0], "all, then by state");
    let at = chrono::DateTime::from_timestamp(oldest, 0).unwrap();
    let oldest = figures[0]["oldest_at"].as_str().unwrap();
    assert_eq!(chrono::DateTime::parse_from_rfc3339(oldest).unwrap(), at);
    let told = json(daemon, "/api/v1/teams/search?measure=open_changes").await;
    assert_eq!(told["figures"][0]["withheld"], true);
    assert_eq!(told["figures"][0].get("value"), None);
}

#[tokio::test]
async fn webhooks_show_each_step_before_the_next_sweep() {
    let mut life = Life::begin(two_teams().0).await;
    let daemon = life.world.start(&seldom(&life.world)).await;
    daemon.advance(2 * MINUTE).await;
    for (what, happens, expected) in STEPS {
        daemon.advance(1).await;
        for delivery in life.happens(happens) {
            assert!(delivery.arrives(&daemon).await < 300);
        }
        daemon.advance(2).await;
        assert_eq!(open(&daemon.scrape().await), Some(*expected), "{what}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn a_crowd_is_searched_for_what_moved() {
    let mut story = two_teams().0;
    for number in 0..320 {
        story.repository(NOW - 300 * DAY, &format!("acme/library-{number}"));
    }
    let mut life = Life::begin(story).await;
    life.happens(|story, repo, at| {
        for number in 0..5 {
            opened(story, repo, at - HOUR + number, &format!("many-{number}"), number % 2 == 0);
        }
    });
    let (daemon, _) = running(&life.world, "").await;
    daemon.advance(2 * SWEEP).await;
    assert_eq!(open(&daemon.scrape().await), Some([3.0, 2.0, 0.0, 0.0]));
    life.world.sim.reset_meter();
    life.happens(|story, repo, at| {
        story.event(at, Event::PullClosed { repo, number: 1 });
        story.review(at, repo, 2, "cho", Verdict::Approved);
    });
    daemon.advance(SWEEP).await;
    assert_eq!(open(&daemon.scrape().await), Some([2.0, 1.0, 0.0, 1.0]));
    let meter = life.world.sim.meter();
    assert!(meter.operations.contains_key("Moved"), "{:?}", meter.operations);
    assert!(meter.operations["OpenPullRequests"].requests <= 3, "{:?}", meter.operations);
    daemon.stop().await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_keeps_what_was_known_and_is_read_later() {
    let mut life = Life::begin(two_teams().0).await;
    life.happens(|story, repo, at| _ = opened(story, repo, at - HOUR, "one", false));
    let (daemon, scrape) = running(&life.world, "").await;
    assert_eq!(open(&scrape), Some([0.0, 1.0, 0.0, 0.0]));
    let operation = Some("OpenPullRequests".to_owned());
    let fails = When { times: usize::MAX, operation, ..When::default() };
    life.world.sim.faults().on_requests(Fault::SomethingWentWrong, fails);
    life.happens(|story, repo, at| _ = opened(story, repo, at, "two", false));
    daemon.advance(SWEEP).await;
    let scrape = daemon.scrape().await;
    assert_eq!(open(&scrape), Some([0.0, 1.0, 0.0, 0.0]));
    let failures = "dora_exporter_source_failures_total";
    assert!(scrape.sum(failures, &["collector=\"pull_requests\""]) >= 1.0);
    life.world.sim.faults().clear();
    daemon.advance(SWEEP).await;
    assert_eq!(open(&daemon.scrape().await), Some([0.0, 2.0, 0.0, 0.0]));
    daemon.stop().await;
}

#[tokio::test]
async fn a_list_that_goes_on_is_read_to_its_end() {
    let mut life = Life::begin(two_teams().0).await;
    life.happens(|story, repo, at| {
        for number in 0..25 {
            opened(story, repo, at - HOUR + number, &format!("many-{number}"), number % 2 == 0);
        }
    });
    // The first ten come with those of other repositories, the rest alone.
    let (daemon, scrape) = running(&life.world, "").await;
    assert_eq!(open(&scrape), Some([13.0, 12.0, 0.0, 0.0]));
    for (number, expected) in [(1, [12.0, 12.0, 0.0, 0.0]), (22, [12.0, 11.0, 0.0, 0.0])] {
        life.happens(|story, repo, at| story.event(at, Event::PullClosed { repo, number }));
        daemon.advance(SWEEP).await;
        assert_eq!(open(&daemon.scrape().await), Some(expected));
    }
    daemon.stop().await;
}

/// Two components in one repository, of which the second is of the team.
const COMPONENTS: &str = r#"
[[components]]
repo = "acme/pay-out"
name = "api"
paths = ["services/api"]
deployments = { environment = "*-api" }
team = "elsewhere"
[[components]]
repo = "acme/pay-out"
name = "web"
paths = ["services/web"]
deployments = { environment = "production" }
[space]
min_contributors = 3
"#;

#[tokio::test]
async fn a_change_belongs_to_the_components_whose_paths_it_touches_and_some_authors_do_not_count() {
    let mut life = Life::begin(two_teams().0).await;
    life.happens(|story, repo, at| {
        for (number, paths) in [
            (1, &["services/api/main.rs"][..]),
            (2, &["services/api/main.rs", "services/web/index.html"]),
            (3, &["services/web/index.html"]),
            (4, &["README.md"]),
        ] {
            opened(story, repo, at - HOUR, &format!("change-{number}"), false);
            story.files(at - HOUR, repo, number, paths);
        }
        story.commit(at, repo, "bump", "Write");
        let mut pull = PullRequest::of("bump", "Update everything");
        pull.author = "dependabot".to_owned();
        story.open(at, repo, pull);
        story.files(at, repo, 5, &["services/web/lock"]);
    });
    let (daemon, scrape) = running(&life.world, COMPONENTS).await;
    assert_eq!(open(&scrape), Some([0.0, 3.0, 0.0, 0.0]), "a bot's count");
    daemon.stop().await;
    let mut config = life.world.config();
    config.more = COMPONENTS.to_owned();
    config.measures += "\nexclude_authors = [\"dependabot[bot]\"]";
    let daemon = life.world.start(&config).await;
    daemon.advance(SWEEP).await;
    assert_eq!(open(&daemon.scrape().await), Some([0.0, 2.0, 0.0, 0.0]));
    daemon.stop().await;
}
