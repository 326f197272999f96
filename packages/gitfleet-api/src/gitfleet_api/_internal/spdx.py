"""The spelling of SPDX license identifiers."""

from __future__ import annotations

from functools import cache

__all__ = ["license_id", "spdx_id"]


def spdx_id(key: str) -> str:
    """Return a license key as SPDX spells it. A key that SPDX does not have is returned unchanged.

    Args:
        key: An SPDX identifier in any letter case, as ``apache-2.0``.
    """
    return _by_key().get(key.lower(), key)


def license_id(*keys: object) -> str:
    """Return the SPDX identifier of a repository's license, from the first key that a provider sends.

    Args:
        keys: SPDX identifiers in any letter case, or ``other`` for a license that the provider does not know.

    Raises:
        TypeError: The key is not text.
    """
    key = next((key for key in keys if key is not None), None)
    if not isinstance(key, str):
        raise TypeError("a string")
    return "NOASSERTION" if key == "other" else spdx_id(key)


@cache
def _by_key() -> dict[str, str]:
    from .spdx_ids import SPDX_IDS  # imported here because most responses have no license

    return {found.lower(): found for found in SPDX_IDS.split()}
