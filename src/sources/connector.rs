//! How connections to sources are made: TLS with the system's roots and a private CA, and the usual
//! proxy variables.
//!
//! Absent here: requests, credentials, limits.

use crate::sources::SourceError;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tower::Service;

/// How long making a connection may take before it counts as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects to a source, by TLS where the address asks for it.
pub(in crate::sources) type Connector = HttpsConnector<Route>;

/// A connector for `url` that trusts the system's roots and the certificates in `ca_file`.
pub(in crate::sources) fn connector(
    what: &str,
    url: &http::Uri,
    ca_file: Option<&Path>,
) -> Result<Connector, SourceError> {
    let setup = |cause: String| SourceError::Setup { what: what.to_owned(), cause };
    let route = Route::to(url, &Matcher::from_env()).map_err(setup)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(error.to_string()))?
        .with_root_certificates(roots(ca_file).map_err(setup)?)
        .with_no_client_auth();
    Ok(hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(route))
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    // Single unreadable system certificates are common and harmless; TLS says if none fits.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        let shown = path.display();
        let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect)
            .map_err(|error| format!("ca_file {shown} cannot be read as PEM: {error}"))?;
        if certificates.is_empty() {
            return Err(format!("ca_file {shown} holds no PEM certificate"));
        }
        for certificate in certificates {
            roots.add(certificate).map_err(|error| {
                format!("ca_file {shown} holds a certificate that cannot be trusted: {error}")
            })?;
        }
    }
    Ok(roots)
}

/// The way to an address: straight, or by a proxy's tunnel.
#[derive(Clone)]
pub(in crate::sources) struct Route {
    direct: HttpConnector,
    proxy: Option<Intercept>,
}

impl Route {
    fn to(url: &http::Uri, proxies: &Matcher) -> Result<Route, String> {
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let proxy = if is_loopback(url) { None } else { proxies.intercept(url) };
        match &proxy {
            Some(proxy) if proxy.uri().scheme_str() != Some("http") => Err(format!(
                "the proxy for {} must be reached by http://, not by {}://; check HTTPS_PROXY",
                url.host().unwrap_or_default(),
                proxy.uri().scheme_str().unwrap_or_default()
            )),
            _ => Ok(Route { direct, proxy }),
        }
    }
}

/// Addresses of the machine itself are never proxied, whatever NO_PROXY says.
fn is_loopback(url: &http::Uri) -> bool {
    url.host().is_some_and(|host| {
        host.eq_ignore_ascii_case("localhost")
            || host
                .trim_matches(['[', ']'])
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    })
}

/// A tunnel leads to port 443 unless the address names another.
fn with_port(url: http::Uri) -> http::Uri {
    if url.port().is_some() || url.scheme_str() != Some("http") {
        return url;
    }
    let named = url.host().and_then(|host| format!("http://{host}:80/").parse().ok());
    named.unwrap_or(url)
}

type BoxError = Box<dyn Error + Send + Sync>;

impl Service<http::Uri> for Route {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, url: http::Uri) -> Self::Future {
        let mut direct = self.direct.clone();
        match &self.proxy {
            None => {
                let connecting = direct.call(url);
                Box::pin(async move { Ok(connecting.await?) })
            }
            Some(proxy) => {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), direct);
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                let connecting = tunnel.call(with_port(url));
                Box::pin(async move { Ok(connecting.await?) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    fn proxies() -> Matcher {
        Matcher::builder().https("http://proxy.example:3128").no("internal.example").build()
    }

    fn proxied(url: &str) -> bool {
        Route::to(&url.parse().unwrap(), &proxies()).unwrap().proxy.is_some()
    }

    #[test]
    fn the_usual_variables_decide_what_goes_through_a_proxy() {
        assert!(proxied("https://api.github.com/graphql"));
        assert!(!proxied("https://github.internal.example/api/graphql"));
        assert!(!proxied("https://127.0.0.1:8443/graphql"));
        assert!(!proxied("https://localhost/graphql"));
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_at_the_start() {
        let socks = Matcher::builder().https("socks5://proxy.example:1080").build();
        let refused = Route::to(&"https://api.github.com".parse().unwrap(), &socks).err().unwrap();
        assert!(refused.contains("socks5"), "{refused}");
    }

    #[tokio::test]
    async fn a_proxy_is_asked_for_a_tunnel_to_the_address() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://user:word@{}", listener.local_addr().unwrap());
        let proxies = Matcher::builder().https(proxy.as_str()).http(proxy.as_str()).build();
        for (url, asked) in [
            ("https://github.example/graphql", "CONNECT github.example:443 "),
            ("http://github.example/graphql", "CONNECT github.example:80 "),
            ("https://github.example:8443/graphql", "CONNECT github.example:8443 "),
        ] {
            let url: http::Uri = url.parse().unwrap();
            let mut route = Route::to(&url, &proxies).unwrap();
            let proxied = async {
                let (mut connection, _) = listener.accept().await.unwrap();
                let mut request = [0; 1_024];
                let read = connection.read(&mut request).await.unwrap();
                connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                String::from_utf8_lossy(&request[..read]).into_owned()
            };
            let (connected, request) = tokio::join!(route.call(url), proxied);
            assert!(connected.is_ok());
            assert!(request.starts_with(asked), "{request}");
            assert!(
                request.to_ascii_lowercase().contains("proxy-authorization: basic"),
                "{request}"
            );
        }
    }

    #[test]
    fn a_private_ca_is_trusted_beside_the_systems() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), PRIVATE_CA).unwrap();
        let (with, without) = (roots(Some(file.path())).unwrap(), roots(None).unwrap());
        assert_eq!(with.len(), without.len() + 1);
    }

    #[test]
    fn a_ca_file_without_certificates_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = roots(Some(file.path())).unwrap_err();
        assert!(refused.contains(&file.path().display().to_string()), "{refused}");
        assert!(roots(Some(Path::new("/nonexistent.pem"))).unwrap_err().contains("nonexistent"));
    }

    /// A self-signed certificate of no use to anyone.
    const PRIVATE_CA: &str = "-----BEGIN CERTIFICATE-----
MIIBlzCCAT2gAwIBAgIUeVoRvojPBUOPxlvDULOxWT/FDy0wCgYIKoZIzj0EAwIw
IDEeMBwGA1UEAwwVZG9yYS1leHBvcnRlciB0ZXN0IENBMCAXDTI2MTEyMzA3MDkx
MFoYDzIxMjYxMDMwMDcwOTEwWjAgMR4wHAYDVQQDDBVkb3JhLWV4cG9ydGVyIHRl
c3QgQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASP5NDpqVB9QqpLEmHonomq
MQl27cKp4VgfCrFTMuBQagvUdZ/4/SXA+d13JuDzqsYA+rmvAHnJM9xQRCA/JOfm
o1MwUTAdBgNVHQ4EFgQUaQrWH6xL41SF4I10+3MXiaRn8QcwHwYDVR0jBBgwFoAU
aQrWH6xL41SF4I10+3MXiaRn8QcwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQD
AgNIADBFAiA2nqng0MzzDxSloITu3rs8Sfb4JY+DZhdemA2p/koooQIhAIjRDHG0
NfGoWLGPc/gfrvu+kxrJUYD3JmAyouKJlyjj
-----END CERTIFICATE-----
";
}
