"""NO_PROXY: the servers that are reached without the proxy, by the rules that curl, requests and Python share."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from ..errors import ConfigurationError
from .hosts import canonical_host
from .urls import BaseUrl

__all__ = ["is_excluded"]

_PORTS: Final = {"http": 80, "https": 443}
_BRACKETS = r"\[([^\[\]]*)\](/\d{1,3})?(?::(\d{1,5}))?"
_PLAIN = r"([^:]*)(?::(\d{1,5}))?"
_IPV4 = r"\d{1,3}(\.\d{1,3}){3}"


def is_excluded(base_url: BaseUrl, no_proxy: str) -> bool:
    """Return whether the proxy is not used for a server.

    Args:
        base_url: the server.
        no_proxy: names, addresses and networks, separated by commas or blanks: ``*`` for all, ``example.org`` and
            ``.example.org`` for this name and all names below it, ``10.1.2.3``, ``::1`` and ``[::1]`` for an address,
            ``10.0.0.0/8`` and ``fe80::/10`` for a network. Each may end with a port.
    """
    parts = urlsplit(base_url.origin)
    host, port = base_url.host, parts.port or _PORTS[parts.scheme]
    is_address = ":" in host or bool(re.fullmatch(_IPV4, host))
    return any(_matches(entry, host, port, is_address) for entry in re.split(r"[,\s]+", no_proxy) if entry)


def _matches(entry: str, host: str, port: int, is_address: bool) -> bool:
    pattern, wanted_port = _parse(entry)
    if wanted_port is not None and wanted_port != port:
        return False
    if pattern == "*":
        return True
    if "/" in pattern:
        return is_address and _is_in_network(host, pattern)
    if ":" in host:
        return _canonical(pattern) == host
    name = _canonical(pattern.removeprefix("*").lstrip("."))
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _parse(entry: str) -> tuple[str, int | None]:
    """Split an entry into a name, address or network, and a port. An entry that is neither matches nothing."""
    found = re.fullmatch(_BRACKETS, entry)
    if found:
        return found[1] + (found[2] or ""), int(found[3]) if found[3] else None
    found = re.fullmatch(_PLAIN, entry)
    if found:
        return found[1], int(found[2]) if found[2] else None
    return entry, None  # IPv6 without brackets: the last group is no port


def _canonical(text: str) -> str:
    try:
        return canonical_host(text)
    except ConfigurationError:
        return text.lower()


def _is_in_network(host: str, text: str) -> bool:
    from ipaddress import ip_address, ip_network  # takes 3 ms, which few programs need

    try:
        return ip_address(host) in ip_network(text, strict=False)
    except ValueError:
        return False
