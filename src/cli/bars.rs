//! Progress bars on standard error, where a person watches: of a first collection and of `check`.
//!
//! Nothing is drawn into pipes, files or journals, nor between JSON lines, and nothing is coloured.
//! Log lines are written above the bars.

use crate::collect::{Health, SourceHealth, roughly};
use crate::config::{LogFormat, LogSettings};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::fmt::MakeWriter;

/// How often bars of a first collection are drawn again.
const DRAWN_EVERY: Duration = Duration::from_secs(1);
/// How often what shows that something is under way moves on.
const TURNED_EVERY: Duration = Duration::from_millis(250);
/// What is done before it is known what there is.
const FIRST_SWEEP: &str = "asking for the first time";
/// A step of which nobody knows how long it is, and one of so many.
const UNDER_WAY: &str = "{prefix}: {msg} {spinner}";
const COUNTED: &str = "{prefix}: {msg} [{bar:30}] {pos}/{len}";
const OF_HISTORY: &str = "{prefix}: reading history [{bar:30}] {pos}/{len} repositories{msg}";

/// All bars of the process.
#[derive(Clone, Debug, Default)]
pub struct Bars {
    /// Absent where nobody watches.
    drawn: Option<MultiProgress>,
}

impl Bars {
    /// Bars where a person watches standard error and the log is written for people.
    pub fn beside(log: &LogSettings) -> Bars {
        let is_watched = log.format == LogFormat::Text && is_screen();
        let target = || MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        Bars { drawn: is_watched.then(target) }
    }

    /// A bar for what is done step by step.
    pub fn steps(&self, name: &str) -> Steps {
        let bar = self.add(name, "");
        if !bar.is_hidden() {
            bar.enable_steady_tick(TURNED_EVERY);
        }
        Steps { bar }
    }

    fn add(&self, name: &str, step: &'static str) -> ProgressBar {
        let Some(drawn) = &self.drawn else { return ProgressBar::hidden() };
        let bar = ProgressBar::no_length().with_style(style(UNDER_WAY)).with_message(step);
        drawn.add(bar.with_prefix(name.to_owned()))
    }

    /// Shows how far the first collection of each source has come, until `stop`. Each bar ends when
    /// its source is complete, and begins again where history is to be read again.
    pub async fn follow(self, health: Arc<Health>, stop: CancellationToken) {
        if self.drawn.is_none() {
            return;
        }
        let mut shown = BTreeMap::new();
        let mut turns = tokio::time::interval(DRAWN_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = turns.tick() => self.draw(&health.all(), &mut shown),
            }
        }
        shown.values().for_each(ProgressBar::finish_and_clear);
    }

    fn draw(
        &self,
        sources: &BTreeMap<String, SourceHealth>,
        shown: &mut BTreeMap<String, ProgressBar>,
    ) {
        shown.retain(|name, bar| {
            let stays = sources.get(name).is_some_and(is_shown);
            if !stays {
                bar.finish_and_clear();
            }
            stays
        });
        for (name, source) in sources.iter().filter(|(_, source)| is_shown(source)) {
            let add = || self.add(name, FIRST_SWEEP);
            let bar = shown.entry(name.clone()).or_insert_with(add);
            if source.up.is_none() {
                bar.tick();
                continue;
            }
            bar.set_style(style(OF_HISTORY));
            bar.set_length(source.repositories as u64);
            bar.set_position(source.complete as u64);
            let left = source.remaining.map(|left| format!(", about {} left", roughly(left)));
            bar.set_message(left.unwrap_or_default());
        }
    }
}

/// Before the first sweep nobody knows what there is; then history is read.
fn is_shown(source: &SourceHealth) -> bool {
    source.up.is_none() || source.complete < source.repositories
}

/// The log's lines: the bars make room for each.
impl<'a> MakeWriter<'a> for Bars {
    type Writer = AboveBars;

    fn make_writer(&'a self) -> AboveBars {
        AboveBars(self.clone())
    }
}

/// Writes to standard error above the bars.
pub struct AboveBars(Bars);

impl Write for AboveBars {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.write_all(text).map(|()| text.len())
    }

    fn write_all(&mut self, text: &[u8]) -> io::Result<()> {
        match &self.0.drawn {
            Some(drawn) => drawn.suspend(|| io::stderr().write_all(text)),
            None => io::stderr().write_all(text),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// The bar of something that is done step by step; it goes when this is dropped.
pub struct Steps {
    bar: ProgressBar,
}

impl Steps {
    /// Begins a step of which nobody knows how long it is.
    pub fn begin(&self, step: &'static str) {
        self.bar.set_style(style(UNDER_WAY));
        self.bar.set_message(step);
    }

    /// Begins a step that so many take part in.
    pub fn begin_counted(&self, step: &'static str, all: usize) {
        self.bar.set_style(style(COUNTED));
        self.bar.set_message(step);
        self.bar.set_length(all as u64);
        self.bar.set_position(0);
    }

    /// So many more are done.
    pub fn done(&self, more: usize) {
        self.bar.inc(more as u64);
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Whether standard error is a screen whose lines can be drawn again.
fn is_screen() -> bool {
    let is_able = std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    is_able && io::stderr().is_terminal()
}

/// Whether log lines may be coloured; see <https://no-color.org>.
pub fn may_be_coloured() -> bool {
    let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    is_screen() && !is_refused
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}
