"""JsonPath: the path of a value in a JSON object, for annotations of dataclass fields."""

from __future__ import annotations

from .._internal.lazy_dataclass import dataclass
from .._internal.text import shorten_repr
from ..errors import ConfigurationError

__all__ = ["JsonPath", "json_path"]


@dataclass(frozen=True, slots=True)
class JsonPath:
    """The path of a field's value in the JSON object: ``login: Annotated[str, JsonPath("actor.login")]``.

    Attributes:
        path: keys from the row to the value, separated by dots; a tuple of keys if a key contains a dot; empty for
            the whole row.

    Raises:
        ConfigurationError: The path is neither text nor a tuple, or a key is empty.
    """

    path: str | tuple[str, ...]

    def __post_init__(self) -> None:
        json_path(self.path, "JsonPath")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the path, in order."""
        return json_path(self.path, "JsonPath")


def json_path(path: str | tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the keys of a path.

    Args:
        path: keys separated by dots, or a tuple of keys.
        name: name of the argument, for messages.

    Raises:
        ConfigurationError: The path is neither text nor a tuple, or a key is empty.
    """
    if isinstance(path, str):
        keys: tuple[object, ...] = tuple(path.split(".")) if path else ()
    elif isinstance(path, tuple):
        keys = path
    else:
        raise ConfigurationError(f"{name} must be text like 'actor.login' or a tuple of keys, not {shorten_repr(path)}")
    if not all(isinstance(key, str) and key for key in keys):
        raise ConfigurationError(f"{name} must contain keys with single dots between them, not {shorten_repr(path)}")
    return tuple(str.__str__(key) for key in keys)
