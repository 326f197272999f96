"""The synchronous API: the clients of ``GitFleet`` without ``await``, with plain values and iterators.

>>> from GitFleet.sync import GitHubClient
>>> client = GitHubClient(token="...")
>>> for repository in client.fetch_repositories("python"):   # doctest: +SKIP
...     print(repository.full_name)

Contents:
    :class:`GitHubClient`, :class:`GitLabClient`: the clients, with the methods of the asynchronous ones.
    :class:`GitProviderClient`: their base class.
    :class:`Listing`: the result of listing methods; iterate over it, or call its methods.
    :class:`TokenManager`: a pool of tokens for these clients.
    :class:`Fleet`: calls for each repository of many owners (``pip install gitfleet[fleet]``).
    :class:`Mirror`: a fleet in a SQLite file (``pip install gitfleet[mirror]``).
    :func:`run`: runs one coroutine of the asynchronous API and returns its result.

Models, errors and options are imported from ``GitFleet``. A client can be used by several threads at the same time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitfleet_api.sync import GitHubClient, GitLabClient, GitProviderClient, Listing, TokenManager, run
    from gitfleet_fleet.sync import Fleet as Fleet  # noqa: PLC0414  exported, but not in __all__
    from gitfleet_mirror.sync import Mirror as Mirror  # noqa: PLC0414  the same
else:  # loaded on first access, to keep the import fast
    _OPTIONAL = {"Fleet": "fleet", "Mirror": "mirror"}

    def __getattr__(name: str) -> object:
        if name in _OPTIONAL:  # not in __all__, because `import *` must work without these packages
            from importlib import import_module

            package = f"gitfleet_{_OPTIONAL[name]}"
            try:
                source = import_module(f"{package}.sync")
            except ModuleNotFoundError as error:
                if error.name != package:
                    raise
                raise ImportError(
                    f"{name} is in the package gitfleet-{_OPTIONAL[name]}: pip install 'gitfleet[{_OPTIONAL[name]}]'",
                    name=error.name,
                ) from None
        elif name in __all__:
            from gitfleet_api import sync as source
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(source, name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__, *_OPTIONAL})


__all__ = ["GitHubClient", "GitLabClient", "GitProviderClient", "Listing", "TokenManager", "run"]
