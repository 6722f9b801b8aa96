//! What it takes to declare a family, once, for every level that shows it.

use super::figures::{Pair, PlatformFigures};
use super::histogram::Histogram;
use super::settled::SettledFigures;
use delivery::measures::{
    Distribution, GroupFigures, OpenChanges, PointFigures, SeedFigures, SpaceFigures,
    SurveyFigures, WindowFigures,
};

/// A family's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value as it stands.
    Gauge,
    /// A count that never decreases.
    Counter,
    /// Counts by bucket that never decrease.
    Histogram,
}

impl Kind {
    /// The word on the TYPE line.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
        }
    }
}

/// What a family's series are about. Levels are never mixed in one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A component.
    Component,
    /// A team.
    Team,
    /// An organisation.
    Org,
    /// A team, and how it works together.
    Space,
    /// A repository, as the exporter collects it.
    Repository,
    /// A team in a survey.
    Survey,
    /// Everything that is collected.
    Platform,
}

impl Subject {
    /// All of them, in the order of the exposition.
    pub(super) const ALL: [Subject; 7] = [
        Subject::Component,
        Subject::Team,
        Subject::Org,
        Subject::Space,
        Subject::Repository,
        Subject::Survey,
        Subject::Platform,
    ];

    /// What the names of its families start with.
    pub fn prefix(self) -> &'static str {
        match self {
            Subject::Component => "dora_",
            Subject::Team => "dora_team_",
            Subject::Org => "dora_org_",
            Subject::Space => "space_",
            Subject::Repository => "dora_exporter_",
            Subject::Survey => "space_survey_",
            Subject::Platform => "platform_",
        }
    }

    /// The labels that tell its series apart.
    pub fn labels(self) -> &'static [&'static str] {
        match self {
            Subject::Component => &["team", "repo", "component"],
            Subject::Team | Subject::Space => &["team"],
            Subject::Org => &["org"],
            Subject::Repository => &["repo"],
            Subject::Survey => &["team", "survey"],
            Subject::Platform => &[],
        }
    }

    fn pooled(self) -> &'static str {
        match self {
            Subject::Component | Subject::Repository | Subject::Survey | Subject::Platform => "",
            Subject::Team => " Pooled over the team's components.",
            Subject::Org => " Pooled over the organisation's components.",
            Subject::Space => {
                " Pooled over the team's components; absent with fewer contributors than \
                 `space.min_contributors`."
            }
        }
    }
}

/// Component, team and organisation.
pub(super) const ALL_LEVELS: &[Subject] = &[Subject::Component, Subject::Team, Subject::Org];

/// How a family's samples are read from figures.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// One value per window.
    Window(fn(&WindowFigures) -> Option<f64>),
    /// One value per window and statistic.
    Durations(fn(&WindowFigures) -> Option<Distribution>),
    /// One value per window, phase and statistic.
    Phases,
    /// One value per window of how a team works together.
    Space(fn(&SpaceFigures) -> Option<f64>),
    /// One value per such window and statistic.
    SpaceStats(fn(&SpaceFigures) -> Option<Distribution>),
    /// One value per state of a team's open changes.
    OpenChanges,
    /// One value of a team's open changes.
    Open(fn(&OpenChanges) -> Option<f64>),
    /// One value.
    Point(fn(&PointFigures) -> Option<f64>),
    /// The instant through which there is data.
    DataThrough,
    /// One of the original collector's gauges.
    Seed(fn(&SeedFigures) -> Option<f64>),
    /// The original collector's histogram.
    SeedLeadTimes,
    /// A count of what has been settled.
    Counter(fn(&SettledFigures) -> u64),
    /// A count of settled failures per reason.
    FailedDeployments,
    /// A histogram of settled durations.
    Histogram(fn(&SettledFigures) -> &Histogram),
    /// A histogram of settled durations per phase.
    PhaseHistograms,
    /// 0 or 1 per measure with data and level.
    PerformanceLevels,
    /// 1 with what else is known about a component.
    Info,
    /// Whether a repository's history is complete.
    BackfillComplete,
    /// Values by those of the family's label, of which a family without labels has one.
    Platform(fn(&PlatformFigures) -> Vec<(String, u64)>),
    /// One value per question of a survey.
    SurveyScores,
    /// One value per statistic that is told of the headline question.
    SurveyUnrelatedWork,
    /// One value of a team in a survey.
    Survey(fn(&SurveyFigures, &GroupFigures) -> Option<f64>),
    /// Values by those of the family's two labels.
    PlatformPairs(fn(&PlatformFigures) -> &[Pair]),
    /// A histogram of settled durations that belong to no component.
    PlatformHistogram(fn(&PlatformFigures) -> Option<&Histogram>),
}

/// A family, declared for one or several levels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration {
    /// The name without the level's prefix.
    pub(super) stem: &'static str,
    /// The levels that show it.
    pub(super) subjects: &'static [Subject],
    /// Its type.
    pub(super) kind: Kind,
    /// Labels beyond the level's.
    pub(super) labels: &'static [&'static str],
    /// Whether a component's standard detail has it.
    pub(super) standard: bool,
    /// What it means, in a sentence or two.
    pub(super) help: &'static str,
    /// The rule behind it, for the reference.
    pub(super) rule: &'static str,
    /// Where its samples come from.
    pub(super) reading: Reading,
}

impl Declaration {
    /// A gauge beyond a component's standard detail.
    pub(super) const fn gauge(
        stem: &'static str,
        subjects: &'static [Subject],
        labels: &'static [&'static str],
        help: &'static str,
        rule: &'static str,
        reading: Reading,
    ) -> Declaration {
        let (kind, standard) = (Kind::Gauge, false);
        Declaration { stem, subjects, kind, labels, standard, help, rule, reading }
    }

    /// Whether it belongs to the original collector's surface.
    pub(super) fn is_seed(&self) -> bool {
        matches!(self.reading, Reading::Seed(_) | Reading::SeedLeadTimes)
    }

    /// Whether it shows what has been settled: such series stay with a team that gave its
    /// components away.
    pub(super) fn is_settled(&self) -> bool {
        matches!(
            self.reading,
            Reading::SeedLeadTimes
                | Reading::Counter(_)
                | Reading::FailedDeployments
                | Reading::Histogram(_)
                | Reading::PhaseHistograms
        )
    }
}

/// A family of one level, as it is exposed.
#[derive(Clone, Debug)]
pub struct Family {
    pub(super) declaration: &'static Declaration,
    subject: Subject,
    name: String,
    help: String,
}

impl Family {
    /// A declared family at one of its levels. HELP tells what a reader of a query cannot see: that
    /// the value is as old as the last collection, not as the scrape.
    pub(super) fn new(declaration: &'static Declaration, subject: Subject) -> Family {
        let name = format!("{}{}", subject.prefix(), declaration.stem);
        let age = match subject {
            Subject::Platform => "By a schedule, not at the scrape.",
            Subject::Survey => "From imported surveys.",
            _ => "From GitHub by a schedule, not at the scrape.",
        };
        let help = format!("{}{} {age}", declaration.help, subject.pooled());
        Family { declaration, subject, name, help }
    }

    /// Its full name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its HELP text.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// Its type.
    pub fn kind(&self) -> Kind {
        self.declaration.kind
    }

    /// What its series are about.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// All its labels, without a histogram's `le`.
    pub fn labels(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.subject.labels().iter().chain(self.declaration.labels).copied()
    }

    /// Whether it is in a component's standard detail.
    pub fn is_standard(&self) -> bool {
        self.declaration.standard
    }
}
