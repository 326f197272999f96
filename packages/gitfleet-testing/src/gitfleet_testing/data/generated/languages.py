"""How many bytes of which language a repository holds."""

from __future__ import annotations

import random

from ..models import Repository

__all__ = ["languages"]

_BESIDES = ("Shell", "Dockerfile", "Makefile", "HTML", "C++", "Jupyter Notebook")


def languages(repository: Repository, rng: random.Random) -> dict[str, int]:
    """Bytes by language, most first; nothing in an empty repository, or one of no language."""
    if repository.empty or repository.language is None:
        return {}
    most = max(repository.size * 100, 100)
    others = [name for name in rng.sample(_BESIDES, rng.randrange(4)) if name != repository.language]
    return {repository.language: most} | {name: most // 10 // place for place, name in enumerate(others, 1)}
