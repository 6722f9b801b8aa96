//! What a scrape costs: preparing 20,000 series once, and producing bodies from them.
//!
//! `cargo bench --bench scrape [-- SERIES]`

use delivery::domain::{DAY, Time, Window};
use delivery::ledger::History;
use delivery::measures::{Member, Pool, point_figures, seed_figures, window_figures};
use dora_exporter::config::ComponentDetail;
use dora_exporter::exposition::{
    ComponentFigures, ComponentInfo, ComponentLabels, Exposure, FigureSet, Figures, OwnMetrics,
    SettledFigures, encode,
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const SCRAPES: usize = 2_000;
const EXPOSURE: Exposure = Exposure {
    component_detail: ComponentDetail::Full,
    seed_surface: true,
    max_series: usize::MAX,
};

fn component(number: usize) -> Arc<ComponentFigures> {
    let history = History::default();
    let t = Time(20_000 * DAY);
    let members = [Member { history: &history, t }];
    let pool = Pool { members: &members, unmapped: &[], t };
    let window = |days: i64| {
        let mut figures = window_figures(&pool, Window::days(days));
        // Values differ as they do in life, or they would compress too well.
        figures.deployments = (number * 7) as u64 % 97;
        figures.deployment_frequency_per_day = number as f64 / 7.3;
        (Arc::from(format!("{days}d")), figures)
    };
    Arc::new(ComponentFigures {
        labels: ComponentLabels {
            team: format!("team-{}", number % 40).into(),
            repo: format!("acme/service-{number}").into(),
            component: format!("service-{number}").into(),
        },
        info: ComponentInfo { system: "".into(), lifecycle: "".into(), source: "rules".into() },
        figures: Figures {
            windows: [7, 30, 90].map(window).to_vec(),
            point: point_figures(&pool),
            data_through: Some(t.plus(number as i64 % 60)),
        },
        seed: seed_figures(&pool),
        settled: vec![("team".into(), Arc::new(SettledFigures::default()))],
    })
}

fn times(mut work: impl FnMut()) -> [Duration; 3] {
    let mut times: Vec<Duration> = (0..SCRAPES)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    [SCRAPES / 2, SCRAPES * 99 / 100, SCRAPES - 1].map(|rank| times[rank])
}

fn main() -> Result<(), prometheus::Error> {
    let wanted = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(20_000);
    let one = FigureSet { components: vec![component(0)], ..FigureSet::default() };
    let each = encode(&one, &EXPOSURE, None).series();
    let components: Vec<_> = (0..wanted_components(wanted, each)).map(component).collect();
    let mut set = FigureSet { components, ..FigureSet::default() };

    let start = Instant::now();
    let first = encode(&set, &EXPOSURE, None);
    println!("series {} encode {:?}", first.series(), start.elapsed());
    set.components[0] = component(1_000_000);
    let start = Instant::now();
    let encoded = encode(&set, &EXPOSURE, Some(&first));
    let compressed = encoded.compressed_chunks();
    println!("one_component_changed encode {:?} chunks {compressed}", start.elapsed());

    let own = OwnMetrics::new()?;
    own.exposed(&encoded);
    for (name, gzip) in [("plain", false), ("gzip", true)] {
        let body = encoded.body(&own.text(), gzip);
        let bytes: usize = body.iter().map(|part| part.len()).sum();
        let [p50, p99, max] = times(|| {
            let body = encoded.body(&own.text(), gzip);
            // What a connection does with it: every byte is copied once.
            black_box(body.concat());
        });
        println!("scrape_{name} bytes {bytes} p50 {p50:?} p99 {p99:?} max {max:?}");
    }
    Ok(())
}

fn wanted_components(series: usize, each: usize) -> usize {
    series.div_ceil(each.max(1))
}
