"""On a terminal: live progress, tables, Ctrl-C. These tests run commands on a terminal of their own."""

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

import pytest

from support.command_line import CommandLine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PATIENCE = 30.0


class Terminal:
    """A terminal of 80 columns, and what was written to it."""

    def __init__(self) -> None:
        import pty
        import termios

        self._mine, self.theirs = pty.openpty()
        termios.tcsetwinsize(self.theirs, (24, 80))
        self.raw = b""

    @property
    def text(self) -> str:
        """What people would read, one frame after another."""
        return _ESCAPES.sub("", self.raw.decode(errors="replace"))

    def read(self, until: Callable[[], object]) -> None:
        """Read until something is true, or nobody writes to it any more."""
        deadline = time.monotonic() + _PATIENCE
        while not until():
            ready, _, _ = select.select([self._mine], [], [], 0.1)
            assert time.monotonic() < deadline, self.text
            if ready:
                try:
                    self.raw += os.read(self._mine, 65536)
                except OSError:  # what Linux says where others give nothing
                    return

    def close(self) -> None:
        """Free it."""
        os.close(self._mine)


@contextmanager
def running(
    gitfleet: CommandLine, *arguments: str, out: bool = False, err: bool = True, **env: str
) -> Iterator[tuple[subprocess.Popen[bytes], Terminal]]:
    """A command whose stdout, stderr or both are a terminal; what is not is a pipe."""
    terminal = Terminal()
    process = subprocess.Popen(
        gitfleet.command(*arguments),
        env=gitfleet.environment(TERM="xterm", **env),
        stdin=subprocess.DEVNULL,
        stdout=terminal.theirs if out else subprocess.PIPE,
        stderr=terminal.theirs if err else subprocess.PIPE,
    )
    os.close(terminal.theirs)
    try:
        yield process, terminal
    finally:
        process.kill()
        process.communicate()
        terminal.close()


def _hold_back_page_2(gitfleet: CommandLine) -> None:
    gitfleet.forge.stall(
        "/orgs/acme/repos", seconds=None, times=None, when=lambda request: request.query.get("page") == "2"
    )


def test_progress_shows_on_stderr_before_anything_has_arrived(gitfleet_on: CommandLine) -> None:
    gitfleet_on.forge.stall("*", seconds=None, times=None)
    with running(gitfleet_on, "repos", "github:acme") as (process, terminal):
        terminal.read(lambda: "0 repositories" in terminal.text)
        assert process.poll() is None


def test_progress_tells_pages_rows_speed_calls_and_time(gitfleet_on: CommandLine) -> None:
    _hold_back_page_2(gitfleet_on)
    with running(gitfleet_on, "repos", "github:acme", "--sort", "stars") as (_, terminal):
        wanted = r"page 1/3 · 100 repositories · [\d,]+/s · 4,\d{3} calls left · ETA \d+:\d\d"
        terminal.read(lambda: re.search(wanted, terminal.text))


def test_progress_tells_how_many_owners_are_done(gitfleet: CommandLine) -> None:
    _hold_back_page_2(gitfleet)
    with running(gitfleet, "repos", "github:acme", "github:small", "--sort", "stars") as (_, terminal):
        terminal.read(lambda: "1/2 done · page 2/4 · 130 repositories" in terminal.text)


def test_progress_tells_what_is_waited_for(gitfleet: CommandLine) -> None:
    gitfleet.forge.limit(gitfleet.forge.token, remaining=0, reset_in=60)
    with running(gitfleet, "repos", "github:acme", "-v") as (_, terminal):
        terminal.read(lambda: re.search(r"waiting \d+ s: rate limit", terminal.text))
        assert re.search(r"gitfleet: waiting \d+ s, until \d\d:\d\d:\d\d UTC: rate limit \(core\)", terminal.text)


def test_progress_is_gone_at_the_end_and_never_on_stdout(gitfleet_on: CommandLine) -> None:
    with running(gitfleet_on, "repos", "github:acme", "--fields", "name") as (process, terminal):
        out, _ = process.communicate(timeout=_PATIENCE)
        terminal.read(lambda: False)
        assert len(out.splitlines()) == 250
        assert all(line.startswith(b'{"name": ') for line in out.splitlines())
        # The last thing it did was to clear its line and to show the cursor again.
        assert terminal.raw.rstrip().endswith((b"\x1b[2K", b"\x1b[?25h"))


def test_no_progress_where_stderr_is_no_terminal(gitfleet: CommandLine) -> None:
    assert gitfleet.run("repos", "github:acme").err == ""


def test_plain_lines_at_v_where_stderr_is_no_terminal(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail("/orgs/acme/repos", status=502)
    done = gitfleet.run("repos", "github:acme", "-v")
    assert done.code == 0
    assert re.fullmatch(r"gitfleet: retrying in [\d.]+ s, attempt 2, after server_error: http://.*", done.error)


def test_rows_come_as_a_table_on_a_terminal_and_fit_into_it(gitfleet: CommandLine) -> None:
    with running(gitfleet, "repos", "github:weird", out=True) as (process, terminal):
        terminal.read(lambda: False)
        assert process.wait(_PATIENCE) == 0
        header = terminal.text[terminal.text.rindex("FULL NAME") :]
        lines = header.splitlines()
        assert len(lines) == 6
        assert all(len(line) <= 80 for line in lines)
        assert any(line.endswith("…") for line in lines)


def test_what_a_provider_sends_does_nothing_to_a_terminal(gitfleet: CommandLine) -> None:
    for form in ("table", "jsonl", "csv", "markdown", "json"):
        arguments = ("repos", "github:weird", "--format", form, "--fields", "name,description")
        with running(gitfleet, *arguments, out=True, err=False, NO_COLOR="1") as (process, terminal):
            terminal.read(lambda: False)
            assert process.wait(_PATIENCE) == 0
            assert "formula" in terminal.text
            for harmful in (b"\x1b", b"\x07", "\x9b".encode(), "\u202e".encode()):
                assert harmful not in terminal.raw, form


def test_an_error_message_does_nothing_to_a_terminal(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail("*", status=422, body={"message": "\x1b[2J\x9b2Jgone\nsecond line"})
    with running(gitfleet, "repos", "github:acme", err=False) as (process, _):
        _, said = process.communicate(timeout=_PATIENCE)
    assert len(said.splitlines()) == 1
    assert b"\x1b" not in said
    assert "\x9b".encode() not in said


@pytest.mark.parametrize("sort", [(), ("--sort", "stars")])
def test_ctrl_c_ends_at_once_and_says_how_far_it_came(gitfleet_on: CommandLine, sort: tuple[str, ...]) -> None:
    _hold_back_page_2(gitfleet_on)
    with running(gitfleet_on, "repos", "github:acme", *sort) as (process, terminal):
        terminal.read(lambda: "100 repositories" in terminal.text)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        out, _ = process.communicate(timeout=_PATIENCE)
        assert time.monotonic() - started < 10  # it hangs for ever where it is not stopped
        terminal.read(lambda: False)
        assert process.returncode == 130
        assert len(out.splitlines()) == (0 if sort else 100)
        # On a line of its own, not behind the progress.
        assert re.search(r"[\r\n]gitfleet: stopped after 100 repositories in 1 page", terminal.text)
        assert "Traceback" not in terminal.text


def test_ctrl_c_ends_a_command_whose_reader_has_stopped_reading(gitfleet_on: CommandLine) -> None:
    gitfleet_on.forge.endless("/orgs/acme/repos")
    with gitfleet_on.start("repos", "github:acme") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        time.sleep(1)  # until the pipe is full, which nothing tells
        process.send_signal(signal.SIGINT)
        assert process.wait(_PATIENCE) == 130
        assert process.stderr.read().startswith("gitfleet: stopped after ")


def test_a_stopped_command_leaves_the_file_as_it_was(gitfleet: CommandLine, tmp_path: os.PathLike[str]) -> None:
    _hold_back_page_2(gitfleet)
    target = os.path.join(tmp_path, "repos.csv")  # noqa: PTH118  a text for the command
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        with running(gitfleet, "repos", "github:acme", "-o", target) as (process, terminal):
            terminal.read(lambda: "100 repositories" in terminal.text)
            process.send_signal(number)
            assert process.wait(_PATIENCE) == code
            terminal.read(lambda: False)
            assert "repos.csv is as it was" in " ".join(terminal.text.split())
            assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_ctrl_c_ends_the_demo_with_one_line(gitfleet: CommandLine) -> None:
    with running(gitfleet, "demo", out=True, PYTHONUNBUFFERED="1") as (process, terminal):
        terminal.read(lambda: "repositories on http" in terminal.text)
        process.send_signal(signal.SIGINT)
        terminal.read(lambda: False)
        assert process.wait(_PATIENCE) == 130
        assert terminal.text.splitlines()[-1] == "gitfleet: stopped"
        assert "Traceback" not in terminal.text
