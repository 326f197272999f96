"""``gitfleet auth``: sign in, sign out, and which credentials are used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge
from support.command_line import CommandLine, Finished
from support.found_programs import Machine, needs_programs


@pytest.fixture(scope="module")
def shared_forge() -> Iterator[Forge]:
    """A forge whose applications sign users in."""
    fleet = Fleet()
    fleet.add_user("octo-user")
    fleet.add_repository("octo-user", "mine", private=True)
    with Forge(fleet) as running:
        yield running


class Signing:
    """Runs commands on a machine without credentials.

    Args:
        forge: the server.
        machine: the machine.
    """

    def __init__(self, forge: Forge, machine: Machine) -> None:
        self.forge = forge
        self.machine = machine
        self._line = CommandLine(forge)

    def variables(self, **changed: Any) -> dict[str, Any]:
        """Return the environment of the commands."""
        return {"GITHUB_TOKEN": None, "GITLAB_TOKEN": None, **self.machine.variables, **changed}

    def run(self, *arguments: str, stdin: str | None = None, **env: Any) -> Finished:
        """Run a command."""
        return self._line.run(*arguments, stdin=stdin, **self.variables(**env))

    def run_with(self, act: Callable[[str], None], *arguments: str, **env: Any) -> Finished:
        """Run a command, and call ``act`` with the first line that it writes to stderr."""
        process = self._line.start(*arguments, **self.variables(**env))
        try:
            assert process.stderr is not None
            first = process.stderr.readline()
            act(first)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
            process.wait()
        return Finished(process.returncode, out, first + err)

    def status(self, *arguments: str, **env: Any) -> list[Any]:
        """Return the rows of ``auth status``."""
        rows = json.loads(self.run("auth", "status", *arguments, "--format", "json", **env).out)
        assert isinstance(rows, list)
        return rows

    @property
    def stored(self) -> str:
        """The text of the file of sign-ins; empty if there is none."""
        path = self.machine.home / "gitfleet" / "sign-ins.json"
        return path.read_text("utf-8") if path.exists() else ""


@pytest.fixture
def signing(shared_forge: Forge, tmp_path: Path) -> Signing:
    """Commands on a machine without credentials."""
    shared_forge.clear_faults()
    shared_forge.clear_log()
    shared_forge.sign_in.consent = "octo-user"
    return Signing(shared_forge, Machine.create(tmp_path))


def _code(line: str) -> str:
    found = re.search(r"enter the code (\S+) within \d+ minutes", line)
    assert found, line
    return found[1]


def _secrets(text: str) -> set[str]:
    """Return the tokens in the file of sign-ins."""
    found = set()
    for entry in json.loads(text)["sign_ins"].values():
        found |= {entry[name] for name in ("access_token", "refresh_token") if entry.get(name)}
    assert found
    return found


def test_a_sign_in_by_device_flow_is_stored_and_used_by_commands(signing: Signing) -> None:
    client = signing.forge.add_oauth_app()
    client.interval = 1

    def enter(line: str) -> None:
        assert f"open {signing.forge.origin}/login/device and " in line
        signing.forge.authorize_device(_code(line), "octo-user")

    done = signing.run_with(enter, "auth", "login", "--client-id", client.client_id)
    assert (done.code, done.out) == (0, "")
    assert "signed in on 127.0.0.1:" in done.err
    assert " as octo-user; stored in the file " in done.err
    assert not any(secret in done.err for secret in _secrets(signing.stored))
    assert [row["full_name"] for row in signing.run("repos", "github:octo-user").rows] == ["octo-user/mine"]
    (row,) = signing.status("github")
    assert (row["source"], row["login"], row["accepted"], row["used"]) == ("gitfleet", "octo-user", True, True)


def test_a_device_flow_of_gitlab_renews_its_token(tmp_path: Path) -> None:
    with Forge(Fleet()) as forge:
        signing = Signing(forge, Machine.create(tmp_path))
        client = forge.add_gitlab_application()
        client.interval = 1

        def enter(line: str) -> None:
            forge.authorize_device(_code(line))

        done = signing.run_with(enter, "auth", "login", "gitlab", "--device", GITFLEET_CLIENT_ID=client.client_id)
        assert done.code == 0
        before = _secrets(signing.stored)
        stored = json.loads(signing.stored)
        stored["sign_ins"][forge.origin]["expires_at"] = 1.0
        (signing.machine.home / "gitfleet" / "sign-ins.json").write_text(json.dumps(stored))
        assert signing.run("user", "gitlab", "--format", "jsonl").rows[0]["login"] == "fleet-admin"
        assert not _secrets(signing.stored) & before


@needs_programs
def test_gitlab_signs_in_with_a_browser_on_this_machine(signing: Signing) -> None:
    client = signing.forge.add_gitlab_application()
    opened = signing.machine.programs / "opened"
    body = f"import urllib.request\nopen({str(opened)!r}, 'w').write(sys.argv[1])\n"
    browser = signing.machine.add_program("browser", body + "urllib.request.urlopen(sys.argv[1]).read()")
    done = signing.run("auth", "login", "gitlab", "--client-id", client.client_id, BROWSER=f"{browser} %s")
    assert (done.code, done.out) == (0, "")
    assert opened.read_text().startswith(f"{signing.forge.origin}/oauth/authorize?")
    assert "as octo-user; stored in" in done.err
    (row,) = signing.status("gitlab")
    assert (row["kind"], row["login"], row["accepted"], row["scopes"]) == ("bearer", "octo-user", True, ["read_api"])
    assert row["expires_at"] is not None
    signed_out = signing.run("auth", "logout", "gitlab")
    assert (signed_out.code, "; the server has revoked it" in signed_out.error) == (0, True)
    assert signing.status("gitlab") == []
    assert signing.forge.sign_in.families[-1].revoked == "revoked"


def test_a_token_from_stdin_is_verified_and_stored(signing: Signing) -> None:
    signing.forge.add_token("given-secret", login="octo-user", scopes=["repo"])
    done = signing.run("auth", "login", "--with-token", stdin="given-secret\n", CI="true")
    assert done.code == 0
    assert "as octo-user; stored in the file " in done.error
    assert "given-secret" in signing.stored
    assert signing.run("user", "github", "--format", "jsonl").rows[0]["login"] == "octo-user"
    done = signing.run("auth", "logout")
    assert (done.code, "the token stays valid on the server" in done.error) == (0, True)
    assert "given-secret" not in signing.stored + done.err


@pytest.mark.parametrize("text", ["wrong-secret\n", "", "secret with spaces", "secret\nsecond"])
def test_a_token_that_is_refused_or_none_is_not_stored(signing: Signing, text: str) -> None:
    done = signing.run("auth", "login", "--with-token", "--debug", stdin=text)
    assert done.code == (3 if text == "wrong-secret\n" else 2)
    assert "secret" not in done.err.replace("text", "")
    assert signing.stored == ""


def test_a_login_without_a_client_id_is_one_clear_error(signing: Signing) -> None:
    done = signing.run("auth", "login")
    assert done.code == 2
    assert "GitFleet has no registered OAuth application: register one on http://127.0.0.1" in done.error
    assert "--client-id or GITFLEET_CLIENT_ID" in done.error
    assert signing.forge.requests == []


@pytest.mark.parametrize("name", ["CI", "GITHUB_ACTIONS", "GITLAB_CI"])
def test_a_login_in_a_job_waits_for_nobody(signing: Signing, name: str) -> None:
    client = signing.forge.add_oauth_app()
    done = signing.run("auth", "login", "--client-id", client.client_id, **{name: "true"})
    assert done.code == 2
    assert f"this is a job ({name} is set)" in done.error
    assert signing.forge.requests == []


@pytest.mark.parametrize(
    ("act", "message"),
    [
        ("deny", "denied"),
        ("expire", "the code has expired before it was entered"),
    ],
)
def test_a_sign_in_that_fails_is_one_clear_error_and_stores_nothing(signing: Signing, act: str, message: str) -> None:
    client = signing.forge.add_oauth_app()
    client.interval = 1
    if act == "expire":
        client.code_expires_in = 1

    def react(line: str) -> None:
        if act == "deny":
            signing.forge.deny_device(_code(line))

    done = signing.run_with(react, "auth", "login", "--client-id", client.client_id)
    assert done.code == 3
    assert message in done.err
    assert "Traceback" not in done.err
    assert signing.stored == ""


def test_an_unknown_client_is_refused(signing: Signing) -> None:
    done = signing.run("auth", "login", "--client-id", "nonsense")
    assert (done.code, signing.stored) == (3, "")


def test_a_host_that_is_none_is_a_usage_error(signing: Signing) -> None:
    for host in ("http://[", "a b", "https://me:secret@git.example"):
        done = signing.run("auth", "login", "--hostname", host, "--client-id", "x")
        assert done.code == 2
        assert "secret" not in done.error


def test_logout_without_a_sign_in_exits_with_3(signing: Signing) -> None:
    done = signing.run("auth", "logout", "gitlab")
    assert done.code == 3
    assert "not signed in on 127.0.0.1:" in done.error


@needs_programs
def test_status_lists_all_credentials_with_what_the_server_says(signing: Signing) -> None:
    forge, machine = signing.forge, signing.machine
    forge.add_token("secret-of-variable", login="octo-user", scopes=["repo"], expires_in=3600)
    forge.add_token("secret-of-gh", login="octo-user")
    machine.add_program("gh", "print('secret-of-gh')")
    machine.add_netrc("machine 127.0.0.1 login me password secret-of-netrc")
    done = signing.run("auth", "status", "github", "--format", "json", GH_TOKEN="secret-of-variable")
    assert (done.code, done.err) == (0, "")
    rows = json.loads(done.out)
    assert [(row["source"], row["accepted"], row["used"]) for row in rows] == [
        ("environment", True, True),
        ("gh", True, False),
        ("netrc", False, False),
    ]
    assert [row["login"] for row in rows] == ["octo-user", "octo-user", None]
    assert rows[0]["expires_at"] is not None
    assert rows[0]["where"] == "GH_TOKEN"
    assert "Bad credentials" in rows[2]["problem"]
    assert "secret" not in done.out + done.err


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "markdown"])
def test_status_has_the_formats_of_other_commands(signing: Signing, form: str) -> None:
    done = signing.run("auth", "status", "--format", form, GITHUB_TOKEN=signing.forge.token)
    assert (done.code, done.err) == (0, "")
    assert "GITHUB_TOKEN" in done.out.replace("\\", "")
    assert signing.forge.token not in done.out


def test_status_exits_with_3_without_valid_credentials_and_with_1_without_a_response(signing: Signing) -> None:
    done = signing.run("auth", "status")
    assert (done.code, "no credentials found" in done.error) == (3, True)
    assert signing.run("auth", "status", GITHUB_TOKEN="wrong").code == 3
    assert signing.run("auth", "status", GITHUB_TOKEN="x", GITFLEET_GITHUB_URL="http://127.0.0.1:9").code == 1
    assert signing.run("auth", "status", GITHUB_TOKEN=signing.forge.token).code == 0


def test_sources_can_be_switched_off_by_option_and_variable(signing: Signing) -> None:
    signing.machine.add_netrc(f"machine 127.0.0.1 password {signing.forge.token}")
    assert [row["source"] for row in signing.status("github")] == ["netrc"]
    assert signing.status("github", "--without", "git,netrc") == []
    assert signing.status("github", GITFLEET_WITHOUT="all") == []
    done = signing.run("repos", "github:octo-user", "--without", "netrc")
    assert (done.code, {request.token for request in signing.forge.requests[-1:]}) == (0, {None})
    done = signing.run("repos", "github:octo-user", "--without", "keychain")
    assert (done.code, done.error.startswith("gitfleet: --without: unknown source 'keychain'; known are")) == (2, True)
    done = signing.run("doctor", "--offline", GITFLEET_WITHOUT="nonsense")
    assert "GITFLEET_WITHOUT: unknown source 'nonsense'" in done.out


@needs_programs
@pytest.mark.parametrize("more", [(), ("-v",), ("--debug",)])
def test_commands_use_what_was_found_and_print_no_secret(signing: Signing, engine: str, more: tuple[str, ...]) -> None:
    signing.forge.add_token("secret-of-git", login="octo-user")
    signing.machine.add_helper("print('username=octo\\npassword=secret-of-git')")
    for provider in ("github", "gitlab"):
        done = signing.run("repos", f"{provider}:octo-user", *more, GITFLEET_BACKEND=engine)
        assert [row["full_name"] for row in done.rows] == ["octo-user/mine"]
        assert "secret" not in done.out + done.err
    signing.forge.revoke("secret-of-git")
    done = signing.run("repos", "github:octo-user", *more, GITFLEET_BACKEND=engine)
    assert (done.code, "secret" in done.out + done.err) == (3, False)


@needs_programs
def test_rate_limit_and_doctor_name_the_place(signing: Signing) -> None:
    signing.forge.add_token("secret-of-gh", login="octo-user")
    signing.machine.add_program("gh", "print('secret-of-gh')")
    (row,) = signing.run("rate-limit", "github", "--format", "jsonl").rows
    assert row["token"].startswith("token of gh auth token --hostname 127.0.0.1:")
    done = signing.run("doctor", "--offline")
    assert "github: 1 in gh auth token --hostname 127.0.0.1:" in done.out
    assert "secret" not in done.out + done.err


@needs_programs
def test_a_problem_with_a_source_is_a_warning_and_the_command_continues(signing: Signing) -> None:
    signing.machine.add_netrc("machine 127.0.0.1 password secret", mode=0o644)
    done = signing.run("doctor", "--offline")
    assert "other users may read or change it; run: chmod 600" in done.out
    assert "secret" not in done.out + done.err


def test_commands_act_as_a_github_app(tmp_path: Path) -> None:
    pytest.importorskip("jwt", reason="the extra app is not installed")
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repository("acme", "plans", private=True)
    with Forge(fleet) as forge:
        signing = Signing(forge, Machine.create(tmp_path))
        app = forge.add_app("helper", permissions={"contents": "read", "metadata": "read"})
        app.install("acme")
        key = tmp_path / "key.pem"
        key.write_text(app.private_key)
        key.chmod(0o600)
        done = signing.run("repos", "github:acme", "--app-id", str(app.id), "--app-key", str(key))
        assert (done.code, [row["full_name"] for row in done.rows]) == (0, ["acme/plans"])
        env = {"GITFLEET_APP_ID": str(app.id), "GITFLEET_APP_KEY_FILE": str(key)}
        assert len(signing.run("repos", "github:acme", **env).rows) == 1
        key.write_text("no-key-secret")
        done = signing.run("repos", "github:acme", **env)
        assert (done.code, "secret" in done.error) == (2, False)


def test_an_app_needs_both_options(signing: Signing) -> None:
    done = signing.run("repos", "github:octo-user", "--app-id", "1")
    assert (done.code, "a GitHub App needs --app-id and --app-key" in done.error) == (2, True)
