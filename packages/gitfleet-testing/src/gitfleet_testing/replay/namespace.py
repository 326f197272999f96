"""A place of its own for some recorded exchanges: finds the one asked for, and leads its links back here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from ..http.messages import Body, Request, Response, json_response
from .exchange import Exchange, Query, split_target

__all__ = ["SOFT", "Namespace"]

#: Parameters that clients add of their own accord: they choose no other resource.
SOFT = frozenset(
    [
        "per_page",
        "limit",
        "pagelen",
        "type",
        "sort",
        "direction",
        "order",
        "order_by",
        "affiliation",
        "visibility",
        "anon",
        "membership",
        "owned",
        "simple",
        "statistics",
        "pagination",
        "archived",
        "role",
        "fields",
        "filter",
        "include_subgroups",
        "with_shared",
    ]
)


class Namespace:
    """The exchanges of one replay under one base URL. Belongs to the one thread that serves."""

    def __init__(
        self,
        base: str,
        exchanges: Sequence[Exchange],
        *,
        rewrite_body: bool = False,
        ignore: Iterable[str] = (),
    ) -> None:
        self.base = base
        self._exchanges = list(exchanges)
        self._rewrite_body = rewrite_body
        self._soft = SOFT | frozenset(ignore)
        self._turns: dict[tuple[str, str, Query], int] = defaultdict(int)
        self._bodies: dict[tuple[int, bool], Body] = {}
        origins = _any_of(exchange.origin for exchange in exchanges)
        roots = _any_of(exchange.root for exchange in exchanges)
        # Ends where the host ends: https://github.com.example is another one.
        self._links = re.compile(f"{origins}(?![\\w.:@-])(?P<root>{roots}(?![\\w.-]))?")

    def respond(self, request: Request, path: str) -> Response:
        """The recorded answer to a request for ``path`` (as sent, below the base URL), or 404."""
        method = "GET" if request.method == "HEAD" else request.method
        root, resource, query = split_target(path or "/", request.query)
        candidates = [item for item in self._exchanges if (item.method, item.path) == (method, resource)]
        found = [item for item in candidates if _same(item.query, query, frozenset())]
        found = found or [item for item in candidates if _same(item.query, query, self._soft)]
        # Several recordings of the very same request are given in turn; of different ones none is right.
        if not found or len({item.query for item in found}) > 1:
            return self._not_recorded(request, path)
        chosen = self._next_of(found)
        headers = tuple((name, self._rewritten(value, root)) for name, value in chosen.headers)
        return Response(chosen.status, self._body(chosen, root), headers)

    def _next_of(self, found: list[Exchange]) -> Exchange:
        """The one whose turn it is; the last one again and again."""
        key = (found[0].method, found[0].path, found[0].query)
        context = min(self._turns[key], len(found) - 1)
        self._turns[key] += 1
        return found[context]

    def _body(self, exchange: Exchange, root: str) -> Body | None:
        if exchange.body is None:
            return None
        key = (id(exchange), bool(root))
        if key not in self._bodies:
            data = exchange.body
            if self._rewrite_body:
                text = data.decode("utf-8", "surrogateescape")
                data = self._rewritten(text, root).encode("utf-8", "surrogateescape")
            self._bodies[key] = Body(data)
        return self._bodies[key]

    def _rewritten(self, text: str, root: str) -> str:
        """Links to the recorded origin lead here; with the API's root in them if the request had it too."""
        return self._links.sub(lambda link: self.base + ((link["root"] or "") if root else ""), text)

    def _not_recorded(self, request: Request, path: str) -> Response:
        asked = f"{request.method} {path}" + (f"?{request.query}" if request.query else "")
        there = list(dict.fromkeys(exchange.target() for exchange in self._exchanges))
        return json_response({"message": f"Not recorded: {asked}", "recorded": there}, 404)


def _any_of(texts: Iterable[str]) -> str:
    """A pattern for these texts, the longest first."""
    return "(?:" + "|".join(sorted({re.escape(text) for text in texts}, key=len, reverse=True)) + ")"


def _same(recorded: Query, asked: Query, soft: frozenset[str]) -> bool:
    return _telling(recorded, soft) == _telling(asked, soft)


def _telling(query: Query, soft: frozenset[str]) -> list[tuple[str, str]]:
    """What chooses a resource: without soft parameters; the first page is the one without a number."""
    return [pair for pair in query if pair[0] not in soft and pair != ("page", "1")]
