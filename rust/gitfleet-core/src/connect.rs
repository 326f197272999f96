//! New connections: directly or through a proxy, with TLS, in the version of HTTP that the server chooses.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper::http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use crate::connect_error::{ConnectError, Unresolved};
use crate::error::Reason;
use crate::proxy::Proxy;
use crate::read_timeout::ConnectGuard;
use crate::readable::ReadableToTheEnd;
use crate::stream::Stream;
use crate::tunnel;
use crate::unsent::Lifetime;

/// Opens the connections of one route.
#[derive(Clone)]
pub(crate) struct Connector(Arc<Inner>);

struct Inner {
    tcp: HttpConnector<Resolver>,
    tls: TlsConnector,
    /// Offers no application protocol: CONNECT needs HTTP/1.1.
    proxy_tls: TlsConnector,
    proxy: Option<Proxy>,
    timeout: Option<Duration>,
}

impl Connector {
    pub(crate) fn new(tls: &ClientConfig, proxy: Option<Proxy>, timeout: Option<Duration>) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let mut proxy_tls = tls.clone();
        proxy_tls.alpn_protocols.clear();
        let (tls, proxy_tls) = (Arc::new(tls.clone()), Arc::new(proxy_tls));
        Self(Arc::new(Inner { tcp, tls: tls.into(), proxy_tls: proxy_tls.into(), proxy, timeout }))
    }
}

impl Service<Uri> for Connector {
    type Response = Opened;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Opened, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let inner = Arc::clone(&self.0);
        let Some(limit) = inner.timeout else {
            return Box::pin(async move { inner.open(&uri).await });
        };
        let guard = ConnectGuard::new();
        Box::pin(async move {
            let _guard = guard;
            let opened = tokio::time::timeout(limit, inner.open(&uri)).await;
            opened.unwrap_or_else(|_| Err(ConnectError::new(Reason::TimeoutConnect)))
        })
    }
}

impl Inner {
    async fn open(&self, uri: &Uri) -> Result<Opened, ConnectError> {
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        let Some(proxy) = &self.proxy else {
            let tcp = self.reach(uri).await?;
            return if is_https { self.secured(uri, tcp).await } else { Ok(Opened::plain(tcp, false)) };
        };
        let tcp = self.reach(&proxy.uri).await?;
        let stream: Box<dyn Stream> = if proxy.uri.scheme() == Some(&Scheme::HTTPS) {
            let secured = secure(&self.proxy_tls, &proxy.uri, tcp).await;
            Box::new(secured.map_err(ConnectError::at_proxy)?)
        } else {
            Box::new(tcp)
        };
        if !is_https {
            return Ok(Opened::plain(stream, true));
        }
        let stream = tunnel::open(stream, uri, proxy.authorization.as_ref()).await?;
        self.secured(uri, stream).await
    }

    async fn reach(&self, uri: &Uri) -> Result<ReadableToTheEnd<TcpStream>, ConnectError> {
        let connected = self.tcp.clone().call(uri.clone()).await;
        connected.map(|tcp| ReadableToTheEnd::new(tcp.into_inner())).map_err(ConnectError::of_tcp)
    }

    async fn secured(&self, uri: &Uri, stream: impl Stream + 'static) -> Result<Opened, ConnectError> {
        let stream = secure(&self.tls, uri, stream).await?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Opened { is_http2, ..Opened::plain(stream, false) })
    }
}

async fn secure<S: Stream>(
    tls: &TlsConnector,
    uri: &Uri,
    stream: S,
) -> Result<tokio_rustls::client::TlsStream<S>, ConnectError> {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|error| ConnectError::caused(Reason::Tls, error))?;
    tls.connect(name, stream).await.map_err(ConnectError::of_tls)
}

/// An open connection.
pub(crate) struct Opened {
    stream: TokioIo<Box<dyn Stream>>,
    /// Whether requests go to an HTTP proxy, which needs the whole URL.
    is_proxied: bool,
    is_http2: bool,
    lifetime: Lifetime,
}

impl Opened {
    fn plain(stream: impl Stream + 'static, is_proxied: bool) -> Self {
        Self {
            stream: TokioIo::new(Box::new(stream)),
            is_proxied,
            is_http2: false,
            lifetime: Lifetime::new(),
        }
    }
}

impl Connection for Opened {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.is_proxied).extra(self.lifetime.end());
        if self.is_http2 { connected.negotiated_h2() } else { connected }
    }
}

impl Read for Opened {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Opened {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The system's resolver; its errors can be recognised among other errors of connecting.
#[derive(Clone)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = Unresolved;
    type Future = Pin<Box<dyn Future<Output = Result<GaiAddrs, Unresolved>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        self.0.poll_ready(context).map_err(Unresolved)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = self.0.call(name);
        Box::pin(async move { found.await.map_err(Unresolved) })
    }
}
