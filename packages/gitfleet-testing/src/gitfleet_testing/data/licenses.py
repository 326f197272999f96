"""The licenses that repositories of a fleet can have."""

from __future__ import annotations

__all__ = ["LICENSES"]

#: Full name and SPDX identifier by key.
LICENSES = {
    "mit": ("MIT License", "MIT"),
    "apache-2.0": ("Apache License 2.0", "Apache-2.0"),
    "bsd-3-clause": ('BSD 3-Clause "New" or "Revised" License', "BSD-3-Clause"),
    "gpl-3.0": ("GNU General Public License v3.0", "GPL-3.0"),
}
