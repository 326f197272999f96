"""Fault rules: which requests a fault applies to, and how often it was applied."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypedDict

from ..http.log import LoggedRequest
from ..http.messages import Request, Response
from .effect import Effect

__all__ = ["EffectFault", "Every", "Fault", "FaultOptions", "FaultRules", "FaultScope", "PageFault", "RuleTarget"]


@dataclass(frozen=True, slots=True)
class RuleTarget:
    """A request in the form that rules compare.

    Attributes:
        method: the HTTP method.
        names: all paths that mean the requested resource, by name and by number.
        logged: the entry in the request log.
    """

    method: str
    names: tuple[str, ...]
    logged: LoggedRequest


class FaultOptions(TypedDict, total=False):
    """Which of the requests to a path a fault applies to, and when. All keys are optional.

    Attributes:
        times: number of requests that it applies to. None: all of them. Default: 1.
        skip: number of matching requests that pass first. Default: 0.
        lasts: seconds after its first hit until the fault ends, even if ``times`` is not reached. Default: no end.
        method: "POST" and so on. None: any. Default: None.
        when: called with the logged request; the fault applies if it returns a true value. Default: always.
        after: handle the request first and damage only the response. A fault that sends a part of the response always
            does so. Default: False.
    """

    times: int | None
    skip: int
    lasts: float | None
    method: str | None
    when: Callable[[LoggedRequest], object] | None
    after: bool


@dataclass(frozen=True, slots=True)
class FaultScope:
    """Which requests a fault applies to: a path and the options of ``FaultOptions``.

    Raises:
        ValueError: a value is invalid.
    """

    path: str | None = None
    times: int | None = 1
    skip: int = 0
    lasts: float | None = None
    method: str | None = None
    when: Callable[[LoggedRequest], object] | None = field(default=None, repr=False)
    after: bool = False

    def __post_init__(self) -> None:
        if self.path is not None and not self.path.startswith(("/", "*")):
            raise ValueError(f"path must begin with '/', be a pattern with '*', or None: {self.path!r}")
        if self.path is not None and "?" in self.path:
            raise ValueError(f"path must not have a query; use when=lambda request: request.query ...: {self.path!r}")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times must be at least 1, or None: {self.times}")
        if self.skip < 0:
            raise ValueError(f"skip must not be negative: {self.skip}")
        if self.lasts is not None and not self.lasts > 0:
            raise ValueError(f"lasts must be more than 0 seconds, or None: {self.lasts}")

    def matches(self, target: RuleTarget) -> bool:
        """Return whether the request is in the scope.

        Args:
            target: the request.
        """
        if self.method is not None and self.method.upper() != target.method:
            return False
        path = self.path
        if path is not None and not any(name == path or fnmatchcase(name, path) for name in target.names):
            return False
        return self.when is None or bool(self.when(target.logged))


class Fault:
    """A fault of a forge. The forge's methods return it.

    Args:
        name: kind of the fault, as in the request log.
        scope: the requests that it applies to.
    """

    def __init__(self, name: str, scope: FaultScope) -> None:
        self.name = name
        self.scope = scope
        self._seen = 0
        self._hits = 0
        self._ends: float | None = None
        self._cancelled = False

    def __repr__(self) -> str:
        state = "active" if self.active else "ended"
        return f"<Fault {self.name} {self.scope.path or '*'}: {self._hits} hits, {state}>"

    @property
    def hits(self) -> int:
        """The number of requests that the fault was applied to."""
        return self._hits

    @property
    def active(self) -> bool:
        """Whether the fault can apply to further requests."""
        used_up = self.scope.times is not None and self._hits >= self.scope.times
        expired = self._ends is not None and time.monotonic() >= self._ends
        return not (self._cancelled or used_up or expired)

    def cancel(self) -> None:
        """End the fault. A request that it already applies to is not changed."""
        self._cancelled = True

    def claims(self, target: RuleTarget) -> bool:
        """Return whether the fault applies to this request, and count it. The server calls this once per request.

        Args:
            target: the request.
        """
        if not self.active or not self.scope.matches(target):
            return False
        self._seen += 1
        if self._seen <= self.scope.skip or not self._due():
            return False
        self._hits += 1
        if self._ends is None and self.scope.lasts is not None:
            self._ends = time.monotonic() + self.scope.lasts
        return True

    def _due(self) -> bool:
        return True


class EffectFault(Fault):
    """A fault with one effect per request. Several effects take turns.

    Args:
        effects: at least one.
        scope: the requests that it applies to.
        name: None: the name of the first effect.
    """

    def __init__(self, effects: Sequence[Effect], scope: FaultScope, name: str | None = None) -> None:
        super().__init__(effects[0].name if name is None else name, scope)
        self._effects = tuple(effects)

    def effect(self) -> Effect:
        """Return the effect for the request that was counted last."""
        return self._effects[(self.hits - 1) % len(self._effects)]


class Every(EffectFault):
    """A fault for one of ``n`` requests.

    Args:
        n: number of requests per fault.
        effects: the effects, which take turns.
        scope: the requests that it applies to.
        seed: None: each nth request. A number: random requests, the same ones for the same seed.

    Raises:
        ValueError: ``n`` is below 1, or ``effects`` are not effects.
    """

    def __init__(self, n: int, effects: Sequence[Effect], scope: FaultScope, seed: int | None) -> None:
        if n < 1:
            raise ValueError(f"n must be at least 1: {n}")
        if not effects or not all(isinstance(effect, Effect) for effect in effects):
            raise ValueError("faults must be some of gitfleet_testing.faults: [Fail(502), Drop(), ...]")
        super().__init__(effects, scope, f"every {n}")
        self._n = n
        self._random = None if seed is None else random.Random(seed)  # noqa: S311  # must be repeatable

    def _due(self) -> bool:
        if self._random is None:
            return (self._seen - self.scope.skip) % self._n == 0
        return self._random.random() * self._n < 1


class PageFault(Fault):
    """A fault of a listing. It changes the request that the service receives, or the response."""

    def before(self, request: Request) -> Request:
        """Return the request that the service receives instead.

        Args:
            request: the request of the client.
        """
        return request

    def after(self, request: Request, url: str, response: Response) -> Response:
        """Return the response that the client receives instead.

        Args:
            request: the request of the client.
            url: its URL without the query.
            response: the response of the service.
        """
        return response


class FaultRules:
    """The fault rules of a forge. Tests add rules, the server reads them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Replaced, never changed in place: the server iterates over it in another thread.
        self._rules: tuple[Fault, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._rules)

    def add(self, rule: Fault) -> None:
        """Add a rule and remove those that have ended."""
        with self._lock:
            self._rules = (*(old for old in self._rules if old.active), rule)

    def clear(self) -> None:
        """Cancel and remove all rules."""
        with self._lock:
            rules, self._rules = self._rules, ()
        for rule in rules:
            rule.cancel()

    def match(self, target: RuleTarget) -> tuple[Effect, bool] | None:
        """Return the first matching rule's effect and whether the service handles the request first, or None."""
        for rule in self._rules:
            if isinstance(rule, EffectFault) and rule.claims(target):
                return rule.effect(), rule.scope.after
        return None

    def page_rules(self, target: RuleTarget) -> list[PageFault]:
        """Return all page rules that apply to the request, in the order in which they were added."""
        return [rule for rule in self._rules if isinstance(rule, PageFault) and rule.claims(target)]
