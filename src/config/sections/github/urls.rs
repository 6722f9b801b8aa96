//! The addresses of GitHub's APIs.

use http::Uri;

/// The REST base; `github.com` itself is no API.
pub(super) fn api_url(text: &str) -> Result<String, String> {
    let url = url(text)?;
    let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if ["github.com", "www.github.com"].contains(&host) {
        return Err(format!(
            "`{text}` is the web site; write https://api.github.com, or https://HOST/api/v3 for \
             Enterprise Server"
        ));
    }
    Ok(url)
}

/// A URL without a trailing `/`. Messages do not repeat one that holds credentials.
pub(in crate::config::sections) fn url(text: &str) -> Result<String, String> {
    let advice = "write one such as https://api.github.com or https://HOST/api/v3";
    if text.contains('@') {
        return Err(format!("holds credentials; {advice}, and the token by token_env"));
    }
    let is_url = text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
            && !text.contains('#')
    });
    if is_url {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(format!("`{text}` is no URL of an API; {advice}"))
    }
}

/// Where GraphQL is, given the REST base: Enterprise Server has it beside `/api/v3`.
pub(super) fn graphql_url(api_url: &str) -> String {
    match api_url.strip_suffix("/api/v3") {
        Some(host) => format!("{host}/api/graphql"),
        None => format!("{api_url}/graphql"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[test]
    fn graphql_is_found_beside_the_rest_api() {
        for (api, graphql) in [
            ("https://api.github.com", "https://api.github.com/graphql"),
            ("https://git.acme.example/api/v3", "https://git.acme.example/api/graphql"),
            ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
        ] {
            assert_eq!(graphql_url(api), graphql);
        }
    }

    #[test]
    fn addresses_are_checked_and_lose_their_trailing_slash() {
        assert_eq!(api_url("https://api.github.com/"), Ok("https://api.github.com".to_owned()));
        assert_eq!(url("http://[::1]:80/api/v3/"), Ok("http://[::1]:80/api/v3".to_owned()));
        for (text, part) in [
            ("https://github.com", "is the web site"),
            ("api.github.com", "is no URL"),
            ("ftp://api.github.com", "is no URL"),
            ("https://", "is no URL"),
            ("https://host/?a=b", "is no URL"),
            ("https://host/#a", "is no URL"),
            ("", "is no URL"),
        ] {
            let error = api_url(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
        let error = url("https://me:hunter2@host").unwrap_err();
        assert!(error.contains("credentials") && !error.contains("hunter2"), "{error}");
    }
}
