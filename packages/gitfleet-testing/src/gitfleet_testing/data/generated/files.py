"""Generated files of the default branch."""

from __future__ import annotations

from ..models import Repository

__all__ = ["files"]

_OWNERS_PATHS = (None, "CODEOWNERS", "docs/CODEOWNERS")
"""Where the file CODEOWNERS is, by the number of the repository. Both services know these paths."""


def files(repository: Repository) -> dict[str, str]:
    """Return the text files by path. An empty repository has none."""
    if repository.empty:
        return {}
    found = {"README.md": f"# {repository.name}\n", "src/main.py": "print()\n"}
    path = _OWNERS_PATHS[repository.id % len(_OWNERS_PATHS)]
    if path is not None:
        found[path] = (
            f"# Generated\n* @{repository.owner}\n/docs/ docs@mail.invalid @{repository.owner}\n/src/vendor/\n"
        )
    return found
