"""GitLab's REST API (version 4) and GraphQL API over a fleet."""

__all__: list[str] = []
