"""Generated history of a repository. It depends on the repository's id and the fleet's seed only."""

__all__: list[str] = []
