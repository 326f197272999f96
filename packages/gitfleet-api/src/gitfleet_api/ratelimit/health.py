"""What refusals mean for a token: it is refused until a check accepts it, or set aside for some time."""

from __future__ import annotations

from math import inf

__all__ = ["EVERY_OWNER", "TokenHealth"]

EVERY_OWNER = ""
"""Owner of an entry that sets a token aside altogether."""
_CHECK_AFTER = 60.0
"""Seconds until a refused token is checked while others are used; doubled with each failed check."""
_ASIDE_FOR = 300.0
"""Seconds for which a token is set aside; doubled each time it is refused again for the same reason."""
_DOUBTED_FOR = 60.0
"""The same for a token that is refused again and again without a known reason."""
_LONGEST = 3600.0
_REFUSALS = 3
"""Refusals without a success in between after which a token is set aside altogether."""
_OWNERS = 256
"""Owners that are remembered per token."""


class TokenHealth:
    """The refusals of one token. All times are epoch seconds.

    Attributes:
        check_at: When a refused token may be checked although others are used; infinity for never.
        is_suspect: True after a refusal that was not checked yet, so that a check is possible at once.
        is_checking: True while a check is in progress.
    """

    __slots__ = ("_aside", "_failed_checks", "_refusals", "check_at", "is_checking", "is_suspect")

    def __init__(self) -> None:
        self.check_at: float = inf
        self.is_suspect: bool = False
        self.is_checking: bool = False
        self._failed_checks = 0
        self._refusals = 0
        self._aside: dict[tuple[str, str], tuple[float, float]] = {}

    def refuse(self, now: float, *, was_check: bool = False) -> None:
        """Record a 401 of a call, or of the check that followed it."""
        self.is_suspect = not was_check
        self._failed_checks += was_check
        self.check_at = now + min(_CHECK_AFTER * 2.0 ** max(0, self._failed_checks - 1), _LONGEST)

    def may_check(self, now: float, *, others: bool) -> bool:
        """Return whether to check a refused token now. If no other token is usable, its first check is not delayed."""
        return not self.is_checking and (self.check_at <= now or (self.is_suspect and not others))

    def end_check(self, now: float, *, accepted: bool | None) -> bool:
        """Record the result of a check, None if it had none. Return whether the token may be used again."""
        self.is_checking = False
        if accepted is None or self.check_at == inf:  # declared invalid meanwhile
            return False
        if accepted:
            self.is_suspect, self.check_at, self._failed_checks = False, inf, 0
        else:
            self.refuse(now, was_check=True)
        return accepted

    def forbid_checks(self) -> None:
        """Leave the token refused until it is added again: the user decided it."""
        self.is_suspect, self.check_at = False, inf

    # -- refusals for other reasons than the token itself

    def set_aside(self, origin: str, owner: str, now: float, seconds: float = _ASIDE_FOR) -> None:
        """Avoid the token for an owner, or altogether (``EVERY_OWNER``), while there are others."""
        key = (origin, owner)
        until, length = self._aside.pop(key, (0.0, 0.0))
        if until <= now:  # one refusal; not the concurrent requests that were sent before it
            length = min(2 * length, _LONGEST) if length else seconds
            until = now + length
        if len(self._aside) >= _OWNERS:
            del self._aside[next(iter(self._aside))]
        self._aside[key] = (until, length)

    def is_aside(self, origin: str, owner: str | None, now: float) -> bool:
        """Return whether other tokens are to be preferred for an owner."""
        if not self._aside:
            return False
        keys = ((origin, EVERY_OWNER), (origin, owner or EVERY_OWNER))
        return any(self._aside.get(key, (0.0, 0.0))[0] > now for key in keys)

    def is_avoided(self, now: float) -> bool:
        """Return whether the token is set aside altogether on any server."""
        return any(owner == EVERY_OWNER and until > now for (_, owner), (until, _) in list(self._aside.items()))

    def note_refusal(self, origin: str, now: float) -> None:
        """Record a 403 whose reason is unknown."""
        self._refusals += 1
        if self._refusals >= _REFUSALS:
            self.set_aside(origin, EVERY_OWNER, now, _DOUBTED_FOR)

    @property
    def is_doubted(self) -> bool:
        """Whether a success would change anything: refusals are remembered."""
        return bool(self._refusals or self._aside)

    def note_success(self, origin: str) -> None:
        """Record a response that shows that the token works."""
        self._refusals = 0
        self._aside.pop((origin, EVERY_OWNER), None)
