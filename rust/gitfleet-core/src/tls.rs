//! The TLS configuration: which server certificates are trusted.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, ErrorCode};
use crate::verifiers::{FixedVerifier, ListVerifier};

/// Which server certificates are trusted.
#[derive(Debug)]
pub enum Trust {
    /// Those that the store of the operating system trusts.
    Store,
    /// Those that are listed, and those that a listed issuer has signed.
    Listed(Listed),
    /// All: nothing is verified.
    Any,
}

/// Certificates in PEM, read and checked by the caller.
#[derive(Debug, Default)]
pub struct Listed {
    /// May sign the certificates of servers.
    pub issuers: String,
    /// Trusted as the certificate of a server.
    pub servers: String,
    /// Why there are none, for the error message.
    pub problem: Option<String>,
}

/// The TLS settings of an engine's connections.
///
/// # Errors
/// `invalid_argument` for text that is not PEM.
pub(crate) fn client_config(trust: &Trust, http2: bool) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorCode::Internal, format!("TLS cannot be set up: {error}")))?;
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::Store => store_verifier(provider),
        Trust::Listed(listed) => list_verifier(listed, provider)?,
        Trust::Any => Arc::new(FixedVerifier { error: None, provider }),
    };
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = builder.with_no_client_auth();
    let protocols: &[&str] = if http2 { &["h2", "http/1.1"] } else { &["http/1.1"] };
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(config)
}

/// Without a usable certificate plain HTTP still works, and HTTPS fails with the reason.
fn list_verifier(
    listed: &Listed,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let (issuers, servers) = (certificates(&listed.issuers)?, certificates(&listed.servers)?);
    Ok(match ListVerifier::new(issuers, servers, Arc::clone(&provider)) {
        Ok(verifier) => Arc::new(verifier),
        Err(error) => {
            let reason = listed.problem.clone().unwrap_or_else(|| error.to_string());
            let message = format!("no certificate authority can be used: {reason}");
            Arc::new(FixedVerifier { error: Some(rustls::Error::General(message)), provider })
        }
    })
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
    certificates.map_err(|error| {
        Error::new(ErrorCode::InvalidArgument, format!("engine configuration: not valid PEM: {error}"))
    })
}

fn store_verifier(provider: Arc<CryptoProvider>) -> Arc<dyn ServerCertVerifier> {
    match rustls_platform_verifier::Verifier::new(Arc::clone(&provider)) {
        Ok(verifier) => Arc::new(verifier),
        Err(error) => Arc::new(FixedVerifier { error: Some(error), provider }),
    }
}
