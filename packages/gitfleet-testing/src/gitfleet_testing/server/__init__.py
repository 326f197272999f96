"""The HTTP server: a thread, the ASGI application and the choice of the service."""

__all__: list[str] = []
