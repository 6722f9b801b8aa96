//! With what sources are read: tokens, and Apps' keys.

use super::{MINIMAL, sources};
use crate::config::{ConfigFile, Credential, Flags, GitHubSettings, Sources, TokenSettings, load};
use secrecy::ExposeSecret;

/// The token of a section that has one.
pub(super) fn token(github: &GitHubSettings) -> &TokenSettings {
    match &github.credential {
        Credential::Token(token) => token,
        Credential::App(app) => panic!("{app:?}"),
    }
}

#[test]
fn tokens_are_read_and_never_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("token", "from-a-file\n");
    write("empty", "\n");
    write("two", "hunter2 hunter3\n");
    let load_file = |line: &str| {
        write("dora.toml", &format!("{MINIMAL}{line}\n"));
        let file = Some(ConfigFile::Path(folder.path().join("dora.toml")));
        load(&Sources { file, ..sources("", &[]) })
    };
    // Relative to the configuration file, not to the working directory.
    let settings = load_file("token_file = \"token\"").unwrap();
    let read = token(&settings.github[0]);
    assert_eq!(read.token.expose_secret(), "from-a-file");
    assert!(read.origin.starts_with("the file "));
    assert_eq!(read.file, Some(folder.path().join("token")), "it is read again");
    assert!(!format!("{settings:?}").contains("from-a-file"));
    for (line, part) in [
        ("token_file = \"empty\"", "is empty; write a token"),
        ("token_file = \"none\"", "cannot be read: No such file"),
        ("token_file = \"two\"", "holds more than a token"),
        ("token_file = \"token\"\ntoken_env = \"GITHUB_TOKEN\"", "remove one of them"),
        ("ca_file = \"token\"", "holds no certificate"),
        ("ca_file = \"none\"", "cannot be read"),
    ] {
        let problems = load_file(line).unwrap_err().to_string();
        assert!(problems.contains(part) && !problems.contains("hunter"), "{line}: {problems}");
        assert_eq!(problems.lines().count(), 1, "{problems}");
    }
    let empty = super::problems(MINIMAL, &[("GITHUB_TOKEN", " ")]);
    assert!(empty.contains("the environment variable GITHUB_TOKEN is empty; set"), "{empty}");
}

#[test]
fn an_apps_section_is_divided_by_account_and_its_key_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("app.pem", "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n");
    write("public.pem", "-----BEGIN PUBLIC KEY-----\nhunter2\n");
    write("empty.pem", "");
    let load_lines = |lines: &str| {
        let wanted = "organizations = [\"acme\", \"Initech\"]\n\
                      repositories = [\"globex/api\", \"ACME/x\", \"initech/pay-*\"]\n";
        write("dora.toml", &format!("[[github]]\nname = \"corp\"\n{wanted}{lines}\n"));
        let file = Some(ConfigFile::Path(folder.path().join("dora.toml")));
        load(&Sources {
            file,
            environment: [("T".into(), "t".into())].into(),
            flags: Flags::default(),
        })
    };
    let settings = load_lines("app_id = 7\nprivate_key_file = \"app.pem\"").unwrap();
    let parts = settings.github[0].parts();
    let shown: Vec<(&str, usize, usize, String)> = parts
        .iter()
        .map(|part| {
            let counts = (part.organizations.len(), part.repositories.len());
            (&*part.name, counts.0, counts.1, part.credential.origin())
        })
        .collect();
    let origin = |account: &str| format!("the app 7, installed on {account}");
    assert_eq!(
        shown,
        [
            ("corp/acme", 1, 1, origin("acme")),
            ("corp/Initech", 1, 1, origin("Initech")),
            ("corp/globex", 0, 1, origin("globex")),
        ]
    );
    assert!(parts.iter().all(|part| part.host == "corp"));
    assert!(load_lines("app_id = \"Iv23li8\"\nprivate_key_file = \"app.pem\"").is_ok());
    for (lines, part) in [
        ("app_id = 7\nprivate_key_file = \"none.pem\"", "none.pem cannot be read: No such file"),
        ("app_id = 7\nprivate_key_file = \"public.pem\"", "holds a public key; write the .pem"),
        ("app_id = 7\nprivate_key_file = \"empty.pem\"", "holds no private key in PEM"),
        ("app_id = 7\nprivate_key_file = \"-----BEGIN hunter2\"", "holds a key; write the path"),
        ("app_id = 0\nprivate_key_file = \"app.pem\"", "github[0].app_id"),
        ("app_id = \"a b\"\nprivate_key_file = \"app.pem\"", "is no app's id"),
        (
            "app_id = 7\nprivate_key_file = \"app.pem\"\ntoken_env = \"GITHUB_TOKEN\"",
            "github[0].token_env (PATH, line 7): stands beside app_id; remove one of them",
        ),
        (
            "token_env = \"T\"\nprivate_key_file = \"app.pem\"",
            "write its app_id too, or remove this",
        ),
        ("app_id = 7\nprivate_key_file = \"app.pem\"\nprivate_key = \"x\"", "secrets never stand"),
        (
            "app_id = 7\nprivate_key_file = \"app.pem\"\ninstallation_id = 3",
            "is the installation on one account, and this section asks for several",
        ),
    ] {
        let problems = load_lines(lines).unwrap_err().to_string();
        let path = folder.path().join("dora.toml").display().to_string();
        let problems = problems.replace(&path, "PATH");
        assert!(problems.contains(part) && !problems.contains("hunter"), "{lines}: {problems}");
        assert_eq!(problems.lines().count(), 1, "{problems}");
    }
}

#[test]
fn a_part_of_the_repositories_is_what_file_variable_or_flag_says() {
    let part = |sources: Sources| load(&sources).unwrap().github[0].shard.to_string();
    let file = format!("[collection]\nshard = \"2/3\"\n{MINIMAL}");
    assert_eq!(part(sources(MINIMAL, &[])), "1/1");
    assert_eq!(part(sources(&file, &[])), "2/3");
    let variable = [("DORA__COLLECTION__SHARD", "3/4")];
    assert_eq!(part(sources(&file, &variable)), "3/4");
    let flags = Flags { shard: Some("4/5".to_owned()), ..Flags::default() };
    assert_eq!(part(Sources { flags, ..sources(&file, &variable) }), "4/5");
}

#[test]
fn incidents_that_live_elsewhere_than_their_components_cannot_be_divided() {
    let file = format!("[collection]\nshard = \"2/3\"\n{MINIMAL}");
    let mapped = "[[incidents]]\nlabels = [\"incident\"]\nrepositories = [\"acme/ops\"]\n\
                  mappings = [{ label = \"pay\", component = \"acme/pay\" }]\n";
    let pagerduty = "[[incidents]]\nsource = \"pagerduty\"\ntoken_env = \"GITHUB_TOKEN\"\n\
                     services = { P1 = \"acme/pay\" }\n";
    for (incidents, told) in
        [(mapped, "`mappings` give incidents"), (pagerduty, "PagerDuty's incidents live in no")]
    {
        let problems = super::problems(&format!("{file}{incidents}"), &[]);
        assert!(problems.contains("collection.shard") && problems.contains(told), "{problems}");
        assert!(load(&sources(&format!("{MINIMAL}{incidents}"), &[])).is_ok());
    }
}
