//! Whom to trust.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, Error};
use rustls_native_certs::load_certs_from_paths;

use crate::fault::{Code, Fault};
use crate::verifiers::{Listed, Verdict};

const CERT_FILE: &str = "SSL_CERT_FILE";
const CERT_DIR: &str = "SSL_CERT_DIR";

/// How the certificates of servers are judged.
#[derive(Debug)]
pub enum Trust {
    /// By the operating system's roots, or what SSL_CERT_FILE and SSL_CERT_DIR name where one of them is set.
    System,
    /// By the certificates in this PEM file alone.
    File(PathBuf),
    /// Not at all.
    Anyone,
}

/// The TLS settings of an engine's connections.
///
/// # Errors
/// `invalid_argument`, naming the path, for a file that cannot be read or holds no usable certificate.
pub(crate) fn client_config(trust: &Trust, http2: bool) -> Result<ClientConfig, Fault> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::new(Code::Internal, format!("TLS cannot be set up: {error}")))?;
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::System => system_verifier(provider),
        Trust::File(path) => Arc::new(file_verifier(path, provider)?),
        Trust::Anyone => Arc::new(Verdict { refusal: None, provider }),
    };
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = builder.with_no_client_auth();
    let protocols: &[&str] = if http2 { &["h2", "http/1.1"] } else { &["http/1.1"] };
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(config)
}

fn file_verifier(path: &Path, provider: Arc<CryptoProvider>) -> Result<Listed, Fault> {
    let refused = |reason: String| {
        Fault::new(Code::InvalidArgument, format!("CA file \"{}\": {reason}", path.display()))
    };
    let pem = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| refused(format!("not valid PEM: {error}")))?;
    Listed::new(certificates, provider)
        .map_err(|error| refused(format!("no usable certificate in it: {error}")))
}

// A system without roots can still use plain HTTP; with HTTPS it gets to know why it fails.
fn system_verifier(provider: Arc<CryptoProvider>) -> Arc<dyn ServerCertVerifier> {
    let refusal = if let Some(certificates) = named_certificates() {
        match Listed::new(certificates, Arc::clone(&provider)) {
            Ok(verifier) => return Arc::new(verifier),
            Err(error) => Error::General(format!("{CERT_FILE} and {CERT_DIR} name no certificate: {error}")),
        }
    } else {
        match rustls_platform_verifier::Verifier::new(Arc::clone(&provider)) {
            Ok(verifier) => return Arc::new(verifier),
            Err(error) => error,
        }
    };
    Arc::new(Verdict { refusal: Some(refusal), provider })
}

/// What the variables of OpenSSL name, on every platform; none when neither is set. What is not there or cannot
/// be read vouches for nobody.
fn named_certificates() -> Option<Vec<CertificateDer<'static>>> {
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
