"""Events and standard streams: what a program prints that has not configured logging, and one that has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gitfleet_testing import Forge
from support.sending import REPOSITORY, one_repository

_PROGRAM = """
import asyncio, logging, sys
from GitFleet import GitHubClient, Retry, TokenManager

def fail(event):
    raise LookupError("a fault in the listener")

async def main(url, listener):
    manager = TokenManager()
    for token in ("bad", "good"):
        manager.add_token(token, "github")
    client = GitHubClient(
        base_url=url, token_manager=manager, on_event=listener, retry=Retry(random=lambda: 0.0), max_rate_limit_wait=60
    )
    async with client:
        await client.fetch_repository_details("acme", "tool")

CONFIGURE
asyncio.run(main(sys.argv[1], LISTENER))
"""


@pytest.fixture
def forge() -> Iterator[Forge]:
    """A forge whose first three responses cause every event of level WARNING: a switch, a retry and a wait."""
    with Forge(one_repository()) as running:
        running.add_token("good")
        running.fail(REPOSITORY, status=401)
        running.fail(REPOSITORY, status=502)
        running.secondary_limit(retry_after=1)
        yield running


def _run(engine: str, forge: Forge, listener: str, configure: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program in a new process: pytest configures logging in its own."""
    program = _PROGRAM.replace("LISTENER", listener).replace("CONFIGURE", configure)
    environment = {**os.environ, "GITFLEET_BACKEND": engine}
    command = [sys.executable, "-c", program, forge.url]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert forge.requests[-1].status == 200
    return done


def _names(text: str) -> list[str]:
    """The classes of the events in an output, in order."""
    return [line.partition("(")[0].rpartition(" ")[2] for line in text.splitlines()]


_EVENTS = ["RequestDone", "TokenSwitched", "RequestDone", "Retrying", "RequestDone", "Waiting", "RequestDone"]


def test_events_are_not_written_to_stderr_by_default(engine: str, forge: Forge) -> None:
    done = _run(engine, forge, "None")
    assert (done.stdout, done.stderr) == ("", "")


def test_print_as_listener_prints_each_event_once(engine: str, forge: Forge) -> None:
    done = _run(engine, forge, "print")
    assert _names(done.stdout) == _EVENTS
    assert done.stderr == ""


def test_an_application_that_configures_logging_receives_the_events(engine: str, forge: Forge) -> None:
    done = _run(engine, forge, "None", "logging.basicConfig(level=logging.INFO, format='%(levelname)s %(message)s')")
    assert _names(done.stderr) == ["TokenSwitched", "Retrying", "Waiting"]
    assert all(line.startswith("WARNING ") for line in done.stderr.splitlines())


def test_a_handler_of_the_logger_receives_the_events(engine: str, forge: Forge) -> None:
    configure = "logging.getLogger('gitfleet').addHandler(logging.StreamHandler(sys.stdout))"
    done = _run(engine, forge, "None", configure)
    assert _names(done.stdout) == ["TokenSwitched", "Retrying", "Waiting"]
    assert done.stderr == ""


def test_a_fault_in_the_listener_is_written_to_stderr_by_default(engine: str, forge: Forge) -> None:
    done = _run(engine, forge, "fail")
    assert done.stderr.count("LookupError: a fault in the listener") == len(_EVENTS)


def test_a_fault_in_the_listener_is_logged_once_if_logging_is_configured(engine: str, forge: Forge) -> None:
    done = _run(engine, forge, "fail", "logging.basicConfig(stream=sys.stdout, level=logging.ERROR)")
    assert done.stdout.count("LookupError: a fault in the listener") == len(_EVENTS)
    assert done.stderr == ""
