"""Counts the rows of an endpoint and compares them with what its responses say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from .._internal.lazy_dataclass import dataclass
from ..backend.messages import Headers
from ..completeness_rules import CompletenessRules
from ..gaps import Gap

__all__ = ["NO_FACTS", "PageFacts", "Tally", "facts_of", "merged", "total_gap"]

_FLAG_REMEDIES = {
    "incomplete_results": "the search timed out at the provider; narrow the query or repeat it later",
    "truncated": "the provider cut the list; request smaller parts of it",
}
_LONGEST_TOTAL = 15


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a response says about the completeness of a listing.

    Attributes:
        total: number of rows on all pages, or None.
        flags: keys beside the rows that are true.
        partial: the header that says that organizations are left out, or None.
    """

    total: int | None
    flags: tuple[str, ...]
    partial: str | None


NO_FACTS = PageFacts(None, (), None)


def facts_of(
    headers: Headers, rules: CompletenessRules, beside: dict[str, object], redact: Callable[[str], str]
) -> PageFacts:
    """Return what a response says about the completeness of a listing.

    Args:
        headers: headers of the response.
        rules: the rules of the provider.
        beside: members of the document beside the rows.
        redact: removes tokens from a text that is shown.
    """
    stated = (beside.get(name) for name in rules.totals)
    total = next((value for value in stated if isinstance(value, int) and not isinstance(value, bool)), None)
    if total is None:
        total = next((value for name in rules.total_headers if (value := _number(headers.get(name))) is not None), None)
    flags = tuple(name for name in rules.flags if beside.get(name) is True)
    partial = None if rules.partial_header is None else headers.get(rules.partial_header)
    if partial is not None:
        partial = redact(partial) if partial.strip().lower().startswith("partial-results") else None
    return NO_FACTS if total is None and not flags and partial is None else PageFacts(total, flags, partial)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _LONGEST_TOTAL else None


class Tally:
    """The rows and facts of the pages of one endpoint, in their order.

    Attributes:
        received: number of rows that the provider sent.
        distinct: number of rows without those that moved and were sent again.
        remedy: where the rows behind a cap are; None if the listing was not cut.
        unproven: whether the provider refused to show whether there is a further page.
    """

    def __init__(self, skipped: int | None = 0) -> None:
        self.received: int = 0
        self.distinct: int = 0
        self.remedy: str | None = None
        self.unproven: bool = False
        self._skipped = skipped
        self._totals: list[int] = []
        self._flags: set[str] = set()
        self._partial: list[str] = []

    @property
    def total(self) -> int | None:
        """Number of rows that the endpoint states, or None. Rows may come and go, so the smaller of first and last."""
        return min(self._totals) if self._totals else None

    def add(self, facts: PageFacts, received: int, distinct: int) -> None:
        """Count a page.

        Args:
            facts: what its response says.
            received: number of its rows.
            distinct: number of its rows that were not on another page.
        """
        self.received += received
        self.distinct += distinct
        if facts is NO_FACTS:
            return
        if facts.total is not None:
            self._totals[1:] = [facts.total]
        self._flags.update(facts.flags)
        if facts.partial is not None and facts.partial not in self._partial:
            self._partial.append(facts.partial)

    def gaps(self, url: str | None, *, unstable: bool = False) -> list[Gap]:
        """Return what is missing.

        Args:
            url: URL of the listing, or None.
            unstable: whether the order changes between pages, so that each repeated row means a missing one.
        """
        found = [_partial_gap(self._partial, url)] if self._partial else []
        found += [Gap(flag, None, _FLAG_REMEDIES.get(flag, flag), url) for flag in sorted(self._flags)]
        missing = self._missing(unstable=unstable)
        if self.remedy is not None:
            found.append(Gap("provider_cap", missing or None, self.remedy, url))
        elif missing:
            found.append(total_gap(missing, self.total or 0, url))
        elif self.unproven:
            remedy = "the last page is full and the provider refused the next one; use a filter or another page size"
            found.append(Gap("end_unproven", None, remedy, url))
        return found

    def _missing(self, *, unstable: bool) -> int:
        total = self.total
        if total is None or self._skipped is None:
            return 0
        return max(0, total - self._skipped - (self.distinct if unstable else self.received))


def total_gap(missing: int, total: int, url: str | None) -> Gap:
    """Return the gap of a listing with fewer rows than the provider states."""
    remedy = f"the provider states {total:,} rows; repeat the listing, or check what the token may see"
    return Gap("total_count", missing, remedy, url)


def merged(gaps: Iterable[Gap]) -> list[Gap]:
    """Return one gap for each reason and remedy, with the sum of the counts if all are known."""
    found: dict[tuple[str, str], Gap] = {}
    for gap in gaps:
        key = (gap.reason, gap.remedy)
        before = found.setdefault(key, gap)
        if before is not gap:
            count = None if gap.count is None or before.count is None else gap.count + before.count
            found[key] = Gap(gap.reason, count, gap.remedy, gap.url)
    return list(found.values())


def _partial_gap(headers: Sequence[str], url: str | None) -> Gap:
    text = " ".join(headers)
    ids = list(dict.fromkeys(re.findall(r"\b[0-9]{1,18}\b", text.partition("url=")[0])))
    link = re.search(r"url=([^;\s]+)", text)
    where = link[1] if link else "https://github.com/settings/tokens (Configure SSO)"
    named = f"organization with the id {ids[0]}" if len(ids) == 1 else f"organizations with the ids {', '.join(ids)}"
    whose = f"the {named}" if ids else "some organizations"
    return Gap("sso", None, f"rows of {whose} are left out; authorize the token for their single sign-on: {where}", url)
