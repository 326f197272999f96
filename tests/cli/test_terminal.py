"""Live progress, tables and Ctrl-C. These tests run commands on a pseudo-terminal."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.command_line import CommandLine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a Unix pseudo-terminal")

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TIMEOUT = 30.0


class Terminal:
    """A pseudo-terminal with 80 columns, and the bytes written to it."""

    def __init__(self) -> None:
        import pty
        import termios

        self._near_end, self.far_end = pty.openpty()
        termios.tcsetwinsize(self.far_end, (24, 80))
        self.raw = b""

    @property
    def text(self) -> str:
        """The visible text, one frame after another."""
        return _ESCAPES.sub("", self.raw.decode(errors="replace"))

    def read(self, until: Callable[[], object]) -> None:
        """Read until ``until()`` is true or all writers have closed the terminal."""
        deadline = time.monotonic() + _TIMEOUT
        while not until():
            ready, _, _ = select.select([self._near_end], [], [], 0.1)
            assert time.monotonic() < deadline, self.text
            if ready:
                try:
                    self.raw += os.read(self._near_end, 65536)
                except OSError:  # Linux raises an error at the end; other systems return no bytes
                    return

    def close(self) -> None:
        """Close the terminal."""
        os.close(self._near_end)


@contextmanager
def running(
    gitfleet: CommandLine, *arguments: str, out: bool = False, err: bool = True, **env: str
) -> Iterator[tuple[subprocess.Popen[bytes], Terminal]]:
    """Run a command with stdout, stderr or both on a terminal; the other is a pipe."""
    terminal = Terminal()
    process = subprocess.Popen(
        gitfleet.command(*arguments),
        env=gitfleet.environment(TERM="xterm", **env),
        stdin=subprocess.DEVNULL,
        stdout=terminal.far_end if out else subprocess.PIPE,
        stderr=terminal.far_end if err else subprocess.PIPE,
    )
    os.close(terminal.far_end)
    try:
        yield process, terminal
    finally:
        process.kill()
        process.communicate()
        terminal.close()


def _stall_page_2(gitfleet: CommandLine) -> None:
    gitfleet.forge.stall(
        "/orgs/acme/repos", seconds=None, times=None, when=lambda request: request.query.get("page") == "2"
    )


def test_progress_is_shown_before_the_first_response(gitfleet_on: CommandLine) -> None:
    gitfleet_on.forge.stall("*", seconds=None, times=None)
    with running(gitfleet_on, "repos", "github:acme") as (process, terminal):
        terminal.read(lambda: "0 repositories" in terminal.text)
        assert process.poll() is None


def test_progress_shows_pages_rows_speed_calls_and_remaining_time(gitfleet_on: CommandLine) -> None:
    _stall_page_2(gitfleet_on)
    with running(gitfleet_on, "repos", "github:acme", "--sort", "stars") as (_, terminal):
        wanted = r"page 1/3 · 100 repositories · [\d,]+/s · 4,\d{3} calls left · ETA \d+:\d\d"
        terminal.read(lambda: re.search(wanted, terminal.text))


def test_progress_shows_the_number_of_finished_owners(gitfleet: CommandLine) -> None:
    _stall_page_2(gitfleet)
    with running(gitfleet, "repos", "github:acme", "github:small", "--sort", "stars") as (_, terminal):
        terminal.read(lambda: "1/2 done · page 2/4 · 130 repositories" in terminal.text)


def test_progress_shows_the_reason_for_a_wait(gitfleet: CommandLine) -> None:
    gitfleet.forge.limit(gitfleet.forge.token, remaining=0, reset_in=60)
    with running(gitfleet, "repos", "github:acme", "-v") as (_, terminal):
        terminal.read(lambda: re.search(r"waiting \d+ s: rate limit", terminal.text))
        assert re.search(r"gitfleet: waiting \d+ s, until \d\d:\d\d:\d\d UTC: rate limit \(core\)", terminal.text)


def test_progress_is_removed_at_the_end_and_is_never_on_stdout(gitfleet_on: CommandLine) -> None:
    with running(gitfleet_on, "repos", "github:acme", "--fields", "name") as (process, terminal):
        out, _ = process.communicate(timeout=_TIMEOUT)
        terminal.read(lambda: False)
        assert len(out.splitlines()) == 250
        assert all(line.startswith(b'{"name": ') for line in out.splitlines())
        # The last output clears the line and shows the cursor.
        assert terminal.raw.rstrip().endswith((b"\x1b[2K", b"\x1b[?25h"))


def test_no_progress_is_written_if_stderr_is_not_a_terminal(gitfleet: CommandLine) -> None:
    assert gitfleet.run("repos", "github:acme").err == ""


def test_verbose_writes_plain_lines_if_stderr_is_not_a_terminal(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail("/orgs/acme/repos", status=502)
    done = gitfleet.run("repos", "github:acme", "-v")
    assert done.code == 0
    assert re.fullmatch(r"gitfleet: retrying in [\d.]+ s, attempt 2, after server_error: http://.*", done.error)


def test_the_default_on_a_terminal_is_a_table_that_fits(gitfleet: CommandLine) -> None:
    with running(gitfleet, "repos", "github:weird", out=True) as (process, terminal):
        terminal.read(lambda: False)
        assert process.wait(_TIMEOUT) == 0
        lines = terminal.text[terminal.text.rindex("FULL NAME") :].splitlines()
        header, *rows = lines[:6]
        assert header.split() == ["FULL", "NAME", "STARS", "FORKS", "OPEN", "ISSUES", "LANGUAGE", "UPDATED"]
        assert all(row.startswith("weird/") for row in rows)
        assert all(len(line) <= 80 for line in lines[:6])
        note = "gitfleet: columns without space: description; select columns with --fields, "
        note += "or write all of them with -o FILE"
        assert " ".join(lines[6:]).split() == note.split()


def test_quiet_prints_no_note_about_columns(gitfleet: CommandLine) -> None:
    with running(gitfleet, "repos", "github:weird", "-q", out=True) as (process, terminal):
        terminal.read(lambda: False)
        assert process.wait(_TIMEOUT) == 0
        assert terminal.text.startswith("FULL NAME")
        assert len(terminal.text.splitlines()) == 6


def test_the_end_is_reported_on_a_terminal_if_a_file_is_written(gitfleet: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with running(gitfleet, "repos", "github:acme", "github:small", "-o", str(path)) as (process, terminal):
        terminal.read(lambda: False)
        assert process.wait(_TIMEOUT) == 0
        assert terminal.text.split()[-9:] == ["wrote", "280", "repositories", "of", "2", "owners", "to", str(path)][
            -9:
        ] or (f"wrote 280 repositories of 2 owners to {path}" in " ".join(terminal.text.split()))


def test_text_from_providers_cannot_control_the_terminal(gitfleet: CommandLine) -> None:
    for form in ("table", "jsonl", "csv", "markdown", "json"):
        arguments = ("repos", "github:weird", "--format", form, "--fields", "name,description")
        with running(gitfleet, *arguments, out=True, err=False, NO_COLOR="1") as (process, terminal):
            terminal.read(lambda: False)
            assert process.wait(_TIMEOUT) == 0
            assert "formula" in terminal.text
            for harmful in ("\x1b", "\x07", "\x9b", "\u202e", "\u061c", "\u2066", "\ufeff", "\U000e0001"):
                assert harmful.encode() not in terminal.raw, form
            assert b"\r" not in terminal.raw.replace(b"\r\n", b""), form


def test_an_error_message_cannot_control_the_terminal(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail("*", status=422, body={"message": "\x1b[2J\x9b2Jgone\nsecond line\rover \u061c\u202e"})
    with running(gitfleet, "repos", "github:acme", err=False) as (process, _):
        _, error = process.communicate(timeout=_TIMEOUT)
    assert len(error.splitlines()) == 1
    assert b"\x1b" not in error
    assert not {"\x9b", "\r", "\u061c", "\u202e"} & set(error.decode().removesuffix("\n"))


@pytest.mark.parametrize("sort", [(), ("--sort", "stars")])
def test_ctrl_c_stops_at_once_and_reports_the_progress(gitfleet_on: CommandLine, sort: tuple[str, ...]) -> None:
    _stall_page_2(gitfleet_on)
    with running(gitfleet_on, "repos", "github:acme", *sort) as (process, terminal):
        terminal.read(lambda: "100 repositories" in terminal.text)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        out, _ = process.communicate(timeout=_TIMEOUT)
        assert time.monotonic() - started < 10  # the stalled page would never arrive
        terminal.read(lambda: False)
        assert process.returncode == 130
        assert len(out.splitlines()) == (0 if sort else 100)
        # On a separate line, not appended to the progress.
        assert re.search(r"[\r\n]gitfleet: stopped after 100 repositories in 1 page", terminal.text)
        assert "Traceback" not in terminal.text


def test_ctrl_c_stops_a_command_with_a_blocked_pipe(gitfleet_on: CommandLine) -> None:
    gitfleet_on.forge.endless("/orgs/acme/repos")
    with gitfleet_on.start("repos", "github:acme") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        time.sleep(1)  # until the pipe is full, which cannot be observed
        process.send_signal(signal.SIGINT)
        assert process.wait(_TIMEOUT) == 130
        assert process.stderr.read().startswith("gitfleet: stopped after ")


def test_a_stopped_command_does_not_change_the_file(gitfleet: CommandLine, tmp_path: os.PathLike[str]) -> None:
    _stall_page_2(gitfleet)
    target = os.path.join(tmp_path, "repos.csv")  # noqa: PTH118  the command needs a string
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        with running(gitfleet, "repos", "github:acme", "-o", target) as (process, terminal):
            terminal.read(lambda: "100 repositories" in terminal.text)
            process.send_signal(number)
            assert process.wait(_TIMEOUT) == code
            terminal.read(lambda: False)
            assert "repos.csv is unchanged" in " ".join(terminal.text.split())
            assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_ctrl_c_stops_the_demo_with_one_line(gitfleet: CommandLine) -> None:
    with running(gitfleet, "demo", out=True, PYTHONUNBUFFERED="1") as (process, terminal):
        terminal.read(lambda: "repositories on http" in terminal.text)
        process.send_signal(signal.SIGINT)
        terminal.read(lambda: False)
        assert process.wait(_TIMEOUT) == 130
        assert terminal.text.splitlines()[-1] == "gitfleet: stopped"
        assert "Traceback" not in terminal.text
