//! `[server]`: where the exporter listens.

use crate::config::keys::{Default, Key, Section};
use crate::config::reader::Reader;
use crate::config::settings::ServerSettings;
use http::{HeaderValue, Uri};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub(super) static SECTION: Section = Section {
    path: "server",
    repeated: false,
    means: "Where the exporter listens.",
    keys: &[
        Key {
            name: "listen_address",
            value: "an address and a port such as `0.0.0.0:13672`, `[::]:13672` or `:13672`",
            default: Default::Value(r#""0.0.0.0:13672""#),
            means: "The address and port to listen on. `:13672` means every IPv4 address, as \
                    `0.0.0.0:13672` does; `[::]:13672` means every address of both kinds where the \
                    system allows it. Flag: `--web.listen-address`.",
        },
        Key {
            name: "telemetry_path",
            value: "a path such as `/metrics`",
            default: Default::Value(r#""/metrics""#),
            means: "The path of the metrics. Flag: `--web.telemetry-path`.",
        },
        Key {
            name: "cors_origins",
            value: "origins such as `https://portal.acme.example`",
            default: Default::Value("[]"),
            means: "Whose pages may read the JSON API from a browser, each as a scheme, a host and \
                    a port where it is not the scheme's own. Nobody's by default; programs other than \
                    browsers are not held by it.",
        },
    ],
    tables: &[],
    later: &["web_config_file"],
};

/// First segments of paths that serve something else, now or by the published plan.
const TAKEN: [&str; 8] =
    ["-", "api", "components", "events", "healthz", "readyz", "teams", "webhooks"];

pub(super) fn read(reader: &Reader<'_>) -> ServerSettings {
    ServerSettings {
        listen_address: reader
            .parsed("listen_address", listen_address)
            .unwrap_or_else(|| SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0)),
        telemetry_path: reader.parsed("telemetry_path", telemetry_path).unwrap_or_default(),
        cors_origins: reader.parsed_list("cors_origins", origin),
    }
}

/// Reads an address to listen on; the error says what to write.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let spelt_out = match text.split_once(':') {
        Some(("", port)) => format!("0.0.0.0:{port}"),
        Some(("localhost", port)) => format!("127.0.0.1:{port}"),
        _ => text.to_owned(),
    };
    spelt_out.parse().map_err(|_| {
        format!(
            "`{text}` is no address to listen on; write an IP address and a port from 0 to 65535 \
             such as 0.0.0.0:13672, [::]:13672 or 127.0.0.1:13672"
        )
    })
}

/// Reads an origin as browsers send it; the error says what to write.
pub(super) fn origin(text: &str) -> Result<HeaderValue, String> {
    let advice = || {
        format!(
            "`{text}` is no origin; write a scheme and a host, and a port where it is not the \
             scheme's own, such as https://portal.acme.example or http://localhost:3000"
        )
    };
    let uri: Uri = text.parse().map_err(|_| advice())?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let spelt = format!("{}://{authority}", uri.scheme_str().unwrap_or_default());
    if !is_web || authority.is_empty() || authority.contains('@') || spelt != text.to_lowercase() {
        return Err(advice());
    }
    HeaderValue::from_str(&spelt.to_lowercase()).map_err(|_| advice())
}

fn telemetry_path(text: &str) -> Result<String, String> {
    let Some(rest) = text.strip_prefix('/') else {
        return Err(format!("`{text}` does not start with `/`; write a path such as /metrics"));
    };
    if rest.is_empty() {
        return Err("`/` is the landing page; write a path such as /metrics".to_owned());
    }
    let is_plain = |segment: &str| {
        segment.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c))
            && segment.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if !rest.split('/').all(is_plain) {
        return Err(format!(
            "`{text}` is no plain path; write segments of letters, digits, `-`, `_` and `.`, such \
             as /metrics or /dora/metrics"
        ));
    }
    let first = rest.split('/').next().unwrap_or_default();
    if TAKEN.contains(&first) {
        return Err(format!(
            "`{text}` collides with what is served under /{first}; write a path such as /metrics"
        ));
    }
    Ok(text.to_owned())
}
