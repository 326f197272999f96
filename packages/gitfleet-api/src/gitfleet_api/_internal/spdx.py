"""The spelling of SPDX license identifiers."""

from __future__ import annotations

from functools import cache

from .spdx_ids import SPDX_IDS

__all__ = ["spdx_id"]


def spdx_id(key: str) -> str:
    """Return a license key as SPDX spells it. A key that SPDX does not have is returned unchanged.

    Args:
        key: An SPDX identifier in any letter case, as ``apache-2.0``.
    """
    return _by_key().get(key.lower(), key)


@cache
def _by_key() -> dict[str, str]:
    return {found.lower(): found for found in SPDX_IDS.split()}
