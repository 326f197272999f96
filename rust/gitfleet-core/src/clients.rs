//! The HTTP clients of an engine, one per [`Route`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::{Client, Proxy, redirect, retry};
use rustls::ClientConfig;

use crate::error::{Error, ErrorCode};
use crate::read_timeout::ConnectObserver;

const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// The settings that requests of one connection pool have in common. No `Debug`: the proxy may contain a password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) proxy: Option<String>,
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
        let mut builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .tcp_nodelay(true);
        if !self.http2 {
            builder = builder.http1_only();
        }
        if let Some(limit) = route.connect_timeout {
            builder = builder.connect_timeout(limit).connector_layer(ConnectObserver);
        }
        if let Some(proxy) = &route.proxy {
            // The error is dropped because it may quote the password in the proxy's URL.
            let proxy = Proxy::all(proxy).map_err(|_| invalid("the proxy's URL cannot be used"))?;
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| {
            Error::new(
                ErrorCode::Internal,
                format!("the HTTP client cannot be set up: {}", error.without_url()),
            )
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Route, Client>> {
        self.by_route.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorCode::InvalidRequest, message)
}
