//! Server certificate verifiers that rustls does not provide.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

/// Trusts certificates that a listed issuer has signed, and listed certificates themselves.
///
/// OpenSSL does the latter with `X509_V_FLAG_PARTIAL_CHAIN`. webpki always requires an issuer and never accepts a CA
/// as a server, but the certificates of private forges are mostly self-signed and marked as a CA.
#[derive(Debug)]
pub(crate) struct ListVerifier {
    signed: Arc<WebPkiServerVerifier>,
    servers: Vec<CertificateDer<'static>>,
    has_issuers: bool,
}

impl ListVerifier {
    /// # Errors
    /// When none of the certificates can be used.
    pub(crate) fn new(
        issuers: Vec<CertificateDer<'static>>,
        servers: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, VerifierBuilderError> {
        let has_issuers = !issuers.is_empty();
        let mut roots = RootCertStore::empty();
        // Bundles often contain one or two certificates that webpki cannot parse; the others stay usable. The
        // verifier needs at least one, although nothing that it signed is trusted if it is no issuer.
        roots.add_parsable_certificates(if has_issuers { issuers } else { servers.clone() });
        let signed = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
        Ok(Self { signed, servers, has_issuers })
    }
}

impl ServerCertVerifier for ListVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verify =
            |others| self.signed.verify_server_cert(end_entity, others, server_name, ocsp_response, now);
        if !self.servers.contains(end_entity) {
            return match verify(intermediates) {
                Ok(_) if !self.has_issuers => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
                result => result,
            };
        }
        match verify(&[]) {
            Err(error) if is_issuer_error(&error) => {
                // webpki checks the validity period first, so only the name is left to verify.
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signed.supported_verify_schemes()
    }
}

/// Whether the only problem is a missing issuer, or that the certificate is marked as a CA.
fn is_issuer_error(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => true,
        Error::InvalidCertificate(CertificateError::Other(OtherError(error))) => {
            matches!(error.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

/// Accepts every certificate, or rejects every certificate with the same error.
#[derive(Debug)]
pub(crate) struct FixedVerifier {
    pub(crate) error: Option<Error>,
    pub(crate) provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for FixedVerifier {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.error {
            None => Ok(ServerCertVerified::assertion()),
            Some(error) => Err(error.clone()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
