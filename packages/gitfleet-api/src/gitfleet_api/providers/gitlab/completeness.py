"""Where GitLab's listings end early, as its documentation says."""

from __future__ import annotations

from ...client import CapError, CompletenessRules

__all__ = ["COMPLETENESS"]

COMPLETENESS = CompletenessRules(
    totals=(),
    cap_errors=(
        CapError(
            (400, 405, 422),
            r"maximum allowed offset",
            "GitLab refuses pages behind this offset; use pagination=keyset with order_by=id in params",
        ),
    ),
)
