//! An HTTP proxy: its address and its credentials.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::Uri;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::error::{Error, ErrorCode};

/// A proxy. No `Debug`: it contains a password.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// Its address, without user and password.
    pub(crate) uri: Uri,
    /// Value of `Proxy-Authorization`, if its URL has a user.
    pub(crate) authorization: Option<HeaderValue>,
}

impl Proxy {
    /// # Errors
    /// `invalid_request`, without the URL, which may contain a password.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let mut url =
            Url::parse(text).map_err(|error| invalid(&format!("the proxy is not a URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(invalid("the proxy has to be an http or https URL"));
        }
        let authorization = authorization(&url);
        // They fail only for URLs without a host.
        let _ = (url.set_username(""), url.set_password(None));
        url.set_fragment(None);
        match url.as_str().parse() {
            Ok(uri) => Ok(Self { uri, authorization }),
            Err(_) => Err(invalid("the proxy's URL cannot be used")),
        }
    }
}

fn authorization(url: &Url) -> Option<HeaderValue> {
    let password = url.password().unwrap_or_default();
    if url.username().is_empty() && password.is_empty() {
        return None;
    }
    let mut plain: Vec<u8> = percent_decode_str(url.username()).collect();
    plain.push(b':');
    plain.extend(percent_decode_str(password));
    let mut value = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(plain))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorCode::InvalidRequest, message)
}
