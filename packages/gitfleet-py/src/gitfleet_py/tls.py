"""Whom to trust, as the native engine does."""

from __future__ import annotations

import os
import ssl

from gitfleet_api.errors import ConfigurationError

__all__ = ["ssl_context"]


def ssl_context(verify: bool | str) -> ssl.SSLContext:
    """A client's TLS context.

    Args:
        verify: True for the system's authorities, or those that SSL_CERT_FILE and SSL_CERT_DIR name where one of them
            is set; False to trust anybody; a path to trust those in that PEM file and no others.

    Raises:
        ConfigurationError: the file holds no certificates.
    """
    # Not create_default_context: from 3.13 on it refuses authorities without key identifiers, which many private ones
    # are and which neither older Pythons nor the native engine mind.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # what is listed is trusted, an intermediate too
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif verify is True:
        _trust_the_system(context)
    else:
        try:
            context.load_verify_locations(cafile=verify)
        except OSError as error:
            message = f"verify={verify!r} can't be read as a PEM file of certificates: {error}"
            raise ConfigurationError(message) from None
    return context


def _trust_the_system(context: ssl.SSLContext) -> None:
    named = [os.environ.get(name) or None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")]
    if any(named):
        # These and no others. What is not there vouches for nobody.
        cafile, capath = (path if path and os.path.exists(path.split(os.pathsep)[0]) else None for path in named)  # noqa: PTH110
        if cafile or capath:
            context.load_verify_locations(cafile, capath)
        return
    context.load_default_certs()
    paths = ssl.get_default_verify_paths()
    # A Python that came without the system's store (as python.org's for macOS) would trust nobody.
    if not (paths.cafile or paths.capath or context.get_ca_certs()):
        import certifi  # here, as hardly any system needs it and it takes 6 ms

        context.load_verify_locations(certifi.where())
