"""What the proxy has done, as text for Prometheus. There are labels of tokens in it, and no tokens."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from gitfleet_api import CacheHit, Event, RequestDone, Retrying, Waiting

from .routes import Upstream

__all__ = ["Metrics"]

_PREFIX = "gitfleet_proxy"


class Metrics:
    """Counts requests of clients and what GitFleet did for them. Used on the thread of the proxy's event loop."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        """Responses to clients by provider, method and status."""
        self.refused: Counter[str] = Counter()
        """Requests of clients that were not sent, by reason."""
        self.running: Counter[str] = Counter()
        """Requests of clients in progress, by provider."""
        self._sent: Counter[int] = Counter()
        self._waits: Counter[tuple[str, str]] = Counter()
        self._waited: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._others: Counter[str] = Counter()

    def on_event(self, event: Event) -> None:
        """Count an event of a client."""
        if isinstance(event, RequestDone):
            self._sent[event.status or 0] += 1
        elif isinstance(event, Waiting):
            self._waits[event.reason, event.resource] += 1
            self._waited[event.reason, event.resource] += event.seconds
        elif isinstance(event, CacheHit):
            self._others["cache_hits"] += 1
        elif isinstance(event, Retrying):
            self._others["retries"] += 1

    def text(self, upstreams: Sequence[Upstream]) -> str:
        """Return all values in the text format of Prometheus.

        Args:
            upstreams: The servers, whose tokens are listed.
        """
        lines = _series("requests_total", "Responses to clients.", ("provider", "method", "status"), self.requests)
        lines += _series("refused_total", "Requests of clients that were not sent.", ("reason",), self.refused)
        lines += _series("sent_total", "Requests to servers; status 0: no response.", ("status",), self._sent)
        of_waits = ("reason", "resource")
        lines += _series("waits_total", "Waits for budgets.", of_waits, self._waits)
        lines += _series("planned_wait_seconds_total", "Planned length of these waits.", of_waits, self._waited)
        for name in ("cache_hits", "retries"):
            lines += _series(f"{name}_total", _HELP[name], (), {(): self._others[name]})
        lines += _series("in_flight", "Requests of clients in progress.", ("provider",), self.running)
        of_budgets = ("provider", "principal", "resource")
        lines += _series("calls_left", "Calls left in the window, if known.", of_budgets, _calls_left(upstreams))
        return "\n".join(lines) + "\n"


_HELP = {"cache_hits": "Responses that the cache had.", "retries": "Requests that were sent again."}


def _calls_left(upstreams: Sequence[Upstream]) -> dict[tuple[object, ...], float]:
    found: dict[tuple[object, ...], float] = {}
    now = time.time()
    for item in upstreams:
        for token in item.client.session.tokens():
            for (origin, resource), bucket in token.buckets().items():
                is_current = bucket.reset_at is not None and bucket.reset_at > now
                if origin == item.base.origin and bucket.remaining is not None and is_current:
                    found[str(item.provider), token.label, resource] = bucket.remaining
    return found


def _series(name: str, text: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> list[str]:
    """Return the lines of one metric. Names of counters end with ``_total``."""
    kind = "counter" if name.endswith("_total") else "gauge"
    lines = [f"# HELP {_PREFIX}_{name} {text}", f"# TYPE {_PREFIX}_{name} {kind}"]
    for key, value in sorted(values.items(), key=lambda item: str(item[0])):
        parts = key if isinstance(key, tuple) else (key,)
        pairs = ",".join(f'{label}="{_escaped(part)}"' for label, part in zip(labels, parts, strict=True))
        lines.append(f"{_PREFIX}_{name}{{{pairs}}} {value}" if pairs else f"{_PREFIX}_{name} {value}")
    return lines


def _escaped(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
