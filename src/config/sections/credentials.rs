//! A token, by variable or file. No message ever repeats what might be one.

use crate::config::reader::Reader;
use crate::config::sources::Sources;
use secrecy::SecretString;
use std::path::Path;

/// Where the secrets of webhooks stand.
const SECRET_FILE: &str = "webhook_secret_file";
const SECRET_ENV: &str = "webhook_secret_env";
/// What GitHub's tokens start with.
const TOKEN_PREFIXES: [&str; 6] = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"];

/// The token, and where it came from; `purpose` says what it is for: "may read the repositories".
/// What is wrong with it is reported.
pub(super) fn read(
    reader: &Reader<'_>,
    sources: &Sources,
    folder: &Path,
    purpose: &str,
) -> (SecretString, String) {
    let (key, read): (_, Result<(String, String), String>) = if reader.has("token_file") {
        if reader.has("token_env") {
            reader.problem("token_file", "stands beside token_env; remove one of them");
        }
        let Some(path) = reader.text("token_file") else { return Default::default() };
        ("token_file", from_file(&folder.join(path), purpose))
    } else {
        let Some(variable) = reader.text("token_env") else { return Default::default() };
        ("token_env", from_variable(&variable, sources, purpose))
    };
    match read {
        Ok((token, origin)) => (SecretString::from(token), origin),
        Err(message) => {
            reader.problem(key, message);
            Default::default()
        }
    }
}

/// What webhooks are signed with, by variable or by a file with one a line; `remedy` says how they
/// come there. What is wrong with it is reported.
pub(super) fn webhook_secrets(
    reader: &Reader<'_>,
    sources: &Sources,
    folder: &Path,
    remedy: &str,
) -> Vec<SecretString> {
    let (key, read) = if reader.has(SECRET_FILE) {
        if reader.has(SECRET_ENV) {
            let message = format!("stands beside {SECRET_ENV}; remove one of them");
            reader.problem(SECRET_FILE, message);
        }
        let Some(path) = reader.text(SECRET_FILE) else { return Vec::new() };
        let path = folder.join(path);
        let origin = format!("the file {}", path.display());
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{origin} cannot be read: {error}; {remedy}"));
        (SECRET_FILE, text.map(|text| (text, origin)))
    } else if reader.has(SECRET_ENV) {
        let Some(name) = reader.text(SECRET_ENV) else { return Vec::new() };
        // What is no name may be the secret itself.
        let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let read = match sources.environment.get(&name) {
            Some(text) => Ok((text.clone(), format!("the environment variable {name}"))),
            None if name.is_empty() || !name.chars().all(is_name) => {
                Err("is no environment variable that is set; write the name of one, such as \
                 GITHUB_WEBHOOK_SECRET"
                    .to_owned())
            }
            None => Err(format!("the environment variable {name} is not set; {remedy}")),
        };
        (SECRET_ENV, read)
    } else {
        return Vec::new();
    };
    let secrets = read.and_then(|(text, origin)| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let secrets: Vec<SecretString> = lines.map(SecretString::from).collect();
        if secrets.is_empty() { Err(format!("{origin} is empty; {remedy}")) } else { Ok(secrets) }
    });
    secrets.unwrap_or_else(|message| {
        reader.problem(key, message);
        Vec::new()
    })
}

fn from_variable(name: &str, sources: &Sources, purpose: &str) -> Result<(String, String), String> {
    if TOKEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(
            "holds a token; write the name of the environment variable that holds it, such \
                    as GITHUB_TOKEN, and replace the token, since this file has shown it"
                .to_owned(),
        );
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(is_name) {
        return Err("is no environment variable; write a name such as GITHUB_TOKEN".to_owned());
    }
    let origin = format!("the environment variable {name}");
    let remedy = format!(
        "set {name} to a token that {purpose}, or name another variable \
         (token_env) or a file (token_file)"
    );
    match sources.environment.get(name).map(|token| token.trim()) {
        None => Err(format!("{origin} is not set; {remedy}")),
        Some("") => Err(format!("{origin} is empty; {remedy}")),
        Some(token) => checked(token, origin),
    }
}

fn from_file(path: &Path, purpose: &str) -> Result<(String, String), String> {
    let origin = format!("the file {}", path.display());
    let remedy = format!(
        "write a token that {purpose} into it, readable by this process, or name another file"
    );
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{origin} cannot be read: {error}; {remedy}"))?;
    match text.trim() {
        "" => Err(format!("{origin} is empty; {remedy}")),
        token => checked(token, origin),
    }
}

/// A token goes into a header, which takes visible ASCII only.
fn checked(token: &str, origin: String) -> Result<(String, String), String> {
    if token.chars().all(|c| c.is_ascii_graphic()) {
        Ok((token.to_owned(), origin))
    } else {
        Err(format!("{origin} holds more than a token; write the token alone, on one line"))
    }
}
