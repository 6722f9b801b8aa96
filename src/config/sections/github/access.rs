//! With what `[[github]]` is read: a token, or a GitHub App's key. Exactly one of them.

use crate::config::credential::{AppSettings, Credential, TokenSettings};
use crate::config::reader::Reader;
use crate::config::sections::credentials;
use crate::config::sources::Sources;
use std::path::{Path, PathBuf};

/// What the token is for, in messages.
const PURPOSE: &str = "may read the repositories";
/// How keys begin: GitHub's own files, and what tools make of them.
const KEYS: [&str; 2] = ["-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----"];
/// The keys that only Apps have.
const OF_APPS: [&str; 2] = ["private_key_file", "installation_id"];

/// Reads the credentials of a section that asks for the repositories of so many accounts.
pub(super) fn read(
    reader: &Reader<'_>,
    sources: &Sources,
    folder: &Path,
    accounts: usize,
) -> Credential {
    if !reader.has("app_id") {
        for key in OF_APPS.into_iter().filter(|key| reader.has(key)) {
            reader.problem(key, "is a GitHub App's: write its app_id too, or remove this");
        }
        let (token, origin) = credentials::read(reader, sources, folder, PURPOSE);
        let file = reader.has("token_file").then(|| reader.text("token_file")).flatten();
        let file = file.map(|file| folder.join(file));
        return Credential::Token(TokenSettings { token, file, origin });
    }
    for key in ["token_env", "token_file"].into_iter().filter(|key| reader.has(key)) {
        reader.problem(key, "stands beside app_id; remove one of them");
    }
    if !reader.has("private_key_file") {
        reader.problem(
            "app_id",
            "needs the app's key: write private_key_file = \"/run/secrets/github-app.pem\", a file \
             that the app's settings at GitHub generate",
        );
    }
    let key = reader.parsed("private_key_file", |text| private_key(text, folder));
    let installation_id = reader.count("installation_id").map(|id| id as u64);
    if installation_id.is_some() && accounts > 1 {
        reader.problem(
            "installation_id",
            "is the installation on one account, and this section asks for several: remove it, and \
             the installation on each is found",
        );
    }
    Credential::App(AppSettings {
        app_id: reader.number_or_text("app_id", app_id).unwrap_or_default(),
        private_key_file: key.unwrap_or_default(),
        installation_id,
        account: String::new(),
    })
}

fn app_id(text: &str) -> Result<String, String> {
    let is_id = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '_';
    if !text.is_empty() && text.len() <= 64 && text.chars().all(is_id) {
        return Ok(text.to_owned());
    }
    Err("is no app's id; write the number or the client ID that the app's settings at GitHub show"
        .to_owned())
}

/// The path of a key that can be read. What is in it is judged where it is used.
fn private_key(text: &str, folder: &Path) -> Result<PathBuf, String> {
    if text.contains("-----BEGIN") {
        return Err("holds a key; write the path of the file that holds it, and replace the key, \
                    since this file has shown it"
            .to_owned());
    }
    let path = folder.join(text);
    let shown = format!("the file {}", path.display());
    let key = std::fs::read_to_string(&path).map_err(|error| {
        format!("{shown} cannot be read: {error}; it must be readable by this process")
    })?;
    if KEYS.iter().any(|begin| key.contains(begin)) {
        return Ok(path);
    }
    let is = if key.contains("PUBLIC KEY") {
        "holds a public key"
    } else if key.contains("ENCRYPTED") {
        "holds an encrypted key, which cannot be used"
    } else {
        "holds no private key in PEM"
    };
    Err(format!("{shown} {is}; write the .pem file that the app's settings at GitHub generate"))
}
