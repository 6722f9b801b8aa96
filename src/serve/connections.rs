//! Connections: how many, for how long, and how they end.

use super::{ServeState, response_deadline::ResponseDeadline, routes};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long to wait before accepting again after that has failed, as it does while the process has
/// as many open files as it may.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// What clients may take. Times are upper bounds; a connection that exceeds one is closed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections are open at once; further ones wait until one closes.
    pub connections: usize,
    /// From the opening of a connection, or the end of a response, to the end of the next request's
    /// head. A connection that is kept alive is closed after as long without a request.
    pub header_timeout: Duration,
    /// From the first byte of a response that the client does not take at once to its last.
    pub response_timeout: Duration,
    /// How many bytes a request's head may have.
    pub header_bytes: usize,
    /// How many bytes a request's body may have.
    pub body_bytes: usize,
    /// How long running requests may take after the server was told to stop. Less than the 10 s in
    /// which the whole process stops, since the store is closed after it.
    pub stop_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 512,
            header_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(60),
            header_bytes: 16 * 1024,
            body_bytes: 64 * 1024,
            stop_timeout: Duration::from_secs(8),
        }
    }
}

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {remedy}")]
pub struct BindError {
    address: SocketAddr,
    remedy: String,
    #[source]
    cause: io::Error,
}

/// Opens the address to listen on.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|cause| {
        let remedy = match cause.kind() {
            io::ErrorKind::AddrInUse => {
                "another process, perhaps another dora-exporter, listens there; stop it, or choose \
                 another address with --web.listen-address or server.listen_address"
                    .to_owned()
            }
            io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address; write one that it has, or 0.0.0.0 for all, with \
                 --web.listen-address or server.listen_address"
                    .to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                "this user may not open that port; choose one from 1024 on with \
                 --web.listen-address or server.listen_address"
                    .to_owned()
            }
            _ => format!("{cause}; check --web.listen-address or server.listen_address"),
        };
        BindError { address, remedy, cause }
    })
}

/// Serves until `stop`, then finishes what runs.
pub async fn serve(
    listener: TcpListener,
    state: ServeState,
    stop: CancellationToken,
) -> io::Result<()> {
    serve_within(listener, state, Limits::default(), stop).await
}

/// [`serve`] with other limits.
pub async fn serve_within(
    listener: TcpListener,
    state: ServeState,
    limits: Limits,
    stop: CancellationToken,
) -> io::Result<()> {
    let router = routes::router(Arc::new(state), limits.body_bytes);
    let permits = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    // Dropping it ends what has not finished in time.
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = accept(&listener, &permits) => accepted,
        };
        let Some((stream, permit)) = accepted else { continue };
        let watcher = graceful.watcher();
        let router = router.clone();
        open.spawn(async move {
            talk(stream, router, limits, watcher).await;
            drop(permit);
        });
    }
    // From here on the system refuses connections, and a load balancer tries another instance.
    drop(listener);
    if tokio::time::timeout(limits.stop_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            connections = open.len(),
            "stopped before every response was finished; clients took too long"
        );
    }
    Ok(())
}

/// The next connection, once there is room for it; nothing where the client has gone meanwhile.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, permit)),
        Err(error) => {
            let is_client_gone = matches!(
                error.kind(),
                io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
            );
            if !is_client_gone {
                tracing::warn!(%error, "cannot accept a connection; trying again");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            None
        }
    }
}

async fn talk(stream: TcpStream, router: axum::Router, limits: Limits, watcher: Watcher) {
    // A response is written as a whole; waiting for more to send would only delay its end.
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(ResponseDeadline::new(stream, limits.response_timeout));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.header_bytes)
        .serve_connection(stream, TowerToHyperService::new(router));
    if let Err(error) = watcher.watch(connection).await {
        // Whatever a client does wrong is its own affair.
        tracing::debug!(%error, "a connection ended early");
    }
}
