"""HTTP messages, connections, pages, cached responses and the request log; no data of a fleet."""

__all__: list[str] = []
