//! `[[platform.self_service]]`

use super::{MINIMAL, load_text, problems};
use crate::config::{AppliedBy, SelfService, need_paths, self_service_fingerprint};

fn rules(text: &str) -> SelfService {
    load_text(&format!("{MINIMAL}{text}"), &[]).unwrap().platform.self_service
}

const SEVERAL: &str = "
[[platform.self_service]]
repositories = [\"acme/infra\", \"Acme/*-terraform\"]
paths = [\"terraform/**\", \"modules\"]
comments_by = [\"acme-atlantis[bot]\"]
[[platform.self_service]]
repositories = [\"acme/infra\"]
applied_by = \"status\"
statuses = [\"digger/*\"]
";

#[test]
fn nothing_is_read_unless_repositories_are_written_and_atlantis_is_what_is_meant_then() {
    assert!(load_text(MINIMAL, &[]).unwrap().platform.self_service.is_empty());
    let all = rules("[[platform.self_service]]\nrepositories = [\"acme/infra\"]\n");
    assert!(all.of("acme/other").is_empty());
    let found = all.of("ACME/infra");
    assert!(found.len() == 1 && !need_paths(&found), "every path");
    assert_eq!(found[0].applied_by, AppliedBy::Atlantis);
    assert!(found[0].is_status("Atlantis/apply") && !found[0].is_status("atlantis/apply: a/b"));
    assert!(found[0].is_commenter("anybody") && found[0].is_commenter(""));
}

#[test]
fn the_first_entry_whose_paths_match_decides() {
    let all = rules(SEVERAL);
    let found = all.of("acme/infra");
    assert!(need_paths(&found));
    let decides = |path: &str| {
        let rule = found.iter().find(|rule| rule.changes_infrastructure([path].into_iter()));
        rule.map(|rule| rule.applied_by)
    };
    assert_eq!(decides("terraform/a/main.tf"), Some(AppliedBy::Atlantis));
    assert_eq!(decides("modules/vpc/main.tf"), Some(AppliedBy::Atlantis));
    assert_eq!(decides("README.md"), Some(AppliedBy::Status));
    let only = all.of("acme/net-terraform");
    assert!(only.len() == 1 && !only[0].changes_infrastructure(["README.md"].into_iter()));
    for (login, is_one) in [("acme-atlantis", true), ("Acme-Atlantis[bot]", true), ("mona", false)]
    {
        assert_eq!(only[0].is_commenter(login), is_one, "{login}");
    }
    assert!(found[1].is_status("digger/apply") && !found[1].is_status("digger"));
}

#[test]
fn other_entries_have_another_fingerprint_and_none_has_none() {
    let text = |rules: &SelfService| self_service_fingerprint(&rules.of("acme/infra"));
    assert_eq!(text(&SelfService::default()), "");
    let mut seen = vec![text(&rules(SEVERAL))];
    for (from, to) in [
        ("terraform/**", "infra/**"),
        ("digger/*", "digger/apply"),
        ("acme-atlantis", "atlantis"),
        ("\"status\"", "\"merge_status\""),
    ] {
        seen.push(text(&rules(&SEVERAL.replace(from, to))));
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "{seen:?}");
}

#[test]
fn what_makes_no_sense_is_refused_with_its_key_and_what_to_write() {
    let at = "platform.self_service[0]";
    for (text, key, advice) in [
        ("applied_by = \"atlantis\"", "repositories", "is missing"),
        (
            "repositories = []",
            "repositories",
            "is empty; write for example [\"acme/infrastructure\"]",
        ),
        ("repositories = [\"infra\"]", "repositories[0]", "owner/infra"),
        ("repositories = [\"a/b\"]\npaths = []", "paths", "is empty"),
        ("repositories = [\"a/b\"]\npaths = [\"{a\"]", "paths[0]", "close the `{`"),
        ("repositories = [\"a/b\"]\napplied_by = \"spacelift\"", "applied_by", "`merge_status`"),
        (
            "repositories = [\"a/b\"]\napplied_by = \"status\"",
            "",
            "statuses = [\"terraform/apply\"]",
        ),
        ("repositories = [\"a/b\"]\napplied_by = \"merge_status\"", "", "statuses ="),
        (
            "repositories = [\"a/b\"]\napplied_by = \"merge\"\nstatuses = [\"a\"]",
            "statuses",
            "merge_status",
        ),
        (
            "repositories = [\"a/b\"]\napplied_by = \"merge\"\ncomments_by = [\"a\"]",
            "comments_by",
            "remove it",
        ),
        ("repositories = [\"a/b\"]\ncomments_by = [\"a b\"]", "comments_by[0]", "no login"),
        ("repositories = [\"a/b\"]\npath = [\"x\"]", "path", "did you mean `paths`"),
    ] {
        let told = problems(&format!("{MINIMAL}[[platform.self_service]]\n{text}\n"), &[]);
        let key = if key.is_empty() { at.to_owned() } else { format!("{at}.{key}") };
        assert!(told.contains(&key) && told.contains(advice), "{text}: {told}");
    }
    let one = "[[platform.self_service]]\nrepositories = [\"acme/infra\"]\n";
    let told = problems(&format!("{MINIMAL}{one}{}", one.replace("acme", "ACME")), &[]);
    assert!(told.contains("platform.self_service[1].repositories"), "{told}");
    assert!(told.contains("platform.self_service[0] already"), "{told}");
    let told = problems(&format!("{MINIMAL}[platform]\nself_service = true\n"), &[]);
    assert!(told.contains("[[platform.self_service]]"), "{told}");
}
