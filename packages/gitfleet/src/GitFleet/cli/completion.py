"""Shell completion of values: providers, targets, fields and budgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

__all__ = ["FieldsCommand", "complete_budget", "complete_fields", "complete_provider", "complete_target"]

_PROVIDERS = ("github", "gitlab")
_BUDGETS = ("core", "search", "code_search", "graphql")


class FieldsCommand(click.Command):
    """A command whose rows have known fields.

    Args:
        given: the arguments of :class:`click.Command`.
        field_names: the names that --fields and --sort take.
        named: the keyword arguments of :class:`click.Command`.
    """

    def __init__(self, *given: Any, field_names: Sequence[str], **named: Any) -> None:
        super().__init__(*given, **named)
        self.field_names = tuple(field_names)


def complete_provider(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the providers that begin with the typed text."""
    return [name for name in _PROVIDERS if name.startswith(incomplete.lower())]


def complete_target(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the beginnings of targets: ``github:`` and ``gitlab:``."""
    return [f"{name}:" for name in _PROVIDERS if name.startswith(incomplete.lower())]


def complete_budget(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the budgets of GitHub that begin with the typed text."""
    return [name for name in _BUDGETS if name.startswith(incomplete)]


def complete_fields(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the lists of fields that begin with the typed list, without repetitions."""
    before, comma, last = incomplete.rpartition(",")
    names = context.command.field_names if isinstance(context.command, FieldsCommand) else ()
    taken = before.split(",")
    return [f"{before}{comma}{name}" for name in names if name.startswith(last) and name not in taken]
