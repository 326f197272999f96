"""Whom to trust, as the native engine does."""

from __future__ import annotations

import ssl

import certifi

from gitfleet_api.errors import ConfigurationError

__all__ = ["ssl_context"]


def ssl_context(verify: bool | str) -> ssl.SSLContext:
    """A client's TLS context.

    Args:
        verify: True for the system's authorities (SSL_CERT_FILE and SSL_CERT_DIR included), False to trust anybody,
            a path to trust those in that PEM file and no others.

    Raises:
        ConfigurationError: the file holds no certificates.
    """
    if verify is False:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if verify is True:
        context = ssl.create_default_context()
        paths = ssl.get_default_verify_paths()
        # A Python that came without the system's store (as python.org's for macOS) trusts nobody.
        if not (paths.cafile or paths.capath or context.get_ca_certs()):
            context.load_verify_locations(certifi.where())
        return context
    try:
        return ssl.create_default_context(cafile=verify)
    except OSError as error:
        raise ConfigurationError(f"verify={verify!r} can't be read as a PEM file of certificates: {error}") from None
