"""The data of a forge: accounts, repositories and their history."""

__all__: list[str] = []
