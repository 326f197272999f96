"""Passwords in netrc files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from gitfleet_api.auth import CredentialWarning, find_credentials
from support.found_programs import Machine

_posix = pytest.mark.skipif(sys.platform == "win32", reason="modes mean nothing on Windows")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without credentials, which this process sees."""
    found = Machine.create(tmp_path)
    found.enter(monkeypatch)
    return found


def _found(provider: str = "github", host: str | None = None) -> str | None:
    found = find_credentials(provider, host)
    return None if found is None else str(found.access_tokens[0].token)


@pytest.mark.parametrize(
    ("text", "provider", "host", "token"),
    [
        (
            "machine api.github.com login octo password of-api\nmachine github.com password of-web",
            "github",
            None,
            "of-api",
        ),
        ("machine github.com login octo password of-web", "github", None, "of-web"),
        ("machine GitHub.com login octo password of-web", "github", None, "of-web"),
        ("machine gitlab.com login octo password of-lab", "gitlab", None, "of-lab"),
        ("machine lab.example login octo password of-lab", "gitlab", "https://lab.example/api/v4", "of-lab"),
        ("machine lab.example login octo password of-lab", "gitlab", "other.example", None),
        ("machine lab.example login octo password of-lab", "gitlab", "not-lab.example", None),
        ("default login octo password of-all", "github", None, None),
        ("machine default login octo password of-all", "github", None, None),
        ("machine github.com login octo", "github", None, None),
        ("", "github", None, None),
    ],
)
def test_an_entry_is_for_its_host_only(
    machine: Machine, text: str, provider: str, host: str | None, token: str | None
) -> None:
    machine.add_netrc(text)
    assert _found(provider, host) == token


def test_the_place_is_named_with_the_login(machine: Machine) -> None:
    path = machine.add_netrc("machine github.com login octo password secret")
    found = find_credentials("github")
    assert found is not None
    assert (found.where, found.login) == (f"{path} (machine github.com)", "octo")


def test_the_variable_netrc_names_the_file(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.add_netrc("machine github.com password of-home")
    path = machine.add_netrc("machine github.com password of-variable", name="other")
    monkeypatch.setenv("NETRC", str(path))
    assert _found() == "of-variable"
    monkeypatch.setenv("NETRC", str(path.with_name("missing")))
    assert _found() is None


def test_the_name_of_windows_is_read_as_well(machine: Machine) -> None:
    machine.add_netrc("machine github.com password of-windows", name="_netrc")
    assert _found() == "of-windows"


@_posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o602])
def test_a_file_that_others_may_read_or_change_is_not_used(machine: Machine, mode: int) -> None:
    path = machine.add_netrc("machine github.com password secret", mode)
    with pytest.warns(CredentialWarning, match=f"other users may read or change it; run: chmod 600 {path}"):
        assert _found() is None


@_posix
def test_a_pipe_does_not_block(machine: Machine) -> None:
    os.mkfifo(machine.home / ".netrc", 0o600)
    with pytest.warns(CredentialWarning, match="it is no file"):
        assert _found() is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"machine github.com secret secret-two\n", "is damaged: line 1"),
        (b"machine github.com password secret\xff\n", "is no text in UTF-8|token contains"),
        (b'machine github.com password "secret two"\n', "token contains whitespace"),
        (b"#" * (1 << 20) + b"\nmachine github.com password secret\n", "larger than 1 MiB"),
    ],
)
def test_a_damaged_file_is_reported_without_its_words(machine: Machine, data: bytes, message: str) -> None:
    path = machine.add_netrc("")
    path.write_bytes(data)
    with pytest.warns(CredentialWarning, match=message) as caught:
        assert _found() is None
    assert "secret" not in "".join(str(item.message) for item in caught)
