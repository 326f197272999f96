"""GitHub's REST API over a fleet: shapes, routes, paging, visibility."""

__all__: list[str] = []
