"""Rules: which requests meet a fault, how often, and how often they did."""

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

__all__ = ["EffectFault", "Every", "Fault", "FaultOptions", "FaultRules", "PageFault", "RuleInput", "Scope"]


@dataclass(frozen=True, slots=True)
class RuleInput:
    """A request as rules look at it: ``names`` are the paths that mean what it asks for."""

    method: str
    names: tuple[str, ...]
    logged: LoggedRequest


class FaultOptions(TypedDict, total=False):
    """Which of the requests to a path a fault is for, and when; all of it may be left out.

    Keys:
        times: how many requests meet it before it is over; None: all, for ever. Default: 1.
        skip: so many matching requests pass unharmed first. Default: 0.
        lasts: seconds after its first hit until it is over, whatever ``times`` says. Default: no end.
        method: "POST" and the like; None: any. Default: None.
        when: called with the logged request; the fault is for those it is true for. Default: all.
        after: let the server act first and spoil only its answer. Where a part of the answer is sent it always
            acts. Default: False.
    """

    times: int | None
    skip: int
    lasts: float | None
    method: str | None
    when: Callable[[LoggedRequest], object] | None
    after: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """Which requests: the parsed form of a path and of Which."""

    path: str | None = None
    times: int | None = 1
    skip: int = 0
    lasts: float | None = None
    method: str | None = None
    when: Callable[[LoggedRequest], object] | None = field(default=None, repr=False)
    after: bool = False

    def __post_init__(self) -> None:
        if self.path is not None and not self.path.startswith(("/", "*")):
            raise ValueError(f"a path begins with '/' (or is a pattern with '*', or None): {self.path!r}")
        if self.path is not None and "?" in self.path:
            raise ValueError(f"a path has no query; use when=lambda request: request.query ...: {self.path!r}")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times must be at least 1, or None: {self.times}")
        if self.skip < 0:
            raise ValueError(f"skip must not be negative: {self.skip}")
        if self.lasts is not None and not self.lasts > 0:
            raise ValueError(f"lasts must be more than 0 seconds, or None: {self.lasts}")

    def matches(self, asked: RuleInput) -> bool:
        """Whether it is about this request."""
        if self.method is not None and self.method.upper() != asked.method:
            return False
        path = self.path
        if path is not None and not any(name == path or fnmatchcase(name, path) for name in asked.names):
            return False
        return self.when is None or bool(self.when(asked.logged))


class Fault:
    """A rule of a forge: which requests meet what. Made by the forge's methods."""

    def __init__(self, name: str, scope: Scope) -> None:
        self.name = name
        self.scope = scope
        self._seen = 0
        self._hits = 0
        self._ends: float | None = None
        self._cancelled = False

    def __repr__(self) -> str:
        state = "active" if self.active else "over"
        return f"<Fault {self.name} {self.scope.path or '*'}: {self._hits} hits, {state}>"

    @property
    def hits(self) -> int:
        """How many requests have met it."""
        return self._hits

    @property
    def active(self) -> bool:
        """Whether further requests can meet it."""
        used_up = self.scope.times is not None and self._hits >= self.scope.times
        late = self._ends is not None and time.monotonic() >= self._ends
        return not (self._cancelled or used_up or late)

    def cancel(self) -> None:
        """Let all further requests pass; one that has met it already meets it to its end."""
        self._cancelled = True

    def takes(self, asked: RuleInput) -> bool:
        """Whether this request meets it; counts it if so. Called by the server, once a request."""
        if not self.active or not self.scope.matches(asked):
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
    """One effect for each request that it is about."""

    def __init__(self, effects: Sequence[Effect], scope: Scope, name: str | None = None) -> None:
        super().__init__(effects[0].name if name is None else name, scope)
        self._effects = tuple(effects)

    def effect(self) -> Effect:
        """What the request meets that was counted last: the effects take turns."""
        return self._effects[(self.hits - 1) % len(self._effects)]


class Every(EffectFault):
    """One of ``n`` requests: each nth, or with a seed at random, the same ones each time."""

    def __init__(self, n: int, effects: Sequence[Effect], scope: Scope, seed: int | None) -> None:
        if n < 1:
            raise ValueError(f"n must be at least 1: {n}")
        if not effects or not all(isinstance(effect, Effect) for effect in effects):
            raise ValueError("faults must be some of gitfleet_testing.faults: [Fail(502), Drop(), ...]")
        super().__init__(effects, scope, f"every {n}")
        self._n = n
        self._random = None if seed is None else random.Random(seed)  # noqa: S311  # repeatable is what it has to be

    def _due(self) -> bool:
        if self._random is None:
            return (self._seen - self.scope.skip) % self._n == 0
        return self._random.random() * self._n < 1


class PageFault(Fault):
    """A rule about listings: it changes what the service is asked, or what it answered."""

    def before(self, request: Request) -> Request:
        """What the service is asked instead."""
        return request

    def after(self, request: Request, url: str, response: Response) -> Response:
        """What is answered instead, to the request as it came; ``url`` is its address without the query."""
        return response


class FaultRules:
    """The rules of a forge: tests add them, the server reads them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: Replaced whole, never changed: the server goes through them meanwhile.
        self._rules: tuple[Fault, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._rules)

    def add(self, rule: Fault) -> None:
        """Follow a rule from now on; those that are over are forgotten."""
        with self._lock:
            self._rules = (*(old for old in self._rules if old.active), rule)

    def clear(self) -> None:
        """Cancel and forget all rules."""
        with self._lock:
            rules, self._rules = self._rules, ()
        for rule in rules:
            rule.cancel()

    def meet(self, asked: RuleInput) -> tuple[Effect, bool] | None:
        """What the request meets, by the first rule that takes it, and whether the server acts first; or None."""
        for rule in self._rules:
            if isinstance(rule, EffectFault) and rule.takes(asked):
                return rule.effect(), rule.scope.after
        return None

    def pages(self, asked: RuleInput) -> list[PageFault]:
        """All rules about pages that take the request, in the order in which they were added."""
        return [rule for rule in self._rules if isinstance(rule, PageFault) and rule.takes(asked)]
