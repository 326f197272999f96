"""GitLab's REST API, version 4, over a fleet: shapes, routes, paging, visibility."""

__all__: list[str] = []
