//! The HTTP clients of an engine, one per [`Route`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper_util::client::legacy;
use hyper_util::rt::TokioTimer;
use rustls::ClientConfig;

use crate::connect::Connector;
use crate::error::Error;
use crate::proxy::Proxy;
use crate::resend::ResendLimits;
use crate::watched::{WatchedBody, WatchingExecutor};

const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// Largest head of a response over HTTP/2.
const MAX_HEADER_LIST: u32 = 100 << 10;

/// The settings that requests of one connection pool have in common. No `Debug`: the proxy may contain a password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) proxy: Option<String>,
}

/// A connection pool, and what its requests need.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) http: legacy::Client<Connector, WatchedBody>,
    /// Whether HTTP/2 is offered to servers with TLS.
    pub(crate) offers_http2: bool,
    pub(crate) resend_limits: ResendLimits,
}

pub(crate) struct Clients {
    tls: ClientConfig,
    http2: bool,
    by_route: Mutex<HashMap<Route, Client>>,
}

impl Clients {
    pub(crate) fn new(tls: ClientConfig, http2: bool) -> Self {
        Self { tls, http2, by_route: Mutex::default() }
    }

    pub(crate) fn get(&self, route: &Route) -> Result<Client, Error> {
        let mut by_route = self.lock();
        if let Some(client) = by_route.get(route) {
            return Ok(client.clone());
        }
        let client = self.build(route)?;
        by_route.insert(route.clone(), client.clone());
        Ok(client)
    }

    /// Closes the idle connections.
    pub(crate) fn clear(&self) {
        let clients = std::mem::take(&mut *self.lock());
        drop(clients);
    }

    fn build(&self, route: &Route) -> Result<Client, Error> {
        // Retries and redirects are decided above the engine. hyper-util still repeats a request in one case: the
        // pooled connection was closed before it accepted the request, which is returned unsent. The request is
        // never sent twice, so this is safe for every method.
        let proxy = route.proxy.as_deref().map(Proxy::parse).transpose()?;
        let connector = Connector::new(&self.tls, proxy, route.connect_timeout);
        let http = legacy::Client::builder(WatchingExecutor)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .http2_max_header_list_size(MAX_HEADER_LIST)
            .build(connector);
        Ok(Client { http, offers_http2: self.http2, resend_limits: ResendLimits::default() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Route, Client>> {
        self.by_route.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
