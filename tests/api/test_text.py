"""Shortened representations of user values in messages."""

from __future__ import annotations

from gitfleet_api._internal.text import shorten_repr


class _WithoutRepr:
    def __repr__(self) -> str:
        raise RuntimeError


def test_a_short_value_is_its_repr() -> None:
    assert [shorten_repr(value) for value in ("a\n", None, ["x"], b"\0", "\ud800")] == [
        "'a\\n'",
        "None",
        "['x']",
        "b'\\x00'",
        "'\\ud800'",
    ]


def test_a_long_value_is_shortened() -> None:
    for value in ("x" * 10_000, b"x" * 10_000, ["x"] * 10_000):
        assert shorten_repr(value).endswith("...")
        assert len(shorten_repr(value)) < 100


def test_a_value_without_a_repr_is_shown_as_its_type() -> None:
    assert shorten_repr(10**5000) == "<int>"
    assert shorten_repr([10**5000]) == "<list>"
    assert shorten_repr(_WithoutRepr()) == "<_WithoutRepr>"
