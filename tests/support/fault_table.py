"""The fault matrix: what a call meets, how often it is to be sent, and what is to come of it.

A write is sent again only when the failure proves that nothing was done: the token was refused, a limit turned it
away, or there was no connection to send it on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from gitfleet_api import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    ProviderError,
    UnavailableForLegalReasonsError,
)
from gitfleet_testing import Forge
from support.fault_rows import (
    FORBIDDEN,
    GARBLED,
    LIMITED,
    LOST,
    NOT_JSON,
    REDIRECTED,
    SERVER_ERROR,
    SILENT,
    TOO_FAST,
    UNAUTHORIZED,
    Arm,
    End,
    Fault,
    Outcome,
    Row,
)
from support.sending import REPOSITORY

WITH_BODY = ("GET", "POST", "PATCH", "PUT")
NOT_HEAD = (*WITH_BODY, "DELETE")

OK = End()
AGAIN = End(waits=(0.5,))
TWICE_MORE = End(waits=(0.5, 1.0))


def _date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def _spent(seconds: float) -> dict[str, str]:
    return {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time() + seconds))}


def _answers(status: int, headers: Callable[[], dict[str, str]] = dict, **which: Any) -> Arm:
    """A forge that answers so; the headers are made when it is set up, as they may tell times."""
    return lambda forge, **more: forge.fail(status=status, headers=headers(), **which, **more)


def _does(name: str, **settings: Any) -> Arm:
    """A forge of which this method was called."""
    return lambda forge, **more: getattr(forge, name)(**settings, **more)


def _both(*arms: Arm) -> Arm:
    def arm(forge: Forge) -> None:
        for one in arms:
            one(forge)

    return arm


def _leads(status: int, place: str, **which: Any) -> Arm:
    return lambda forge: forge.fail(status=status, headers={"Location": place.format(api=forge.url)}, **which)


def _failing(status: int) -> list[Fault]:
    once, twice, ever = (_answers(status, times=times) for times in (1, 2, None))
    failed = End(SERVER_ERROR)
    return [
        Fault(f"{status} once", once, AGAIN, failed, spoils=True),
        Fault(f"{status} twice", twice, TWICE_MORE, failed),
        Fault(f"{status} for ever", ever, End(SERVER_ERROR, waits=(0.5, 1.0)), failed),
    ]


def _asking(name: str, headers: Callable[[], dict[str, str]], reads: End) -> Fault:
    return Fault(f"503 with Retry-After {name}", _answers(503, headers), reads, End(SERVER_ERROR), spoils=True)


SERVER = [
    *_failing(500),
    *_failing(502),
    *_failing(503),
    *_failing(504),
    _asking("in seconds", lambda: {"Retry-After": "7"}, End(waits=(7.0,))),
    _asking("as a date", lambda: {"Retry-After": _date(7)}, End(waits=(7.0,))),
    _asking("of nothing", lambda: {"Retry-After": "0"}, AGAIN),
    _asking("in the past", lambda: {"Retry-After": _date(-900)}, AGAIN),
    _asking("without sense", lambda: {"Retry-After": "soon"}, AGAIN),
    _asking("of an hour", lambda: {"Retry-After": "3600"}, End(SERVER_ERROR)),
    _asking("as a date far off", lambda: {"Retry-After": _date(3600)}, End(SERVER_ERROR)),
    Fault("501", _answers(501), End(SERVER_ERROR), spoils=True),
    Fault("505", _answers(505), End(SERVER_ERROR)),
]

PRIMARY = [
    Fault("429 with nothing", _answers(429), End(waits=(60.0,))),
    Fault("429 with nothing, for ever", _answers(429, times=None), End(LIMITED, waits=(60.0,) * 10)),
    Fault("429 with Retry-After", _answers(429, lambda: {"Retry-After": "7"}), End(waits=(7.0,))),
    Fault("429 with Retry-After as a date", _answers(429, lambda: {"Retry-After": _date(7)}), End(waits=(7.0,))),
    Fault("429 with no calls left", _answers(429, lambda: _spent(9)), End(waits=(9.0,))),
    Fault("403 with no calls left", _answers(403, lambda: _spent(9)), End(waits=(9.0,))),
    Fault("403 with no calls left for an hour", _answers(403, lambda: _spent(3600)), End(LIMITED)),
    Fault("403 with no calls left until a moment ago", _answers(403, lambda: _spent(-5)), End(waits=(1.0,))),
    Fault(
        "403 with no calls left and no end", _answers(403, lambda: {"X-RateLimit-Remaining": "0"}), End(waits=(60.0,))
    ),
    Fault(
        "a spent budget",
        lambda forge: forge.limit(forge.token, remaining=0, reset_in=30),
        End(waits=(30.0,)),
    ),
    Fault(
        "a budget spent for an hour",
        lambda forge: forge.limit(forge.token, remaining=0, reset_in=3600),
        End(LIMITED),
    ),
    Fault("429 with nothing, and another token", _answers(429), End(requests=2), tokens=2),
    Fault(
        "a spent budget, and another token",
        lambda forge: forge.limit(forge.token, remaining=0, reset_in=3600),
        End(requests=2),
        tokens=2,
    ),
]

SECONDARY = [
    Fault("403 secondary with Retry-After", _does("secondary_limit", retry_after=7), End(waits=(7.0,))),
    Fault("429 secondary with Retry-After", _does("secondary_limit", retry_after=7, status=429), End(waits=(7.0,))),
    Fault("403 secondary, by message alone", _does("secondary_limit"), End(waits=(60.0,)), methods=NOT_HEAD),
    Fault("403 secondary to a HEAD, by message alone", _does("secondary_limit"), End(FORBIDDEN), methods=("HEAD",)),
    Fault("429 secondary, by message alone", _does("secondary_limit", status=429), End(waits=(60.0,))),
    Fault(
        "403 secondary, by Retry-After alone", _does("secondary_limit", retry_after=7, message=False), End(waits=(7.0,))
    ),
    Fault(
        "403 secondary for ever",
        _does("secondary_limit", retry_after=7, times=None),
        End(TOO_FAST, waits=(7.0,) * 21),
    ),
    Fault("403 secondary of an hour", _does("secondary_limit", retry_after=3600), End(TOO_FAST)),
    Fault("403 secondary, and another token", _does("secondary_limit", retry_after=7), End(requests=2), tokens=2),
    Fault("403 with a limit's status alone", _does("secondary_limit", message=False), End(FORBIDDEN)),
]


def _final(status: int, outcome: Outcome) -> Fault:
    return Fault(f"{status}", _answers(status), End(outcome), spoils=True)


REFUSALS = [
    Fault("401 that passes, with one token", _answers(401), End(requests=2)),
    Fault("401 with one token", _answers(401, times=None), End(UNAUTHORIZED)),
    Fault("401 with two tokens", _answers(401), End(requests=2), tokens=2),
    Fault("401 for both tokens", _answers(401, times=None), End(UNAUTHORIZED, requests=2), tokens=2),
    Fault("a revoked token of two", lambda forge: forge.revoke(forge.token), End(requests=2), tokens=2),
    _final(400, (InvalidRequestError, "bad_request")),
    _final(403, FORBIDDEN),
    _final(404, (NotFoundError, "not_found")),
    _final(409, (ConflictError, "conflict")),
    _final(410, (NotFoundError, "gone")),
    _final(422, (InvalidRequestError, "unprocessable")),
    _final(451, (UnavailableForLegalReasonsError, "unavailable_for_legal_reasons")),
]

CONNECTIONS = [
    Fault("closed without an answer", _does("drop"), AGAIN, End(LOST), spoils=True),
    Fault("closed for ever", _does("drop", times=None), End(LOST, waits=(0.5, 1.0)), End(LOST), spoils=True),
    Fault("reset before the answer", _does("reset"), AGAIN, End(LOST), spoils=True),
    Fault("reset in the body", _does("reset", after_bytes=5), AGAIN, End(LOST), methods=WITH_BODY, acts=True),
    Fault("cut in the body", _does("truncate"), AGAIN, End(LOST), methods=WITH_BODY, acts=True),
    Fault("bytes that are not HTTP", _does("garbage"), AGAIN, End(GARBLED), spoils=True),
    Fault("silence", _does("stall", seconds=None), AGAIN, End(SILENT), spoils=True, impatient=True),
    Fault(
        "silence in the body",
        _does("stall", seconds=None, where="body"),
        AGAIN,
        End(SILENT),
        methods=WITH_BODY,
        acts=True,
        impatient=True,
    ),
    Fault("a slow body", _does("trickle", bytes_per_second=50_000), OK),
    Fault("JSON that is cut", _does("corrupt"), End(NOT_JSON), methods=WITH_BODY, acts=True, decode=True),
]

REDIRECTS = [
    *(
        Fault(
            f"{status} to another path",
            _leads(status, "?moved=1"),
            End(requests=2),
            None if status in (307, 308) else End(REDIRECTED),
        )
        for status in (301, 302, 307, 308)
    ),
    Fault("303", _leads(303, "{api}/user"), End(REDIRECTED)),
    Fault("301 without a place", _answers(301), End(REDIRECTED)),
    Fault(
        "301 in a circle",
        _leads(301, "{api}" + REPOSITORY, times=None),
        End((ProviderError, "too_many_redirects"), requests=6),
        End(REDIRECTED),
    ),
    Fault(
        "307 in a circle",
        _leads(307, "{api}" + REPOSITORY, times=None),
        End((ProviderError, "too_many_redirects"), requests=6),
    ),
    *(
        Fault(
            f"{status} to another origin",
            _leads(status, "http://localhost:9/repos/acme/tool"),
            End((ProviderError, "foreign_link")),
            End(REDIRECTED),
        )
        for status in (301, 302, 307, 308)
    ),
]

MIXED = [
    Fault(
        "502, then 429",
        _both(_answers(502), _answers(429, lambda: {"Retry-After": "7"})),
        End(waits=(0.5, 7.0)),
        End(SERVER_ERROR),
    ),
    Fault(
        "429, then 502",
        _both(_answers(429, lambda: {"Retry-After": "7"}), _answers(502)),
        End(waits=(7.0, 0.5)),
        End(SERVER_ERROR, waits=(7.0,)),
    ),
    Fault(
        "401, then 502, with two tokens",
        _both(_answers(401), _answers(502)),
        End(waits=(0.5,), requests=3),
        End(SERVER_ERROR, requests=2),
        tokens=2,
    ),
    Fault(
        "429, then a lost connection",
        _both(_answers(429), _does("drop")),
        End(waits=(60.0, 0.5)),
        End(LOST, waits=(60.0,)),
    ),
    Fault(
        "a lost connection, then 401, with two tokens",
        _both(_does("drop"), _answers(401)),
        End(waits=(0.5,), requests=3),
        End(LOST),
        tokens=2,
    ),
    Fault(
        "502, then 404",
        _both(_answers(502), _answers(404)),
        End((NotFoundError, "not_found"), (0.5,)),
        End(SERVER_ERROR),
    ),
]

ROWS: list[Row] = [
    row
    for faults in (SERVER, PRIMARY, SECONDARY, REFUSALS, CONNECTIONS, REDIRECTS, MIXED)
    for fault in faults
    for row in fault.rows()
]
