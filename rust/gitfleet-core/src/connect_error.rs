//! Why a connection could not be opened.

use std::error::Error as StdError;
use std::{fmt, io};

use rustls::CertificateError;

use crate::causes::causes;
use crate::error::Reason;

/// A failure to open a connection, as the HTTP client passes it on.
#[derive(Debug)]
pub(crate) struct ConnectError {
    pub(crate) reason: Reason,
    pub(crate) number: Option<i32>,
    pub(crate) at_proxy: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl ConnectError {
    pub(crate) fn new(reason: Reason) -> Self {
        Self { reason, number: None, at_proxy: false, source: None }
    }

    pub(crate) fn caused(reason: Reason, error: impl StdError + Send + Sync + 'static) -> Self {
        Self { source: Some(Box::new(error)), ..Self::new(reason) }
    }

    pub(crate) fn with_status(reason: Reason, status: u16) -> Self {
        Self { number: Some(i32::from(status)), ..Self::new(reason) }
    }

    pub(crate) fn at_proxy(self) -> Self {
        Self { at_proxy: true, ..self }
    }

    /// For an error of the TCP connector, which includes the look-up of the name.
    pub(crate) fn of_tcp(error: impl StdError + Send + Sync + 'static) -> Self {
        if causes(&error).any(|cause| cause.is::<Unresolved>()) {
            return Self::caused(Reason::Unresolved, error);
        }
        let number = causes(&error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .find_map(io::Error::raw_os_error);
        Self { number, ..Self::caused(Reason::Connect, error) }
    }

    /// For an error of the TLS handshake.
    pub(crate) fn of_tls(error: io::Error) -> Self {
        let reason = match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(error) => tls_reason(error),
            None => Reason::TlsCut,
        };
        Self::caused(reason, error)
    }
}

fn tls_reason(error: &rustls::Error) -> Reason {
    match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Reason::TlsExpired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Reason::TlsEarly,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Reason::TlsName
            }
            _ => Reason::TlsUntrusted,
        },
        rustls::Error::AlertReceived(_) => Reason::TlsRefused,
        rustls::Error::InvalidMessage(_) => Reason::TlsNot,
        _ => Reason::Tls,
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            None => write!(out, "{:?}", self.reason),
            Some(number) => write!(out, "{:?} {number}", self.reason),
        }
    }
}

impl StdError for ConnectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|error| error as &(dyn StdError + 'static))
    }
}

/// The look-up of a host name failed.
#[derive(Debug)]
pub(crate) struct Unresolved(pub(crate) io::Error);

impl fmt::Display for Unresolved {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl StdError for Unresolved {}
