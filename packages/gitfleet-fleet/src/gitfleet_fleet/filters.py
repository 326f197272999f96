"""Which repositories belong to a fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import ClassVar, TypedDict, TypeVar

from gitfleet_api import ConfigurationError, GitFleetError, ProviderType, RepoInfo

__all__ = ["FilterOptions", "Filters", "UnknownFieldError", "filters_of"]

T = TypeVar("T")

Texts = str | Iterable[str]
_VISIBILITIES = ("public", "private", "internal")


class FilterOptions(TypedDict, total=False):
    """The filters of a :class:`Fleet`, which documents each of them."""

    archived: bool | None
    fork: bool | None
    visibility: Texts | None
    language: Texts | None
    topic: Texts | None
    pushed_before: datetime | None
    pushed_after: datetime | None
    name: Texts | None
    where: Callable[[RepoInfo], bool] | None


class UnknownFieldError(GitFleetError):
    """The provider did not send a field that a filter needs."""

    default_code: ClassVar[str] = "unknown_field"


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a fleet, validated. Text is in lower case."""

    archived: bool | None = None
    fork: bool | None = None
    visibility: frozenset[str] | None = None
    language: frozenset[str] | None = None
    topic: frozenset[str] | None = None
    pushed_before: datetime | None = None
    pushed_after: datetime | None = None
    name: tuple[str, ...] | None = None
    where: Callable[[RepoInfo], bool] | None = None

    @property
    def is_active(self) -> bool:
        """Whether any filter is set."""
        return self != Filters()

    def check(self, provider: ProviderType) -> None:
        """Raise if listings of a provider never have what a filter needs.

        Raises:
            ConfigurationError: They never have it.
        """
        if self.language is not None and provider is ProviderType.GITLAB:
            raise ConfigurationError("language= needs GitHub: GitLab's listings have no language of a repository")

    def accepts(self, repo: RepoInfo) -> bool:
        """Return whether a repository belongs to the fleet.

        Raises:
            UnknownFieldError: The provider did not send a field that a filter needs.
        """
        return (
            _equals(self.archived, repo.archived, "archived")
            and _equals(self.fork, repo.fork, "fork")
            and (self.visibility is None or _known(repo.visibility, "visibility") in self.visibility)
            and (self.language is None or (repo.language or "").lower() in self.language)
            and (
                self.topic is None
                or not self.topic.isdisjoint(topic.lower() for topic in _known(repo.topics, "topics"))
            )
            # Never pushed to: it is older than any time.
            and (self.pushed_before is None or repo.pushed_at is None or repo.pushed_at < self.pushed_before)
            and (self.pushed_after is None or (repo.pushed_at is not None and repo.pushed_at >= self.pushed_after))
            and (self.name is None or _matches(self.name, repo))
            and (self.where is None or bool(self.where(repo)))
        )


def _known(value: T | None, name: str) -> T:
    if value is None:
        raise UnknownFieldError(
            f"the provider did not send {name!r}, which a filter of the fleet needs: leave this filter out"
        )
    return value


def _equals(wanted: bool | None, value: bool | None, name: str) -> bool:
    return wanted is None or _known(value, name) is wanted


def _matches(patterns: tuple[str, ...], repo: RepoInfo) -> bool:
    full = repo.full_name.lower()
    return any(fnmatchcase(full if "/" in pattern else full.rpartition("/")[2], pattern) for pattern in patterns)


def filters_of(options: FilterOptions) -> Filters:
    """Return the filters that the options of a fleet mean.

    Raises:
        ConfigurationError: An invalid value.
    """
    known = [item.name for item in fields(Filters)]
    unknown = next((name for name in options if name not in known), None)
    if unknown is not None:
        raise ConfigurationError(f"a fleet has no filter {unknown!r}; known are {', '.join(known)}")
    where = options.get("where")
    if where is not None and not callable(where):
        raise ConfigurationError(f"where must be a function of a RepoInfo, not {type(where).__name__}")
    visibility = _texts("visibility", options.get("visibility"))
    if visibility is not None and not visibility <= set(_VISIBILITIES):
        raise ConfigurationError(
            f"visibility must be one of {', '.join(_VISIBILITIES)}, not {options.get('visibility')!r}"
        )
    names = _texts("name", options.get("name"))
    return Filters(
        _flag("archived", options.get("archived")),
        _flag("fork", options.get("fork")),
        visibility,
        _texts("language", options.get("language")),
        _texts("topic", options.get("topic")),
        _time("pushed_before", options.get("pushed_before")),
        _time("pushed_after", options.get("pushed_after")),
        None if names is None else tuple(sorted(names)),
        where,
    )


def _flag(name: str, value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be True, False or None, not {value!r}")
    return value


def _texts(name: str, value: object) -> frozenset[str] | None:
    if value is None:
        return None
    given: list[object] = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
    texts = [text for text in given if isinstance(text, str) and text]
    if len(texts) != len(given):
        raise ConfigurationError(f"{name} must be text or a list of texts, not {value!r}")
    if not texts:
        raise ConfigurationError(f"{name} is an empty list, which nothing matches")
    return frozenset(text.lower() for text in texts)


def _time(name: str, value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, timedelta) or not isinstance(value, datetime) or value.utcoffset() is None:
        raise ConfigurationError(
            f"{name} must be a datetime with a time zone, as datetime.now(timezone.utc) - timedelta(days=90), "
            f"not {value!r}"
        )
    return value
