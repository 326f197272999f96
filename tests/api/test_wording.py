"""How messages call what users gave."""

from __future__ import annotations

from gitfleet_api.wording import brief


class _Unwritten:
    def __repr__(self) -> str:
        raise RuntimeError


def test_a_short_value_is_written_as_python_does() -> None:
    assert [brief(value) for value in ("a\n", None, ["x"], b"\0", "\ud800")] == [
        "'a\\n'",
        "None",
        "['x']",
        "b'\\x00'",
        "'\\ud800'",
    ]


def test_a_long_value_is_cut() -> None:
    for value in ("x" * 10_000, b"x" * 10_000, ["x"] * 10_000):
        assert brief(value).endswith("...")
        assert len(brief(value)) < 100


def test_what_can_not_be_written_is_called_by_its_type() -> None:
    assert brief(10**5000) == "<int>"
    assert brief([10**5000]) == "<list>"
    assert brief(_Unwritten()) == "<_Unwritten>"
