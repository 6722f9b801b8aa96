//! `[catalog]`: a catalog's server, beside the catalog files in repositories.

use super::{certificates, credentials};
use crate::config::keys::{Default, Key, Section};
use crate::config::reader::Reader;
use crate::config::sections::github::urls;
use crate::config::settings::CatalogSettings;
use crate::config::sources::Sources;
use std::path::Path;

pub(super) static SECTION: Section = Section {
    path: "catalog",
    repeated: false,
    means: "The server of the software catalog (Backstage), which `catalog` in `ownership.order` asks \
            beside the catalog files in repositories; what it says comes first. A component belongs \
            to the repository that its annotation `github.com/project-slug` names, or \
            `backstage.io/source-location`.",
    keys: &[
        Key {
            name: "url",
            value: "a URL",
            default: Default::Absent { example: r#""https://backstage.example.org""# },
            means: "The backend's address, without `/api/catalog`. Without it only files are read.",
        },
        Key {
            name: "token_env",
            value: "the name of an environment variable",
            default: Default::Absent { example: r#""BACKSTAGE_TOKEN""# },
            means: "The environment variable that holds a token of `backend.auth.externalAccess`.",
        },
        Key {
            name: "token_file",
            value: "a path",
            default: Default::Absent { example: r#""/run/secrets/backstage-token""# },
            means: "A file that holds the token, instead of `token_env`. Relative paths start from \
                    the folder of this file.",
        },
        Key {
            name: "ca_file",
            value: "a path",
            default: Default::Absent { example: r#""/etc/ssl/private-ca.pem""# },
            means: "Certificates in PEM to trust beside the system's. Relative paths start from the \
                    folder of this file.",
        },
        Key {
            name: "template_annotation",
            value: "the name of an annotation",
            default: Default::Value(r#""backstage.io/source-template""#),
            means: "The annotation that names the template a component was made from, at the server \
                    and in files alike, for `platform_golden_path_components`. The default is what \
                    Backstage's scaffolder writes.",
        },
    ],
    tables: &[],
    later: &[],
};

/// What the token is for, in messages.
const PURPOSE: &str = "may read the catalog";

pub(super) fn read(
    reader: &Reader<'_>,
    sources: &Sources,
    folder: &Path,
) -> (Option<CatalogSettings>, String) {
    let template = reader.parsed("template_annotation", annotation).unwrap_or_default();
    (server(reader, sources, folder, &template), template)
}

fn server(
    reader: &Reader<'_>,
    sources: &Sources,
    folder: &Path,
    template: &str,
) -> Option<CatalogSettings> {
    let token = (reader.has("token_env") || reader.has("token_file"))
        .then(|| credentials::read(reader, sources, folder, PURPOSE));
    let ca_file = reader.parsed("ca_file", |text| certificates(&folder.join(text)));
    if !reader.has("url") {
        if token.is_some() || ca_file.is_some() {
            reader.section_problem("has no url; write url = \"https://backstage.example.org\"");
        }
        return None;
    }
    // What was written is not repeated, since it may hold credentials.
    let advice = "is no URL of a server; write one such as https://backstage.example.org, and the \
                  token by token_env";
    let url = reader.parsed("url", |text| urls::url(text).map_err(|_| advice.to_owned()))?;
    Some(CatalogSettings { url, ca_file, token, template_annotation: template.to_owned() })
}

fn annotation(text: &str) -> Result<String, String> {
    let is_odd = |letter: char| letter.is_control() || letter.is_whitespace();
    match text.trim() {
        "" => Err("is empty; write an annotation such as backstage.io/source-template".to_owned()),
        text if text.contains(is_odd) => {
            Err("is no annotation; write one such as backstage.io/source-template".to_owned())
        }
        text => Ok(text.to_owned()),
    }
}
