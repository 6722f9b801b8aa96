//! `[[incidents]]` with `source = "pagerduty"`.

use super::{MINIMAL, load_text, problems};
use crate::config::Urgency;
use secrecy::ExposeSecret;

const KEY: (&str, &str) = ("PAGERDUTY_TOKEN", "u+key");

fn account(lines: &str) -> String {
    format!("{MINIMAL}[[incidents]]\nsource = \"pagerduty\"\n{lines}\n")
}

#[test]
fn an_account_needs_a_key_and_has_defaults_for_the_rest() {
    let text = account("token_env = \"PAGERDUTY_TOKEN\"");
    let settings = load_text(&text, &[KEY]).unwrap();
    assert!(settings.incidents.is_empty(), "only what is written is asked");
    let account = &settings.pagerduty[0];
    assert_eq!((account.name.as_str(), account.services.len()), ("pagerduty", 0));
    assert_eq!(account.api_url, "https://api.pagerduty.com");
    assert_eq!(account.token.expose_secret(), "u+key");
    assert_eq!(account.token_origin, "the environment variable PAGERDUTY_TOKEN");
    assert_eq!(account.urgencies.iter().collect::<Vec<_>>(), [&Urgency::High]);
    assert!(account.priorities.is_empty());
}

#[test]
fn services_are_components_by_id_beside_issues_and_other_accounts() {
    let text = format!(
        "{}[[incidents]]\nlabels = [\"outage\"]\n[[incidents]]\nsource = \"pagerduty\"\n\
         name = \"pagerduty-eu\"\ntoken_env = \"PAGERDUTY_TOKEN\"\n\
         api_url = \"https://api.eu.pagerduty.com/\"\n",
        account(
            "token_env = \"PAGERDUTY_TOKEN\"\nurgencies = [\"high\", \"low\"]\n\
             priorities = [\"P1\"]\nservices = { PIJ90N7 = \"acme/pay\", pf9kmxh = \"acme/shop/api\" }"
        )
    );
    let settings = load_text(&text, &[KEY]).unwrap();
    assert_eq!(settings.incidents[0].labels, ["outage"]);
    let [first, second] = &settings.pagerduty[..] else { panic!("{:?}", settings.pagerduty) };
    let services: Vec<(&str, &str)> =
        first.services.iter().map(|(id, component)| (id.as_str(), &**component)).collect();
    assert_eq!(services, [("PF9KMXH", "acme/shop/api"), ("PIJ90N7", "acme/pay")]);
    assert_eq!((first.urgencies.len(), &first.priorities[..]), (2, &["P1".to_owned()][..]));
    assert_eq!(second.name, "pagerduty-eu");
    assert_eq!(second.api_url, "https://api.eu.pagerduty.com");
}

#[test]
fn mistakes_are_told_with_their_key_and_the_remedy() {
    let key = "token_env = \"PAGERDUTY_TOKEN\"\n";
    let two = "[[components]]\nrepo = \"acme/shop\"\nname = \"api\"\n\
               deployments = { environment = \"api\" }\n\
               [[components]]\nrepo = \"acme/shop\"\nname = \"web\"\n\
               deployments = { environment = \"web\" }\n";
    for (lines, more, expected) in [
        ("", "", "incidents[0] (dora.toml, line 3): has no key; write token_env"),
        (
            "token_env = \"NONE\"",
            "",
            "NONE is not set; set NONE to a token that may read incidents",
        ),
        (
            "labels = [\"x\"]",
            key,
            "labels (dora.toml, line 5): goes with source = \"github_issues\" only",
        ),
        (
            "name = \"github\"",
            key,
            "name (dora.toml, line 5): `github` names another source already",
        ),
        ("name = \"a b\"", key, "is no name of letters"),
        (
            "api_url = \"https://me:pw@host\"",
            key,
            "is no URL of an API; write https://api.pagerduty.com",
        ),
        ("urgencies = []", key, "urgencies (dora.toml, line 5): is empty, and nothing would count"),
        ("urgencies = [\"severe\"]", key, "`severe` is unknown; write one of `high`, `low`"),
        ("priorities = []", key, "priorities (dora.toml, line 5): is empty"),
        ("services = [\"P1\"]", key, "services (dora.toml, line 5): is a list; write {"),
        ("services = { P1 = 7 }", key, "P1 (dora.toml, line 5): is the number 7"),
        ("services = { P1 = \"pay\" }", key, "`pay` is no component; write owner/repo"),
        ("services = { P1 = \"acme/*\" }", key, "`acme/*` is no component"),
        ("services = { P1 = \"acme/pay/\" }", key, "`acme/pay/` is no component"),
        (
            "services = { P1 = \"acme/shop\" }",
            &format!("{key}{two}"),
            "`acme/shop` holds several components; write one of them: acme/shop/api, acme/shop/web",
        ),
        (
            "services = { P1 = \"acme/shop/app\" }",
            &format!("{key}{two}"),
            "acme/shop has no component `app`; it has api, web",
        ),
    ] {
        let told = problems(&account(&format!("{lines}\n{more}")), &[KEY]);
        assert!(told.contains(expected) && told.lines().count() == 1, "{lines}: {told}");
        assert!(!told.contains("pw"), "{told}");
    }
    let twice = format!("{}{}", account(key), account(key).replace(MINIMAL, ""));
    let told = problems(&twice, &[KEY]);
    assert!(
        told.contains("incidents[1]") && told.contains("has no name, and `pagerduty` names"),
        "{told}"
    );
    let issues = format!("{MINIMAL}[[incidents]]\nservices = {{ P1 = \"acme/pay\" }}\n");
    let told = problems(&issues, &[KEY]);
    assert!(
        told.contains("services (dora.toml, line 4): goes with source = \"pagerduty\" only"),
        "{told}"
    );
}

#[test]
fn webhooks_are_signed_with_the_secrets_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let with = |path: &str| {
        let text = format!("token_env = \"PAGERDUTY_TOKEN\"\nwebhook_secret_file = {path:?}");
        load_text(&account(&text), &[KEY])
    };
    let settings = with(&write("two", "one\r\n\n  two \n")).unwrap();
    let secrets = settings.pagerduty[0].webhook_secrets.iter();
    assert_eq!(secrets.map(|one| one.expose_secret()).collect::<Vec<_>>(), ["one", "two"]);
    for (path, expected) in [
        (write("empty", " \n"), "is empty; write into it the secret that PagerDuty showed"),
        (folder.path().join("none").display().to_string(), "cannot be read: No such file"),
    ] {
        let problems = with(&path).unwrap_err().to_string();
        assert!(problems.contains("incidents[0].webhook_secret_file"), "{problems}");
        assert!(problems.contains(expected), "{problems}");
    }
}
