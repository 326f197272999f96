"""How one provider is asked for many repositories at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from ..decoding.shapes import Shape
from .document import Query
from .problems import GraphQLProblem

__all__ = ["BatchQuery", "Json", "without_fields"]

Json = dict[str, Any]


class BatchQuery(ABC):
    """How to request many repositories of one provider at once.

    Attributes:
        largest: Maximum number of names in one request.
        shape: Where :meth:`as_rest` puts the fields of the details.
        type_name: Name of the GraphQL type of a repository.
        optional_fields: Fields of that type that a query can do without, because older servers lack them. Without one
            its value in the details is None.
        omits_missing: Whether the provider leaves out missing repositories without an error. They are then requested
            by ``fetch_repository_details``, which distinguishes renamed repositories from deleted ones.
    """

    largest: int
    shape: Shape
    type_name: str
    optional_fields: frozenset[str] = frozenset()
    omits_missing: bool = False

    @abstractmethod
    def query(self, names: Sequence[str], without: frozenset[str]) -> tuple[Query, Json]:
        """Return the query for some names, and its variables.

        Args:
            names: ``owner/name`` of each repository.
            without: Those of the optional fields that the server does not have.
        """

    @abstractmethod
    def objects(self, data: object, names: Sequence[str]) -> list[Json | None]:
        """Return the provider's object for each name, or None.

        Args:
            data: The ``data`` of the response.
            names: ``owner/name`` of each repository.
        """

    @abstractmethod
    def concerned(self, problem: GraphQLProblem, data: object, names: Sequence[str]) -> Sequence[int] | None:
        """Return the indexes of the names that a problem concerns; None if it concerns all of them.

        Args:
            problem: An entry of ``errors``.
            data: The ``data`` of the response.
            names: ``owner/name`` of each repository.
        """

    @abstractmethod
    def explains(self, problem: GraphQLProblem) -> bool:
        """Return whether a problem says why a repository as a whole is missing, rather than one field of it.

        Args:
            problem: An entry of ``errors``.
        """

    @abstractmethod
    def as_rest(self, found: Json) -> Json:
        """Return an object in the form of the REST API.

        Args:
            found: An object of the GraphQL API.
        """


def without_fields(fields: str, without: frozenset[str]) -> str:
    """Return a selection with one field per line, except for some fields."""
    return "\n".join(line for line in fields.split("\n") if line.split("(")[0].split("{")[0].strip() not in without)
