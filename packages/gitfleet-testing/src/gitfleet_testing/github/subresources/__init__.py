"""Everything below ``/repos/{owner}/{repo}``: routes and JSON objects."""

__all__: list[str] = []
