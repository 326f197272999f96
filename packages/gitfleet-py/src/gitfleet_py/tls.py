"""TLS contexts that trust the same certificate authorities as the native engine."""

from __future__ import annotations

import os
import ssl

from gitfleet_api.errors import ConfigurationError

__all__ = ["TLSContexts", "ssl_context"]


class TLSContexts:
    """The TLS contexts of one engine, created when they are needed (20 to 40 ms each).

    Args:
        verify: as for PythonBackend.

    Raises:
        ConfigurationError: ``verify`` is of a wrong type, or the file has no certificates.
    """

    def __init__(self, verify: object) -> None:
        self._by_protocols: dict[tuple[str, ...], ssl.SSLContext] = {}
        self._loaded: ssl.SSLContext | None = None
        if isinstance(verify, bool | ssl.SSLContext):
            self._verify: bool | str | ssl.SSLContext = verify
        elif isinstance(verify, str | os.PathLike):
            self._verify = os.fsdecode(verify)
            self._loaded = ssl_context(self._verify)  # an error in the file is found at once
        else:
            # httpx would take some of these for "verify nothing".
            message = f"verify must be True, False, the path of a PEM file or an SSLContext, not {verify!r}"
            raise ConfigurationError(message)

    def get(self, protocols: tuple[str, ...]) -> ssl.SSLContext:
        """Return a context that offers the application ``protocols`` (ALPN)."""
        if isinstance(self._verify, ssl.SSLContext):
            self._verify.set_alpn_protocols(list(protocols))
            return self._verify
        context = self._by_protocols.get(protocols)
        if context is None:
            context, self._loaded = self._loaded or ssl_context(self._verify), None
            context.set_alpn_protocols(list(protocols))
            self._by_protocols[protocols] = context
        return context


def ssl_context(verify: bool | str) -> ssl.SSLContext:
    """Return the TLS context of a client.

    Args:
        verify: True for the authorities of the system, or those that SSL_CERT_FILE and SSL_CERT_DIR name if one of
            them is set; False for no verification; a path for only those in that PEM file.

    Raises:
        ConfigurationError: the file has no certificates.
    """
    # Not create_default_context: since 3.13 it refuses authorities without key identifiers, as many private ones
    # are; older versions of Python and the native engine accept them.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a listed intermediate is trusted
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
        # Only these. A missing file or folder adds no authority.
        cafile, capath = (path if path and os.path.exists(path.split(os.pathsep)[0]) else None for path in named)  # noqa: PTH110
        if cafile or capath:
            context.load_verify_locations(cafile, capath)
        return
    context.load_default_certs()
    paths = ssl.get_default_verify_paths()
    # A Python without the store of the system (python.org's for macOS) would trust no server.
    if not (paths.cafile or paths.capath or context.get_ca_certs()):
        import certifi  # rarely needed, and takes 6 ms

        context.load_verify_locations(certifi.where())
