"""A socket that is connected to a name, whichever of the name's addresses answers.

asyncio has this too, as ``happy_eyeballs_delay``: it loses a socket when it is cancelled as it wins, and uvloop does
not take the argument.
"""

from __future__ import annotations

import asyncio
import socket
from itertools import zip_longest
from typing import Any, NamedTuple

__all__ = ["open_socket"]

_NEXT_AFTER = 0.25  # seconds, as RFC 8305 has it


class _Place(NamedTuple):
    family: socket.AddressFamily
    kind: socket.SocketKind
    protocol: int
    address: Any


async def open_socket(host: str, port: int) -> socket.socket:
    """The first connection that stands; the next address is tried as well when one takes long (RFC 8305).

    Raises:
        OSError: there is no such name, or nobody at any of its addresses.
        UnicodeError: it can't be a name.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = _in_turns([_Place(family, kind, protocol, address) for family, kind, protocol, _, address in found])
    made: list[socket.socket] = []
    failures: list[OSError] = []
    trying: set[asyncio.Task[None]] = set()
    try:
        while not made:
            if places:
                trying.add(loop.create_task(_try(places.pop(0), made, failures)))
            elif not trying:
                raise OSError("; ".join(dict.fromkeys(map(str, failures))) or "the name has no address")
            patience = _NEXT_AFTER if places else None
            _, trying = await asyncio.wait(trying, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        return made.pop(0)
    finally:
        # Nothing is awaited from here on, so a socket is either given back or closed.
        for task in trying:
            task.cancel()
        for spare in made:
            spare.close()


async def _try(place: _Place, made: list[socket.socket], failures: list[OSError]) -> None:
    try:
        sock = socket.socket(place.family, place.kind, place.protocol)
    except OSError as error:  # IPv6 is switched off, for one
        failures.append(error)
        return
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, place.address)
    except BaseException as error:
        sock.close()
        if not isinstance(error, OSError):
            raise
        failures.append(error)
    else:
        made.append(sock)


def _in_turns(places: list[_Place]) -> list[_Place]:
    """Each family's addresses by turns: where IPv6 leads nowhere, it often does so at all of them."""
    families: dict[int, list[_Place]] = {}
    for place in places:
        families.setdefault(place.family, []).append(place)
    return [place for turn in zip_longest(*families.values()) for place in turn if place is not None]
