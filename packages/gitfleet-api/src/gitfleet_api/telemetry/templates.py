"""Which path template a path belongs to: ``/repos/python/cpython`` is ``/repos/{owner}/{repo}``."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["PathTemplates"]

_MOST = 1000
"""Templates that are learned, at most: a program that formats names into paths writes a new one for each call."""


class _Node:
    """What may follow a beginning of a path.

    Attributes:
        literals: The nodes after segments with a fixed text.
        parameter: The node after a segment with any text.
        rests: Ends of templates whose parameter has several segments, each with the template.
        template: The template that ends here.
    """

    __slots__ = ("literals", "parameter", "rests", "template")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.rests: list[tuple[list[str], str]] = []
        self.template: str | None = None

    def find(self, segments: list[str], at: int) -> str | None:
        """Return the template of the segments from a position on. Fixed texts go before parameters."""
        if at == len(segments):
            return self.template
        fixed = self.literals.get(segments[at])
        found = None if fixed is None else fixed.find(segments, at + 1)
        if found is None and self.parameter is not None:
            found = self.parameter.find(segments, at + 1)
        return found or next((text for end, text in self.rests if _ends(segments[at:], end)), None)


class PathTemplates:
    """The path templates of a provider, and those that users wrote.

    Args:
        templates: Path templates, as ``/repos/{owner}/{repo}``. ``{+name}`` stands for several segments.
        aliases: Pairs of another beginning of paths and the one of the templates, to which such paths belong as well.
    """

    def __init__(self, templates: Iterable[str], aliases: Iterable[tuple[str, str]] = ()) -> None:
        self._root = _Node()
        self._aliases = tuple(aliases)
        self._learned: set[str] = set()
        for template in templates:
            self._add_all(template)

    def find(self, path: str) -> str | None:
        """Return the template of a path without a query; None if it is unknown."""
        return self._root.find(_segments(path), 0)

    def learn(self, template: str) -> None:
        """Add a template of a user, unless it has a name where the provider's templates have a parameter."""
        if template in self._learned or len(self._learned) >= _MOST or "{" not in template:
            return
        self._learned.add(template)
        node: _Node | None = self._root
        for segment in _segments(template):
            if node is None:
                break
            if "{" in segment:
                node = node.parameter
            elif segment in node.literals:
                node = node.literals[segment]
            elif node.parameter is not None or node.rests:
                return  # `/repos/python/cpython/{what}`
            else:
                node = None
        self._add_all(template)

    def _add_all(self, template: str) -> None:
        self._add(template, template)
        for alias, beginning in self._aliases:
            if template == beginning or template.startswith(f"{beginning}/"):
                self._add(alias + template.removeprefix(beginning), template)

    def _add(self, path: str, template: str) -> None:
        node, segments = self._root, _segments(path)
        for number, segment in enumerate(segments):
            if segment.startswith("{+"):
                node.rests.append((segments[number + 1 :], template))
                return
            if "{" in segment:
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        node.template = node.template or template


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _ends(segments: list[str], end: list[str]) -> bool:
    """Return whether segments are those of a parameter, at least one, and then ``end``."""
    return len(segments) > len(end) and segments[len(segments) - len(end) :] == end
