"""Shell completion of values."""

from __future__ import annotations

import pytest

from support.command_line import CommandLine


def _completed(gitfleet: CommandLine, words: str) -> list[str]:
    """Return the completions of the last word, which may be empty."""
    done = gitfleet.run(_GITFLEET_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1))
    assert done.code == 0
    return [line.partition(",")[2] for line in done.out.splitlines() if line]


@pytest.mark.parametrize("words", ["gitfleet api ", "gitfleet user git", "gitfleet rate-limit "])
def test_providers_are_completed(gitfleet: CommandLine, words: str) -> None:
    assert _completed(gitfleet, words) == ["github", "gitlab"]


def test_budgets_are_completed(gitfleet: CommandLine) -> None:
    assert _completed(gitfleet, "gitfleet rate-limit --resource s") == ["search"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("gitfleet user github --fields log", ["login"]),
        ("gitfleet user github --fields login,na", ["login,name"]),
        ("gitfleet user github --fields login,lo", ["login,location"]),  # not login again
        ("gitfleet rate-limit --fields token,re", ["token,resource", "token,remaining", "token,reset_time"]),
        ("gitfleet api github --fields x", []),
    ],
)
def test_fields_are_completed(gitfleet: CommandLine, words: str, wanted: list[str]) -> None:
    assert sorted(_completed(gitfleet, words)) == sorted(wanted)


def test_commands_and_their_aliases_are_completed(gitfleet: CommandLine) -> None:
    assert _completed(gitfleet, "gitfleet p") == ["pulls", "plan", "proxy", "prs"]
    assert _completed(gitfleet, "gitfleet help comp") == ["completion"]
