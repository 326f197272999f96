//! Whom to trust.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::fault::{Code, Fault};

/// How the certificates of servers are judged.
#[derive(Debug)]
pub enum Trust {
    /// By the operating system's roots; SSL_CERT_FILE and SSL_CERT_DIR replace them where that is the custom.
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
    let builder = match trust {
        Trust::File(path) => builder.with_root_certificates(read_roots(path)?),
        Trust::Anyone => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verdict { refusal: None, provider })),
        Trust::System => builder.dangerous().with_custom_certificate_verifier(system_verifier(provider)),
    };
    let mut config = builder.with_no_client_auth();
    let protocols: &[&str] = if http2 { &["h2", "http/1.1"] } else { &["http/1.1"] };
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(config)
}

fn read_roots(path: &PathBuf) -> Result<RootCertStore, Fault> {
    let refused = |reason: String| {
        Fault::new(Code::InvalidArgument, format!("CA file \"{}\": {reason}", path.display()))
    };
    let pem = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| refused(format!("not valid PEM: {error}")))?;
    let mut roots = RootCertStore::empty();
    // Bundles often hold one or two certificates too odd for this verifier; that must not cost the others.
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() { Err(refused("no usable certificate in it".to_owned())) } else { Ok(roots) }
}

fn system_verifier(provider: Arc<CryptoProvider>) -> Arc<dyn ServerCertVerifier> {
    match rustls_platform_verifier::Verifier::new(Arc::clone(&provider)) {
        Ok(verifier) => Arc::new(verifier),
        // A system without roots can still use plain HTTP; with HTTPS it gets to know why it fails.
        Err(error) => Arc::new(Verdict { refusal: Some(error), provider }),
    }
}

/// Gives the same verdict on every certificate.
#[derive(Debug)]
struct Verdict {
    refusal: Option<rustls::Error>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verdict {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.refusal {
            None => Ok(ServerCertVerified::assertion()),
            Some(error) => Err(error.clone()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
