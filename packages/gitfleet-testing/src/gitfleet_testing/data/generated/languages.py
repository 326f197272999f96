"""Generated sizes of languages."""

from __future__ import annotations

import random

from ..models import Repository

__all__ = ["languages"]

_OTHERS = ("Shell", "Dockerfile", "Makefile", "HTML", "C++", "Jupyter Notebook")


def languages(repository: Repository, rng: random.Random) -> dict[str, int]:
    """Return bytes by language, largest first. Empty for an empty repository and one without a language."""
    if repository.empty or repository.language is None:
        return {}
    most = max(repository.size * 100, 100)
    others = [name for name in rng.sample(_OTHERS, rng.randrange(4)) if name != repository.language]
    return {repository.language: most} | {name: most // 10 // rank for rank, name in enumerate(others, 1)}
