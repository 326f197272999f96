"""Tokens of gh, glab and the credential helpers of git: real processes, also hostile ones."""

from __future__ import annotations

import sys
import threading
import time
import warnings
from pathlib import Path

import pytest

from gitfleet_api.auth import CredentialWarning, FoundCredentials, find_credentials
from gitfleet_api.auth.found import program
from support.found_programs import Machine, needs_programs

pytestmark = needs_programs

GARBAGE = {
    "two words": "print('secret one')",
    "two lines": "print('secret\\nsecond')",
    "carriage return": "sys.stdout.write('secret\\rhost=evil\\n')",
    "NUL": "sys.stdout.write('secret\\0')",
    "no UTF-8": "sys.stdout.buffer.write(b'secret\\xff\\xfe')",
    "1 MB": "sys.stdout.write('secret' * 200000)",
    "escape": "print('\\x1b[31msecret')",
}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without credentials, which this process sees."""
    found = Machine.create(tmp_path)
    found.enter(monkeypatch)
    return found


def _one_token(found: FoundCredentials | None) -> str:
    assert found is not None
    (token,) = found.access_tokens
    return str(token.token)


@pytest.mark.parametrize(
    ("provider", "host", "arguments"),
    [
        ("github", None, "['auth', 'token', '--hostname', 'github.com']"),
        ("github", "https://git.example/api/v3", "['auth', 'token', '--hostname', 'git.example']"),
        ("github", "https://api.octo.ghe.com", "['auth', 'token', '--hostname', 'octo.ghe.com']"),
        ("gitlab", None, "['config', 'get', 'token', '--host', 'gitlab.com']"),
        ("gitlab", "lab.example:8443", "['config', 'get', 'token', '--host', 'lab.example:8443']"),
    ],
)
def test_gh_and_glab_are_asked_for_the_host(machine: Machine, provider: str, host: str | None, arguments: str) -> None:
    name = "gh" if provider == "github" else "glab"
    machine.add_program(name, f"print('of-{name}')")
    found = find_credentials(provider, host)
    assert _one_token(found) == f"of-{name}"
    assert found is not None
    assert (found.source, found.kind) == (name, "token" if name == "gh" else "bearer")
    assert machine.log_of(name).startswith(arguments)
    assert f" {machine.home}\n" in machine.log_of(name)  # the current folder cannot configure it


def test_tokens_of_the_environment_are_hidden_from_programs(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "secret-of-environment")
    machine.add_program("gh", "print(os.environ.get('GH_TOKEN', 'of-gh'))")
    assert _one_token(find_credentials("github", without=["environment"])) == "of-gh"
    assert "secret-of-environment" not in machine.log_of("gh")


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
def test_output_that_is_no_token_is_not_used_and_not_shown(machine: Machine, body: str) -> None:
    machine.add_program("gh", body)
    with pytest.warns(CredentialWarning) as caught:
        assert find_credentials("github") is None
    (warning,) = caught
    assert "gh auth token --hostname github.com: " in str(warning.message)
    assert "secret" not in str(warning.message)
    assert "evil" not in str(warning.message)


@pytest.mark.parametrize("body", ["sys.exit('secret: not logged in')", "print()", "print('secret'); sys.exit(4)"])
def test_a_program_without_a_token_is_no_problem(
    machine: Machine, body: str, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.add_program("gh", body)
    with warnings.catch_warnings(action="error"):
        assert find_credentials("github") is None
    assert capfd.readouterr() == ("", "")


def test_a_program_that_cannot_be_started_is_named(machine: Machine) -> None:
    path = machine.programs / "gh"
    path.write_text("#!/no/such/interpreter\n")
    path.chmod(0o755)
    with pytest.warns(CredentialWarning, match="gh auth token --hostname github.com: cannot be started: No such file"):
        assert find_credentials("github") is None


def test_a_program_that_hangs_is_killed_with_its_children(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "SECONDS", 0.5)
    marker = machine.programs / "child-ended"
    child = f"import time; time.sleep(1.5); open({str(marker)!r}, 'w').close()"
    machine.add_helper(f"import subprocess; subprocess.run([{sys.executable!r}, '-c', {child!r}])")
    started = time.monotonic()
    with pytest.warns(CredentialWarning, match=r"git .*credential fill: no end after 0.5 seconds"):
        assert find_credentials("github") is None
    assert time.monotonic() - started < 5
    time.sleep(1.5)
    assert machine.log_of("git-credential-mine")
    assert not marker.exists()


def test_a_program_in_the_current_folder_does_not_run(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.add_program("gh", "print('of-gh')")
    monkeypatch.chdir(machine.programs)
    monkeypatch.setenv("PATH", ".")
    assert find_credentials("github") is None
    assert machine.log_of("gh") == ""


def test_the_configuration_of_the_current_folder_is_not_used(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    (repository / ".git" / "refs").mkdir(parents=True)
    (repository / ".git" / "objects").mkdir()
    (repository / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    evil = machine.add_program("evil", "print('username=a\\npassword=b')")
    (repository / ".git" / "config").write_text(f"[credential]\n\thelper = {evil}\n")
    monkeypatch.chdir(repository)
    assert find_credentials("github") is None
    assert machine.log_of("evil") == ""


@pytest.mark.parametrize(
    ("provider", "host", "kind"),
    [("github", "github.com", "token"), ("gitlab", "lab.example", "bearer"), ("github", "git.example:8443", "token")],
)
def test_a_credential_helper_of_git_is_asked(machine: Machine, provider: str, host: str, kind: str) -> None:
    seen = machine.programs / "seen"
    machine.add_helper(f"open({str(seen)!r}, 'w').write(sys.stdin.read())\nprint('username=octo\\npassword=of-git')")
    found = find_credentials(provider, host)
    assert _one_token(found) == "of-git"
    assert found is not None
    assert (found.where, found.login, found.kind) == ("git credential fill", "octo", kind)
    assert {"protocol=https", f"host={host}"} <= set(seen.read_text().splitlines())


def test_git_asks_nobody(machine: Machine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    asked = machine.add_program("asked", "print('typed')")
    (machine.home / ".gitconfig").write_text(f"[core]\n\taskPass = {asked}\n")
    monkeypatch.setenv("GIT_ASKPASS", str(asked))
    monkeypatch.setenv("SSH_ASKPASS", str(asked))
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "1")
    with warnings.catch_warnings(action="error"):
        assert find_credentials("github") is None
    assert machine.log_of("asked") == ""
    assert capfd.readouterr() == ("", "")


def test_a_credential_of_git_for_another_host_is_refused(machine: Machine) -> None:
    machine.add_helper("print('host=evil.example\\nusername=octo\\npassword=secret')")
    with pytest.warns(CredentialWarning, match="the credential is not for github.com"):
        assert find_credentials("github") is None


def test_a_credential_of_git_that_has_expired_is_not_used(machine: Machine) -> None:
    (machine.programs / "git").unlink()
    output = "protocol=https\\nhost=github.com\\npassword=secret\\npassword_expiry_utc=1000000000"
    machine.add_program("git", f"print('{output}')")
    with pytest.warns(CredentialWarning, match=r"the credential for github.com has expired"):
        assert find_credentials("github") is None


@pytest.mark.parametrize(
    "output",
    [
        "protocol=https\\nhost=github.com\\npassword=secret\\npassword=second",
        "secret",
        "protocol=https\\nhost=github.com\\npassword=",
        "protocol=http\\nhost=github.com\\npassword=secret",
        "protocol=https\\nhost=github.com\\r\\npassword=secret",
        "protocol=https\\nhost=github.com\\npassword=secret\\r",
    ],
)
def test_output_of_git_that_is_no_credential_is_not_used(machine: Machine, output: str) -> None:
    (machine.programs / "git").unlink()
    machine.add_program("git", f"print('{output}')")
    with pytest.warns(CredentialWarning) as caught:
        assert find_credentials("github") is None
    assert "secret" not in "".join(str(item.message) for item in caught)


def test_no_argument_of_a_process_has_the_secret(machine: Machine) -> None:
    machine.add_helper("print('username=octo\\npassword=of-git')")
    machine.add_program("gh", "time.sleep(0.3); print('of-gh')")
    seen: list[str] = []
    end = threading.Event()

    def watch() -> None:
        while not end.wait(0.01):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.append(path.read_bytes().decode(errors="replace"))
                except OSError:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for source in ("git", "gh"):
            find_credentials("github", without=[item for item in ("gh", "git") if item != source])
    finally:
        end.set()
        watcher.join()
    if Path("/proc/self/cmdline").exists():
        assert any("--hostname" in line for line in seen)
    assert not any("of-gh" in line or "of-git" in line for line in seen)
