"""The execution of GraphQL queries. The schemas are in the folders of the services."""

__all__: list[str] = []
