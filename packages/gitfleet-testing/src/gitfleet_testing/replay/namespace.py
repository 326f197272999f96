"""The exchanges of one replay: finds the matching one and changes its links."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from ..http.messages import Body, Request, Response, json_response
from .exchange import Exchange, Query, split_target

__all__ = ["SOFT", "Namespace"]

#: Query parameters that need not match: clients add them, and they do not select another resource.
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
    """The exchanges of one replay below one base URL. Used by the server's thread only.

    Args:
        base: the base URL.
        exchanges: the recorded exchanges.
        rewrite_body: whether links in bodies are changed as well.
        ignore: names of query parameters that need not match, in addition to ``SOFT``.
    """

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
        # The origin must end with the host: https://github.com.example is another origin.
        self._links = re.compile(f"{origins}(?![\\w.:@-])(?P<root>{roots}(?![\\w.-]))?")

    def respond(self, request: Request, path: str) -> Response:
        """Return the recorded response, or 404.

        Args:
            request: the request.
            path: its path below the base URL, as sent.
        """
        root, resource, query = split_target(path or "/", request.query)
        candidates = self._candidates(request.method, resource)
        found = [item for item in candidates if _same(item.query, query, frozenset())]
        found = found or [item for item in candidates if _same(item.query, query, self._soft)]
        # Recordings of the same request take turns. If different requests match, none is right.
        if not found or len({item.query for item in found}) > 1:
            return self._not_recorded(request, path)
        chosen = self._next_of(found)
        headers = tuple((name, self._rewritten(value, root)) for name, value in chosen.headers)
        return Response(chosen.status, self._body(chosen, root), headers)

    def _candidates(self, method: str, path: str) -> list[Exchange]:
        """Return the exchanges with this method and path; for HEAD those with GET if there are none."""
        found = [item for item in self._exchanges if (item.method, item.path) == (method, path)]
        return self._candidates("GET", path) if method == "HEAD" and not found else found

    def _next_of(self, found: list[Exchange]) -> Exchange:
        """Return the next of the exchanges. The last one repeats."""
        key = (found[0].method, found[0].path, found[0].query)
        turn = min(self._turns[key], len(found) - 1)
        self._turns[key] += 1
        return found[turn]

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
        """Change links to the recorded origin to links to the replay, with the API's root if the request had it."""
        return self._links.sub(lambda link: self.base + ((link["root"] or "") if root else ""), text)

    def _not_recorded(self, request: Request, path: str) -> Response:
        target = f"{request.method} {path}" + (f"?{request.query}" if request.query else "")
        recorded = list(dict.fromkeys(exchange.target() for exchange in self._exchanges))
        return json_response({"message": f"Not recorded: {target}", "recorded": recorded}, 404)


def _any_of(texts: Iterable[str]) -> str:
    """Return a pattern that matches any of the texts, the longest first."""
    return "(?:" + "|".join(sorted({re.escape(text) for text in texts}, key=len, reverse=True)) + ")"


def _same(recorded: Query, query: Query, soft: frozenset[str]) -> bool:
    return _selecting(recorded, soft) == _selecting(query, soft)


def _selecting(query: Query, soft: frozenset[str]) -> list[tuple[str, str]]:
    """Return the parameters that select a resource: without the ignored ones and without page 1."""
    return [pair for pair in query if pair[0] not in soft and pair != ("page", "1")]
