"""URLs of the API and global ids."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

__all__ = ["ApiURLs", "Json", "node_id"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ApiURLs:
    """The URLs of the API.

    Attributes:
        api: the base URL, without a slash at the end.
    """

    api: str

    def user(self, login: str) -> str:
        """Return the URL of an account. The brackets of a bot are escaped, as on the service."""
        return f"{self.api}/users/{quote(login)}"

    def repository(self, full_name: str) -> str:
        """Return the URL of a repository."""
        return f"{self.api}/repos/{full_name}"

    def numbered(self, repository: int, path: str, query: str) -> str:
        """Return the redirect target of a renamed repository's URL: the same path below its number."""
        onward = "".join(f"/{part}" for part in path.split("/")[4:])
        return f"{self.api}/repositories/{repository}{onward}" + (f"?{query}" if query else "")


def node_id(prefix: str, *numbers: object) -> str:
    """Return an opaque global id in the service's newer format."""
    text = "\x93\x00" + ":".join(map(str, numbers))
    return prefix + "_" + base64.urlsafe_b64encode(text.encode("latin-1")).decode().rstrip("=")
