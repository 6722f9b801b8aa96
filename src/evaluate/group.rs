//! Teams and organisations: the facts of their components pooled, and kept current by what differs.

use delivery::domain::{ComponentId, Time, Window};
use delivery::ledger::{History, JudgedIncident};
use delivery::measures::{
    Contribution, LEVEL_WINDOW, Member, PointFigures, Pool, Replacement, WindowFigures,
    evaluated_windows, next_pool_edge,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Groups by name.
pub type ByName<T> = BTreeMap<Arc<str>, T>;

/// A component as it is pooled.
#[derive(Clone, Debug)]
pub struct Pooled {
    /// Its team, or its organisation.
    pub group: Arc<str>,
    /// What it adds to the figures.
    pub contribution: Arc<Contribution>,
    /// The instant through which there is data of it.
    pub through: Option<Time>,
}

/// All teams, or all organisations.
#[derive(Debug)]
pub struct Level {
    /// The configured windows, in their order.
    windows: Vec<Window>,
    groups: ByName<Group>,
    members: BTreeMap<ComponentId, Pooled>,
}

impl Level {
    /// No group yet.
    pub fn new(windows: Vec<Window>) -> Level {
        Level { windows, groups: BTreeMap::new(), members: BTreeMap::new() }
    }

    /// Puts a component where it belongs now, with what it contributes now; or nowhere.
    pub fn put(&mut self, component: &ComponentId, pooled: Option<Pooled>) {
        let old = match pooled.clone() {
            Some(new) => self.members.insert(component.clone(), new),
            None => self.members.remove(component),
        };
        match (old, pooled) {
            (Some(old), Some(new)) if old.group == new.group => {
                self.group(&new.group).replace(component, Some(&old), Some(&new));
            }
            (old, new) => {
                if let Some(old) = old {
                    self.group(&old.group).replace(component, Some(&old), None);
                }
                if let Some(new) = new {
                    self.group(&new.group).replace(component, None, Some(&new));
                }
            }
        }
    }

    /// Measures the groups that have changed, or whose edge has come. A level exists by its
    /// components; an incident alone makes none.
    pub fn evaluate(&mut self, unmapped: &ByName<Vec<JudgedIncident>>, now: Time) {
        self.groups.retain(|_, group| group.members > 0);
        for (name, group) in &mut self.groups {
            let unmapped = unmapped.get(name).map_or(&[][..], Vec::as_slice);
            group.evaluate(unmapped, &self.windows, now);
        }
    }

    /// Whether there is a group of that name.
    pub fn has(&self, name: &Arc<str>) -> bool {
        self.groups.contains_key(name)
    }

    /// The only group, if there is one alone: what is known of no repository can only be its.
    pub fn only(&self) -> Option<&Arc<str>> {
        let mut names = self.groups.iter().filter(|(_, group)| group.members > 0);
        let (name, _) = names.next()?;
        names.next().is_none().then_some(name)
    }

    /// The names of all groups.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.groups.keys()
    }

    /// Notes that more than their own figures has changed of groups.
    pub fn note(&mut self, groups: &[Arc<str>]) {
        for name in groups {
            self.groups.get_mut(name).into_iter().for_each(|group| group.is_news = true);
        }
    }

    /// Shows what has changed since it was shown last, and forgets what is gone.
    pub fn show<T>(&mut self, shown: &mut ByName<T>, show: impl Fn(&Arc<str>, &Group) -> T) {
        shown.retain(|name, _| self.groups.contains_key(name));
        for (name, group) in &mut self.groups {
            if std::mem::take(&mut group.is_news) || !shown.contains_key(name) {
                shown.insert(Arc::clone(name), show(name, group));
            }
        }
    }

    fn group(&mut self, name: &Arc<str>) -> &mut Group {
        let windows = &self.windows;
        self.groups.entry(Arc::clone(name)).or_insert_with(|| Group::new(windows))
    }
}

/// A contribution before and after.
type Pending = (Option<Arc<Contribution>>, Option<Arc<Contribution>>);

/// A team or an organisation.
#[derive(Debug)]
pub struct Group {
    /// The figures of the configured windows, in their order.
    pub windows: Vec<WindowFigures>,
    /// The figures by which performance levels are given.
    pub level_window: Option<WindowFigures>,
    /// The figures of the instant.
    pub point: PointFigures,
    pool: Pool,
    members: usize,
    /// Members by the instant through which there is data of them.
    through: BTreeSet<(Time, ComponentId)>,
    /// What is not yet put into the pool.
    pending: Vec<Pending>,
    /// Incidents that no component has, and what they add to the figures.
    unmapped: Vec<JudgedIncident>,
    own: Option<Contribution>,
    evaluated_at: Option<Time>,
    next_edge: Option<Time>,
    /// Whether it has changed since it was shown.
    is_news: bool,
}

impl Group {
    fn new(windows: &[Window]) -> Group {
        Group {
            windows: Vec::new(),
            level_window: None,
            point: PointFigures::default(),
            pool: Pool::new(&evaluated_windows(windows)),
            members: 0,
            through: BTreeSet::new(),
            pending: Vec::new(),
            unmapped: Vec::new(),
            own: None,
            evaluated_at: None,
            next_edge: None,
            is_news: true,
        }
    }

    /// A group has data as long as the component that lags most.
    pub fn data_through(&self) -> Option<Time> {
        self.through.first().map(|(through, _)| *through)
    }

    fn replace(&mut self, component: &ComponentId, old: Option<&Pooled>, new: Option<&Pooled>) {
        self.members += usize::from(new.is_some());
        self.members -= usize::from(old.is_some());
        let through = |pooled: Option<&Pooled>| pooled.and_then(|pooled| pooled.through);
        if through(old) != through(new) {
            let entry = |at: Time| (at, component.clone());
            through(old).into_iter().for_each(|at| {
                self.through.remove(&entry(at));
            });
            self.through.extend(through(new).map(entry));
            self.is_news = true;
        }
        let contribution = |pooled: Option<&Pooled>| pooled.map(|it| Arc::clone(&it.contribution));
        let (old, new) = (contribution(old), contribution(new));
        let is_same = |(old, new): (&Arc<Contribution>, &Arc<Contribution>)| Arc::ptr_eq(old, new);
        if !old.as_ref().zip(new.as_ref()).is_some_and(is_same) {
            self.pending.push((old, new));
        }
    }

    fn holds_for(&self, unmapped: &[JudgedIncident], now: Time) -> bool {
        self.pending.is_empty()
            && self.unmapped == unmapped
            && self.evaluated_at.is_some_and(|at| at <= now)
            && self.next_edge.is_none_or(|edge| now < edge)
    }

    fn evaluate(&mut self, unmapped: &[JudgedIncident], windows: &[Window], now: Time) {
        if self.holds_for(unmapped, now) {
            return;
        }
        let evaluated = evaluated_windows(windows);
        let nothing = History::default();
        let own = Member { history: &nothing, unmapped, t: now };
        let own = (!unmapped.is_empty()).then(|| Contribution::of(&own, &evaluated));
        let pending = std::mem::take(&mut self.pending);
        let changed = pending
            .iter()
            .map(|(old, new)| Replacement { old: old.as_deref(), new: new.as_deref() })
            .chain([Replacement { old: self.own.as_ref(), new: own.as_ref() }]);
        self.pool.replace(&changed.collect::<Vec<_>>());
        self.own = own;
        self.next_edge = next_pool_edge(unmapped, windows, now);
        self.unmapped = unmapped.to_vec();
        self.evaluated_at = Some(now);
        let figures = |window: &Window| self.pool.window_figures(*window, now);
        self.windows = windows.iter().filter_map(figures).collect();
        self.level_window = figures(&LEVEL_WINDOW);
        self.point = self.pool.point_figures();
        self.is_news = true;
    }
}
