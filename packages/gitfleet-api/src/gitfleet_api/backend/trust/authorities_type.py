"""The certificates that a client trusts."""

from __future__ import annotations

from ..._internal.lazy_dataclass import dataclass

__all__ = ["Authorities"]


@dataclass(frozen=True, slots=True)
class Authorities:
    """The certificates that a client trusts, in DER, each once.

    Attributes:
        certificates: all of them.
        issuers: those that may sign the certificates of servers.
        servers: those that are also trusted as the certificate of a server.
        problem: the reason why there are none, for error messages; None if there are some.
    """

    certificates: tuple[bytes, ...]
    issuers: tuple[bytes, ...]
    servers: tuple[bytes, ...]
    problem: str | None = None
