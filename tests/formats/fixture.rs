//! A component with a pull request in its lead times, and one without, as scrapes see them.

use delivery::domain::{DAY, Time};
use delivery::ledger::History;
use delivery::measures::{
    Contribution, LEVEL_WINDOW, Member, SEED_INSTABILITY_WINDOW, performance_levels, seed_figures,
};
use dora_exporter::config::ComponentDetail;
use dora_exporter::exposition::{
    ComponentFigures, ComponentInfo, ComponentLabels, Encoded, Exposure, FigureSet, Figures,
    Format, Histogram, OrgFigures, OwnMetrics, PlatformFigures, RepositoryState, SettledFigures,
    SourceLabels, TeamFigures, encode,
};
use std::sync::Arc;

/// When everything was born.
pub const BORN: Time = Time(20_000 * DAY);

fn figures(contribution: &Contribution) -> Figures {
    let month = contribution.window_figures(SEED_INSTABILITY_WINDOW).unwrap();
    Figures {
        windows: vec![(Arc::from("30d"), month)],
        space: Vec::new(),
        open_changes: None,
        point: contribution.point.clone(),
        data_through: Some(BORN),
    }
}

fn contribution(member: &Member<'_>) -> Contribution {
    Contribution::of(member, &[SEED_INSTABILITY_WINDOW, LEVEL_WINDOW])
}

fn component(name: &str, settled: SettledFigures) -> Arc<ComponentFigures> {
    let history = History::default();
    let member = Member::component(&history, BORN);
    Arc::new(ComponentFigures {
        labels: ComponentLabels {
            team: "the \"A\" team\\".into(),
            repo: format!("acme/{name}").into(),
            component: name.into(),
        },
        info: ComponentInfo { system: "".into(), lifecycle: "".into(), source: "rules".into() },
        figures: figures(&contribution(&member)),
        seed: seed_figures(&member),
        born_at: Some(BORN),
        settled: vec![("the \"A\" team\\".into(), Arc::new(settled))],
    })
}

/// All judged families of a small organisation.
fn self_service() -> Histogram {
    let mut figures = SettledFigures::default();
    figures.self_service_mut().observe(7_200);
    figures.all_self_service()
}

pub fn encoded(created_timestamps: bool) -> Encoded {
    let mut shipped = SettledFigures::default();
    shipped.lead_time_hours.observe_pull(9_000, 1_234_567);
    shipped.lead_time_hours.observe(1_000 * 3_600);
    let history = History::default();
    let nothing = contribution(&Member::component(&history, BORN));
    let levels = performance_levels(nothing.window_figures(LEVEL_WINDOW).as_ref());
    let team = TeamFigures { team: "the \"A\" team\\".into(), figures: figures(&nothing), levels };
    let set = FigureSet {
        components: vec![component("pay", shipped), component("idle", SettledFigures::default())],
        teams: vec![Arc::new(team)],
        orgs: vec![Arc::new(OrgFigures { org: "acme".into(), figures: figures(&nothing) })],
        settled_teams: vec![("the \"A\" team\\".into(), Arc::default())],
        settled_orgs: vec![("acme".into(), Arc::default())],
        repositories: vec![RepositoryState { repo: "acme/pay".into(), backfill_complete: true }],
        surveys: Arc::default(),
        platform: PlatformFigures {
            components: vec![("production".to_owned(), 2)],
            unowned: 1,
            stale: vec![("owner_unknown".to_owned(), 1)],
            without: vec![("docs".to_owned(), 1)],
            golden_path: vec![("service".to_owned(), 1)],
            workflows: vec![(
                ["acme/ci/.github/workflows/a \"b\".yml", "tag"].map(str::to_owned),
                1,
            )],
            self_service: Some(self_service()),
        },
    };
    let exposure = Exposure {
        component_detail: ComponentDetail::Full,
        seed_surface: true,
        max_series: usize::MAX,
        created_timestamps,
    };
    encode(&set, &exposure, None)
}

/// The exporter's own metrics, with something in every kind of family.
pub fn own() -> OwnMetrics {
    let metrics = OwnMetrics::new().unwrap();
    metrics.source(&SourceLabels {
        source: "github",
        collectors: &["deployments"],
        apis: &["graphql"],
        failure_reasons: &["malformed"],
        throttle_reasons: &["primary"],
    });
    metrics.collection_finished("github", "deployments", 1.0);
    metrics.failure("github", "deployments", "malformed");
    metrics.request("github", "graphql", "200");
    metrics.evaluation(0.01);
    metrics
}

/// A whole body.
pub fn body(format: Format, created_timestamps: bool) -> Vec<u8> {
    let encoded = encoded(created_timestamps);
    let own = own().text(format, encoded.shows_created().then_some(BORN));
    encoded.body(format, &own, false).concat()
}
