"""Where a value lies in a JSON object, as users write it."""

from __future__ import annotations

from .._internal.lazy_dataclass import dataclass
from .._internal.text import shorten_repr
from ..errors import ConfigurationError

__all__ = ["JsonPath", "json_path"]


@dataclass(frozen=True, slots=True)
class JsonPath:
    """Where a dataclass's field lies in the JSON object: ``login: Annotated[str, JsonPath("actor.login")]``.

    Attributes:
        path: keys from the row on, with dots between them; a tuple of keys where a key holds a dot itself; empty for
            the row as a whole.

    Raises:
        ConfigurationError: it is neither, or a key is empty.
    """

    path: str | tuple[str, ...]

    def __post_init__(self) -> None:
        json_path(self.path, "JsonPath")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that lead to the value."""
        return json_path(self.path, "JsonPath")


def json_path(path: str | tuple[str, ...], name: str) -> tuple[str, ...]:
    """The keys of a path that was given as ``name``.

    Raises:
        ConfigurationError: it is no path.
    """
    if isinstance(path, str):
        keys: tuple[object, ...] = tuple(path.split(".")) if path else ()
    elif isinstance(path, tuple):
        keys = path
    else:
        raise ConfigurationError(f"{name} must be text like 'actor.login' or a tuple of keys, not {shorten_repr(path)}")
    if not all(isinstance(key, str) and key for key in keys):
        raise ConfigurationError(f"{name} must hold keys with single dots between them, not {shorten_repr(path)}")
    return tuple(str.__str__(key) for key in keys)
