//! Whether two configurations judge alike, without comparing them.

use crate::config::settings::Settings;
use sha2::{Digest, Sha256};
use std::fmt::Write;

impl Settings {
    /// A text that changes whenever figures may be judged otherwise: with rules, owners, components,
    /// windows, and what tells of deployments and incidents. Where facts come from, and how they are
    /// shown, is not part of it.
    pub fn rules_fingerprint(&self) -> String {
        let measures = &self.measures;
        let ownership = &self.ownership;
        let mut text = String::new();
        let mut add = |part: &dyn std::fmt::Debug| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{part:?}");
        };
        add(&self.production);
        add(&(&measures.windows, measures.lead_time_start, measures.direct_commits));
        add(&(&measures.exclude_authors, measures.same_deployment_window));
        add(&self.failures);
        add(&(&ownership.order, &ownership.custom_property, &ownership.topic_prefix));
        add(&ownership.rules);
        self.components.iter().for_each(|component| add(component));
        add(&self.deployments);
        add(&self.overrides);
        add(&self.incidents);
        for account in &self.pagerduty {
            add(&(&account.name, &account.services, &account.urgencies, &account.priorities));
        }
        add(&self.collection.lookback);
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::config::{ConfigFile, Flags, Sources, load_offline};

    fn fingerprint(text: &str) -> String {
        let text = format!("[[github]]\norganizations = [\"acme\"]\n{text}");
        let file = Some(ConfigFile::Text { name: "a test".to_owned(), text });
        let sources = Sources { file, environment: [].into(), flags: Flags::default() };
        load_offline(&sources).unwrap().rules_fingerprint()
    }

    #[test]
    fn configurations_that_judge_alike_have_one_fingerprint_and_others_have_another() {
        let plain = fingerprint("");
        for alike in [
            "[failures]\nincident_window = \"24h\"\n",
            "[server]\nlisten_address = \"127.0.0.1:1\"\n[measures]\nsettle_after = \"1s\"\n",
        ] {
            assert_eq!(fingerprint(alike), plain, "{alike}");
        }
        let others = [
            "[production]\nenvironments = [\"prd\"]\n",
            "[production]\nexclude = [\"prd\"]\n",
            "[measures]\nwindows = [\"28d\"]\n",
            "[failures]\nincident_window = \"12h\"\n",
            "[[ownership.rules]]\nrepositories = [\"acme/a*\"]\nteam = \"a\"\n",
            "[[ownership.rules]]\nrepositories = [\"acme/b*\"]\nteam = \"a\"\n",
            "[[components]]\nrepo = \"acme/m\"\nname = \"api\"\npaths = [\"api\"]\n",
            "[[components]]\nrepo = \"acme/m\"\nname = \"api\"\npaths = [\"web\"]\n",
            "[[incidents]]\nsource = \"github_issues\"\nlabels = [\"outage\"]\n",
            "[[overrides]]\nrepositories = [\"acme/a\"]\nmeasures = { direct_commits = false }\n",
        ];
        let mut seen: Vec<String> = others.iter().map(|other| fingerprint(other)).collect();
        seen.push(plain);
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
