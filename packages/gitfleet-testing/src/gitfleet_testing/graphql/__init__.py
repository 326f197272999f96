"""The GraphQL APIs of both services over the same fleet, each a true subset of the real schema."""

__all__: list[str] = []
