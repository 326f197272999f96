//! The TLS configuration: which server certificates are trusted.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_native_certs::load_certs_from_paths;

use crate::error::{Error, ErrorCode};
use crate::verifiers::{FixedVerifier, ListVerifier};

const CERT_FILE: &str = "SSL_CERT_FILE";
const CERT_DIR: &str = "SSL_CERT_DIR";

/// Which server certificates are trusted.
#[derive(Debug)]
pub enum Trust {
    /// Those that the operating system trusts, or if SSL_CERT_FILE or SSL_CERT_DIR is set, those named there.
    System,
    /// Only those that certificates in this PEM file have signed, and these certificates themselves.
    File(PathBuf),
    /// All: nothing is verified.
    Any,
}

/// The TLS settings of an engine's connections.
///
/// # Errors
/// `invalid_argument`, with the path, for a file that cannot be read or contains no usable certificate.
pub(crate) fn client_config(trust: &Trust, http2: bool) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorCode::Internal, format!("TLS cannot be set up: {error}")))?;
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::System => system_verifier(provider),
        Trust::File(path) => Arc::new(file_verifier(path, provider)?),
        Trust::Any => Arc::new(FixedVerifier { error: None, provider }),
    };
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = builder.with_no_client_auth();
    let protocols: &[&str] = if http2 { &["h2", "http/1.1"] } else { &["http/1.1"] };
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(config)
}

fn file_verifier(path: &Path, provider: Arc<CryptoProvider>) -> Result<ListVerifier, Error> {
    let invalid = |reason: String| {
        Error::new(ErrorCode::InvalidArgument, format!("CA file \"{}\": {reason}", path.display()))
    };
    let pem = std::fs::read(path).map_err(|error| invalid(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| invalid(format!("not valid PEM: {error}")))?;
    ListVerifier::new(certificates, provider)
        .map_err(|error| invalid(format!("no usable certificate in it: {error}")))
}

/// Without root certificates plain HTTP still works, and HTTPS fails with the reason.
fn system_verifier(provider: Arc<CryptoProvider>) -> Arc<dyn ServerCertVerifier> {
    let error = if let Some(certificates) = certificates_from_env() {
        match ListVerifier::new(certificates, Arc::clone(&provider)) {
            Ok(verifier) => return Arc::new(verifier),
            Err(error) => {
                let message = format!("{CERT_FILE} and {CERT_DIR} name no certificate: {error}");
                rustls::Error::General(message)
            }
        }
    } else {
        match rustls_platform_verifier::Verifier::new(Arc::clone(&provider)) {
            Ok(verifier) => return Arc::new(verifier),
            Err(error) => error,
        }
    };
    Arc::new(FixedVerifier { error: Some(error), provider })
}

/// The certificates that OpenSSL's variables name, on every platform; None when neither is set. Missing and
/// unreadable files are skipped.
fn certificates_from_env() -> Option<Vec<CertificateDer<'static>>> {
    let [file, folders] =
        [CERT_FILE, CERT_DIR].map(|name| env::var_os(name).filter(|value| !value.is_empty()));
    if file.is_none() && folders.is_none() {
        return None;
    }
    let mut certificates = load_certs_from_paths(file.as_deref().map(Path::new), None).certs;
    for folder in env::split_paths(&folders.unwrap_or_default()).filter(|path| !path.as_os_str().is_empty()) {
        certificates.extend(load_certs_from_paths(None, Some(&folder)).certs);
    }
    Some(certificates)
}
