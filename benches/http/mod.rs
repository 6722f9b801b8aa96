//! One connection to an exporter on loopback, as Prometheus keeps one.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::net::SocketAddr;
use std::time::Instant;

/// Asks one exporter.
pub struct Scraper {
    client: Client<HttpConnector, Empty<Bytes>>,
    origin: String,
}

impl Scraper {
    /// Of the exporter that listens there.
    pub fn of(address: SocketAddr) -> Scraper {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Scraper { client, origin: format!("http://{address}") }
    }

    /// The whole body of an answer 200.
    #[allow(dead_code, reason = "not every bench reads the default format")]
    pub async fn body(&self, path: &str, gzip: bool) -> anyhow::Result<Bytes> {
        self.body_as(path, "*/*", gzip).await
    }

    /// The whole body of an answer 200 in an accepted format.
    pub async fn body_as(&self, path: &str, accept: &str, gzip: bool) -> anyhow::Result<Bytes> {
        let mut request = Request::get(format!("{}{path}", self.origin)).header("accept", accept);
        if gzip {
            request = request.header("accept-encoding", "gzip");
        }
        let answer = self.client.request(request.body(Empty::new())?).await?;
        anyhow::ensure!(answer.status() == 200, "{path}: {}", answer.status());
        Ok(answer.into_body().collect().await?.to_bytes())
    }

    /// The milliseconds until the first byte of an answer 200 and until its last, and its length.
    #[allow(dead_code, reason = "not every bench reads pages")]
    pub async fn timed(&self, path: &str) -> anyhow::Result<(f64, f64, usize)> {
        let start = Instant::now();
        let since = || start.elapsed().as_secs_f64() * 1_000.0;
        let request = Request::get(format!("{}{path}", self.origin)).body(Empty::new())?;
        let answer = self.client.request(request).await?;
        anyhow::ensure!(answer.status() == 200, "{path}: {}", answer.status());
        let mut body = answer.into_body();
        let (mut first, mut length) = (None, 0);
        while let Some(frame) = body.frame().await {
            length += frame?.data_ref().map_or(0, Bytes::len);
            first = first.or_else(|| (length > 0).then(since));
        }
        Ok((first.unwrap_or(f64::INFINITY), since(), length))
    }

    /// The metrics as text.
    #[allow(dead_code, reason = "not every bench reads values")]
    pub async fn metrics(&self) -> anyhow::Result<String> {
        Ok(String::from_utf8(self.body("/metrics", false).await?.to_vec())?)
    }
}

/// The values of a family's series.
#[allow(dead_code, reason = "not every bench reads values")]
pub fn values(metrics: &str, family: &str) -> Vec<f64> {
    let lines = metrics.lines().filter_map(|line| line.strip_prefix(family));
    let samples = lines.filter(|rest| rest.starts_with('{') || rest.starts_with(' '));
    samples.filter_map(|rest| rest.rsplit(' ').next()?.parse().ok()).collect()
}
