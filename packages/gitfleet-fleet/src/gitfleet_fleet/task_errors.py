"""Errors of tasks: which one a group of tasks raises, and cancellation that the task itself has caused."""

from __future__ import annotations

import asyncio

from gitfleet_api import GitFleetError

__all__ = ["cancelled_inside", "first_of"]


def first_of(error: BaseException) -> BaseException:
    """Return the first error of nested groups: what the user's function or filter has raised."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def cancelled_inside(cancelled: asyncio.CancelledError) -> GitFleetError:
    """Return the error of a call that was cancelled by itself, as by a task that it awaits.

    A task group ignores a task that ends with such a cancellation, so its work would be missing without an error.

    Raises:
        CancelledError: The present task was cancelled.
    """
    task = asyncio.current_task()
    if task is None or task.cancelling():
        raise cancelled
    error = GitFleetError("something that the call awaits was cancelled")
    error.__cause__ = cancelled
    return error
