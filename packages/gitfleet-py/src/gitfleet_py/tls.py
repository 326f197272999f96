"""TLS contexts that trust the same certificates as the native engine."""

from __future__ import annotations

import contextlib
import ssl

from gitfleet_api.backend import Authorities, read_authorities, system_authorities

__all__ = ["TLSContexts", "ssl_context"]


class TLSContexts:
    """The TLS contexts of one engine, created when they are needed (20 to 40 ms each).

    Args:
        verify: as for PythonBackend.

    Raises:
        ConfigurationError: ``verify`` is of a wrong type, or there is no usable certificate.
    """

    def __init__(self, verify: object) -> None:
        self._by_protocols: dict[tuple[str, ...], ssl.SSLContext] = {}
        self._given = verify if isinstance(verify, ssl.SSLContext) else None
        self._trust = False if self._given is not None else read_authorities(verify)

    def get(self, protocols: tuple[str, ...]) -> ssl.SSLContext:
        """Return a context that offers the application ``protocols`` (ALPN)."""
        if self._given is not None:
            self._given.set_alpn_protocols(list(protocols))
            return self._given
        context = self._by_protocols.get(protocols)
        if context is None:
            context = self._by_protocols[protocols] = ssl_context(self._trust)
            context.set_alpn_protocols(list(protocols))
        return context


def ssl_context(trust: bool | Authorities) -> ssl.SSLContext:
    """Return the TLS context of a client.

    Args:
        trust: the certificates to trust; True for those of the system, False for no verification.
    """
    # Not create_default_context: since 3.13 it refuses authorities without key identifiers, as many private ones
    # are; older versions of Python and the native engine accept them.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a listed intermediate is trusted
    context.hostname_checks_common_name = False  # only subjectAltName counts (RFC 9525), as in the native engine
    if trust is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    listed = _of_the_system() if trust is True else trust
    if listed is None:
        _trust_the_store(context)
    else:
        _add(context, listed.certificates)
    return context


def _of_the_system() -> Authorities | None:
    listed = system_authorities()
    if listed is None or listed.certificates:
        return listed
    import certifi  # rarely needed, and takes 6 ms

    found = read_authorities(certifi.where())
    return found if isinstance(found, Authorities) else None


def _trust_the_store(context: ssl.SSLContext) -> None:
    context.load_default_certs()
    # A Python without the store of the system (python.org's for macOS) would trust no server.
    if not context.get_ca_certs():
        import certifi  # rarely needed, and takes 6 ms

        context.load_verify_locations(certifi.where())


def _add(context: ssl.SSLContext, certificates: tuple[bytes, ...]) -> None:
    # OpenSSL stops at the first one that it can't parse, without an error.
    with contextlib.suppress(ssl.SSLError):
        context.load_verify_locations(cadata=b"".join(certificates))
    if context.cert_store_stats()["x509"] == len(certificates):
        return
    for certificate in certificates:
        with contextlib.suppress(ssl.SSLError):
            context.load_verify_locations(cadata=certificate)
