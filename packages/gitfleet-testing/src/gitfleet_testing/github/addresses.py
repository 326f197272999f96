"""Where things are: the address of the API and that of the web pages, both without a slash at the end."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

__all__ = ["Addresses", "Json", "node_id"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Addresses:
    """The API's own address, as clients reach it."""

    api: str

    def user(self, login: str) -> str:
        """Address of an account; a bot's brackets are escaped as on the service."""
        return f"{self.api}/users/{quote(login)}"

    def repository(self, full_name: str) -> str:
        """Address of a repository."""
        return f"{self.api}/repos/{full_name}"

    def numbered(self, repository: int, path: str, query: str) -> str:
        """Where /repos/OWNER/NAME/... of a renamed repository leads: the same below its number."""
        onward = "".join(f"/{part}" for part in path.split("/")[4:])
        return f"{self.api}/repositories/{repository}{onward}" + (f"?{query}" if query else "")


def node_id(prefix: str, *numbers: object) -> str:
    """An opaque global id in the service's newer form."""
    text = "\x93\x00" + ":".join(map(str, numbers))
    return prefix + "_" + base64.urlsafe_b64encode(text.encode("latin-1")).decode().rstrip("=")
