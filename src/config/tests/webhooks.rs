//! What opens the door for GitHub's webhooks.

use super::{MINIMAL, load_text, problems};
use secrecy::ExposeSecret;

#[test]
fn a_github_has_its_webhooks_secret_from_a_variable_or_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "new\nold\n").unwrap();
    let secrets = |line: &str| -> Vec<String> {
        let settings = load_text(&format!("{MINIMAL}{line}\n"), &[("HOOK", " one \n")]).unwrap();
        let secrets = settings.github[0].webhook_secrets.iter();
        secrets.map(|secret| secret.expose_secret().to_owned()).collect()
    };
    assert_eq!(secrets(""), [""; 0]);
    assert_eq!(secrets("webhook_secret_env = \"HOOK\""), ["one"]);
    assert_eq!(secrets(&format!("webhook_secret_file = {:?}", file.path())), ["new", "old"]);
}

#[test]
fn a_secret_that_cannot_be_had_is_told_and_never_shown() {
    for (lines, expected) in [
        ("webhook_secret_env = \"NONE\"", "the environment variable NONE is not set; write into"),
        ("webhook_secret_env = \"EMPTY\"", "the environment variable EMPTY is empty"),
        ("webhook_secret_env = \"s3cr3t-itself\"", "is no environment variable that is set"),
        ("webhook_secret_file = \"/nowhere/secret\"", "cannot be read: No such file"),
        ("webhook_secret_env = \"A\"\nwebhook_secret_file = \"/nowhere\"", "stands beside"),
    ] {
        let told = problems(&format!("{MINIMAL}{lines}\n"), &[("EMPTY", " ")]);
        assert!(told.contains("github[0].webhook_secret_"), "{told}");
        assert!(told.contains(expected) && !told.contains("s3cr3t"), "{told}");
    }
}
