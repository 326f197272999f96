//! The HTTP clients of an engine, one for each way to connect.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::{Client, Proxy, redirect, retry};
use rustls::ClientConfig;

use crate::connecting::Observe;
use crate::fault::{Code, Fault};

const KEEP_IDLE: Duration = Duration::from_secs(90);

/// What a connection pool can be shared by. No `Debug`: the proxy may hold a password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) proxy: Option<String>,
}

pub(crate) struct Clients {
    tls: ClientConfig,
    http2: bool,
    made: Mutex<HashMap<Route, Client>>,
}

impl Clients {
    pub(crate) fn new(tls: ClientConfig, http2: bool) -> Self {
        Self { tls, http2, made: Mutex::default() }
    }

    pub(crate) fn get(&self, route: &Route) -> Result<Client, Fault> {
        let mut made = self.lock();
        if let Some(client) = made.get(route) {
            return Ok(client.clone());
        }
        let client = self.make(route)?;
        made.insert(route.clone(), client.clone());
        Ok(client)
    }

    /// Closes the idle connections.
    pub(crate) fn clear(&self) {
        let made = std::mem::take(&mut *self.lock());
        drop(made);
    }

    fn make(&self, route: &Route) -> Result<Client, Fault> {
        // Retries and redirects are decided above the engine. hyper-util still repeats a request by itself
        // in one case: a pooled connection was closed before it took the request, which it then hands back
        // unsent. That is never a second sending, so it is safe for every method.
        let mut builder = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .pool_idle_timeout(KEEP_IDLE)
            .tcp_nodelay(true);
        if !self.http2 {
            builder = builder.http1_only();
        }
        if let Some(limit) = route.connect_timeout {
            builder = builder.connect_timeout(limit).connector_layer(Observe);
        }
        if let Some(proxy) = &route.proxy {
            // The error is dropped on purpose: it may quote the password in the address.
            let proxy = Proxy::all(proxy).map_err(|_| invalid("the proxy's URL cannot be used"))?;
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| {
            Fault::new(Code::Internal, format!("the HTTP client cannot be set up: {}", error.without_url()))
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Route, Client>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn invalid(message: &str) -> Fault {
    Fault::new(Code::InvalidRequest, message)
}
