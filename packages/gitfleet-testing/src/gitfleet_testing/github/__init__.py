"""GitHub's REST and GraphQL APIs over a fleet."""

__all__: list[str] = []
