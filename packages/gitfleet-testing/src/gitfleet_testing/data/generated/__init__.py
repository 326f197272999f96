"""Made-up history of a repository: from its id and the fleet's seed alone, so the same whenever it is asked for."""

__all__: list[str] = []
