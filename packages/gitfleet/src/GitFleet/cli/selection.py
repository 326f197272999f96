"""Which owners and repositories a command works on: its targets and filters."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gitfleet_api import GitProviderClient, ProviderType

from .completion import complete_target
from .exit_codes import CommandError
from .targets import parse_provider_name
from .text_files import read_text
from .times import TIME

if TYPE_CHECKING:
    from gitfleet_fleet.filters import FilterOptions
    from gitfleet_fleet.targets import Target

__all__ = ["Selection", "selection_options"]

_TARGETS = "PROVIDER:OWNER[/REPO]..."
_EXAMPLE = "github:python or github:python/cpython"


@dataclass(frozen=True, slots=True)
class Selection:
    """The targets and filters of a command.

    Attributes:
        texts: the targets as text, each once.
        providers: the providers that serve them.
        filters: the filters, as a :class:`gitfleet_fleet.Fleet` takes them.
    """

    texts: tuple[str, ...]
    providers: tuple[ProviderType, ...]
    filters: FilterOptions

    @property
    def is_one_repository(self) -> bool:
        """Whether there is one target, which looks like a repository."""
        return len(self.texts) == 1 and "/" in self.texts[0].rstrip("/")

    def targets(self, clients: Sequence[GitProviderClient]) -> list[Target]:
        """Return the targets.

        Raises:
            ConfigurationError: one is invalid, or no client serves it.
        """
        from gitfleet_fleet.clients import Clients
        from gitfleet_fleet.targets import parse_targets

        return parse_targets(self.texts, Clients(clients))


_FLAGS = {"archived": "archived repositories", "forks": "forks"}
_FILTERS = (
    *(
        click.option(f"--{name}/--no-{name}", name, default=None, help=f"Only {noun}, or only all others.")
        for name, noun in _FLAGS.items()
    ),
    click.option(
        "--visibility", multiple=True, type=click.Choice(["public", "private", "internal"]), help="Only these."
    ),
    click.option("--language", multiple=True, metavar="NAME", help="Only this most used language. GitHub only."),
    click.option("--topic", multiple=True, metavar="NAME", help="Only repositories with this topic."),
    click.option("--name", "names", multiple=True, metavar="PATTERN", help="Only names like this, such as 'api-*'."),
    click.option(
        "--pushed-before", type=TIME, metavar="TIME", help="Only repositories without a push since, such as 90d."
    ),
    click.option("--pushed-after", type=TIME, metavar="TIME", help="Only repositories with a push since."),
)


def selection_options(
    command: Callable[..., int], *, default: Callable[[Mapping[str, Any]], tuple[str, ...]] | None = None
) -> Callable[..., int]:
    """Decorator: add the targets, ``--from`` and the filters. The command receives them as ``selection``.

    Args:
        command: the command.
        default: returns the targets from the other options, if none are given. None if targets are required.
    """

    @functools.wraps(command)
    def gathered(*given: Any, **named: Any) -> int:
        taken = {name: named.pop(name) for name in (*_FLAGS, "visibility", "language", "topic", "names")}
        taken |= {name: named.pop(name) for name in ("pushed_before", "pushed_after")}
        targets, file = named.pop("targets"), named.pop("from_file")
        texts = _texts(targets, file) if default is None or targets or file is not None else default(named)
        return command(*given, selection=Selection(texts, _providers(texts), _filters(taken)), **named)

    decorated: Callable[..., int] = gathered
    for option in reversed(_FILTERS):
        decorated = option(decorated)
    decorated = click.option(
        "--from",
        "from_file",
        metavar="FILE",
        type=click.Path(allow_dash=True),
        help="Read more targets from this file, one per line; # starts a comment. - is stdin. As targets: @FILE, -.",
    )(decorated)
    return click.argument("targets", nargs=-1, metavar=_TARGETS, shell_complete=complete_target)(decorated)


def _filters(taken: dict[str, Any]) -> FilterOptions:
    found: FilterOptions = {}
    if taken["archived"] is not None:
        found["archived"] = taken["archived"]
    if taken["forks"] is not None:
        found["fork"] = taken["forks"]
    for name, value in (("visibility", taken["visibility"]), ("language", taken["language"])):
        if value:
            found[name] = value  # type: ignore[literal-required]  # both are names of filters
    if taken["topic"]:
        found["topic"] = taken["topic"]
    if taken["names"]:
        found["name"] = taken["names"]
    if taken["pushed_before"] is not None:
        found["pushed_before"] = taken["pushed_before"]
    if taken["pushed_after"] is not None:
        found["pushed_after"] = taken["pushed_after"]
    return found


def _texts(given: Sequence[str], file: str | None) -> tuple[str, ...]:
    """Return the targets of the arguments, of files and of stdin, each once.

    Raises:
        CommandError: There are none. A file, or stdin, without targets is an error even beside other targets.
    """
    texts: list[str] = []
    for text in given:
        texts += _read(text.removeprefix("@")) if text == "-" or text.startswith("@") else [text]
    if file is not None:
        texts += _read(file)
    if not texts:
        raise CommandError(f"no targets: name owners or repositories, such as {_EXAMPLE}")
    return tuple(dict.fromkeys(texts))


def _read(path: str) -> list[str]:
    try:
        lines = read_text(path).splitlines()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8 or UTF-16"
        raise CommandError(f"cannot read the targets in {path}: {reason}") from None
    texts = [line.partition(" #")[0].strip() for line in lines]
    found = [text for text in texts if text and not text.startswith("#")]
    if not found:  # the command that wrote the file, or the pipe, may have failed
        raise CommandError(f"no targets in {'stdin' if path == '-' else path}")
    return found


def _providers(texts: Sequence[str]) -> tuple[ProviderType, ...]:
    """Return the providers that targets need. The server of a URL can belong to any of them."""
    found: dict[ProviderType, None] = {}
    for text in texts:
        prefix, colon, path = text.partition(":")
        if colon and (path.startswith("//") or "." in prefix or "@" in prefix or path.partition(":")[0].isdigit()):
            return tuple(ProviderType)
        if not colon or not path.strip("/"):
            raise CommandError(f"{text!r} is not a valid target: use a form like {_EXAMPLE}")
        found[parse_provider_name(prefix)] = None
    return tuple(found)
