//! PromQL in the few forms that the dashboards ask: replicas expose the same figures, so every query
//! takes the greatest over scrapes of the same series.

/// Whose figures are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Level {
    /// The organisation that is chosen.
    Org,
    /// The team that is chosen.
    Team,
    /// How the team that is chosen works together.
    Space,
    /// Every team.
    Teams,
    /// The chosen components of the chosen team.
    Components,
}

impl Level {
    fn prefix(self) -> &'static str {
        match self {
            Level::Org => "dora_org_",
            Level::Team | Level::Teams => "dora_team_",
            Level::Space => "space_",
            Level::Components => "dora_",
        }
    }

    fn matchers(self) -> &'static str {
        match self {
            Level::Org => "org=\"$org\"",
            Level::Team | Level::Space => "team=\"$team\"",
            Level::Teams => "",
            Level::Components => "team=\"$team\",component=~\"$component\"",
        }
    }

    fn labels(self) -> &'static str {
        match self {
            Level::Org => "org",
            Level::Team | Level::Space | Level::Teams => "team",
            Level::Components => "repo, component",
        }
    }

    /// A family's series of this level; `matchers` are further ones.
    pub fn series(self, stem: &str, matchers: &str) -> String {
        let own = self.matchers();
        let comma = if own.is_empty() || matchers.is_empty() { "" } else { "," };
        let all = format!("{own}{comma}{matchers}");
        let braces = if all.is_empty() { all } else { format!("{{{all}}}") };
        format!("{}{stem}{braces}", self.prefix())
    }

    /// The series as they stand.
    pub fn now(self, stem: &str, matchers: &str) -> String {
        format!("max by ({}) ({})", self.labels(), self.series(stem, matchers))
    }

    /// The series as they stood an `offset` ago; history that was loaded afterwards may have one
    /// sample a day.
    pub fn before(self, stem: &str, matchers: &str, offset: &str) -> String {
        let series = self.series(stem, matchers);
        format!("max by ({}) (last_over_time({series}[1d] offset {offset}))", self.labels())
    }

    /// The series over time. A step is a day, and history that was loaded afterwards may have one
    /// sample a day: the last sample of each step is shown.
    pub fn trend(self, stem: &str, matchers: &str) -> String {
        let series = self.series(stem, matchers);
        format!("max by ({}) (last_over_time({series}[$__interval]))", self.labels())
    }

    /// How much a counter rose in each step, told apart by one more label.
    pub fn rise_by(self, label: &str, stem: &str) -> String {
        format!("max by ({label}) (increase({}[$__interval]))", self.series(stem, ""))
    }
}

/// For how long something has lasted whose beginning a family tells.
pub fn age(of: &str) -> String {
    format!("time() - {of}")
}
