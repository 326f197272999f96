"""Life cycle of sync clients: the thread, closing, abandoned listings, processes that fork or end."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from gitfleet_api import ConfigurationError
from gitfleet_api.sync import GitHubClient, Listing, background
from gitfleet_testing import Fleet, Forge
from support.failing import REPO
from support.raw_server import Link, RawServer, always, http_response
from support.sending import OWNER, many_repositories
from support.sync_clients import sync_github, tasks_in_background, wait_until

LISTING = f"/orgs/{OWNER}/repos"
AHEAD = 3


@pytest.fixture
def endless() -> Iterator[Forge]:
    with Forge(many_repositories(1)) as forge:
        forge.endless(LISTING, with_last=True)
        yield forge


def _further_pages(forge: Forge) -> int:
    return sum(int(request.query.get("page", "1")) > 1 for request in forge.requests)


# -- closing


def test_calls_of_a_closed_client_raise(engine: str) -> None:
    with RawServer(always(http_response(REPO))) as server:
        client = sync_github(engine, server.url)
        listing = client.fetch_branches("o", "r")
        client.close()
        client.close()
        for call in (lambda: client.fetch_repository_details("o", "r"), listing.all, lambda: list(listing)):
            with pytest.raises(ConfigurationError) as caught:
                call()
            assert caught.value.code == "closed"
        assert server.connections == 0


@pytest.mark.parametrize("closing", ["with", "close", "dropped"])
def test_connections_end_with_their_client(engine: str, closing: str) -> None:
    ended = threading.Semaphore(0)

    def play(link: Link) -> None:
        always(http_response(REPO))(link)
        ended.release()

    with RawServer(play) as server:
        for _ in range(10):
            client = sync_github(engine, server.url)
            if closing == "with":
                with client:
                    client.fetch_repository_details("o", "r")
            else:
                client.fetch_repository_details("o", "r")
            if closing == "close":
                client.close()
        del client
        gc.collect()
        assert all(ended.acquire(timeout=10) for _ in range(10))
        assert server.connections == 10


def test_a_listing_keeps_its_client_alive(engine: str, endless: Forge) -> None:
    rows = iter(sync_github(engine, endless.url, endless.token).fetch_repositories(OWNER, kind="organization"))
    gc.collect()
    assert len({next(rows).id for _ in range(250)}) == 250


# -- abandoned listings


def _break_off(listing: Listing[object], forge: Forge) -> None:
    for _ in listing:
        wait_until(lambda: _further_pages(forge) >= AHEAD)
        break


def _drop(listing: Listing[object], forge: Forge) -> None:
    rows = iter(listing)
    next(rows)
    wait_until(lambda: _further_pages(forge) >= AHEAD)
    del rows


def _drop_pages_elsewhere(listing: Listing[object], forge: Forge) -> None:
    pages = [listing.pages()]
    next(pages[0])
    wait_until(lambda: _further_pages(forge) >= AHEAD)
    thread = threading.Thread(target=pages.clear)
    thread.start()
    thread.join()


def _fail(listing: Listing[object], forge: Forge) -> None:
    def read() -> None:
        for _ in listing:
            wait_until(lambda: _further_pages(forge) >= AHEAD)
            raise LookupError

    with pytest.raises(LookupError):
        read()


def _leave_in_a_cycle(listing: Listing[object], forge: Forge) -> None:
    rows = iter(listing)
    next(rows)
    wait_until(lambda: _further_pages(forge) >= AHEAD)
    cycle: list[object] = [rows]
    cycle.append(cycle)
    del rows, cycle
    gc.collect()


ABANDON = [_break_off, _drop, _drop_pages_elsewhere, _fail, _leave_in_a_cycle]


@pytest.mark.parametrize("abandon", ABANDON, ids=[function.__name__.strip("_") for function in ABANDON])
def test_an_abandoned_listing_sends_no_more_requests_and_frees_its_tasks(
    engine: str, endless: Forge, abandon: object, recwarn: pytest.WarningsRecorder
) -> None:
    assert callable(abandon)
    with sync_github(engine, endless.url, endless.token) as client:
        abandon(client.fetch_repositories(OWNER, kind="organization"), endless)
        wait_until(lambda: tasks_in_background() == 0)
        requested = _further_pages(endless)
        assert client.fetch_organization(OWNER).login == OWNER
        assert _further_pages(endless) == requested <= 1 + AHEAD
    assert [str(item.message) for item in recwarn.list] == []


def test_one_call_in_the_thread_is_made_per_page(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    complete = background.Background.complete

    def counted(*args: object) -> object:
        calls.append(threading.get_ident())
        return complete(*args)  # type: ignore[arg-type]

    with Forge(many_repositories(350)) as forge, sync_github(engine, forge.url, forge.token) as client:
        monkeypatch.setattr(background.Background, "complete", counted)
        assert len(list(client.fetch_repositories(OWNER, kind="organization"))) == 350
        assert calls == [threading.get_ident()] * 5, "4 pages and the end"
        calls.clear()
        assert len(client.fetch_repositories(OWNER, kind="organization").all()) == 350
        assert len(calls) == 1


# -- processes

START = """
import os, signal, sys, threading, time
from gitfleet_api.sync import GitHubClient
client = GitHubClient("forge-token", sys.argv[1], backend=sys.argv[2], retry=None)
"""


def _start(script: str, url: str, engine: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", START + script, url, engine]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _run(script: str, url: str, engine: str) -> tuple[int, str, str]:
    with _start(script, url, engine) as process:
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err


@pytest.fixture
def small() -> Iterator[Forge]:
    with Forge(Fleet.generate(organizations=1, repositories=260, seed=1)) as forge:
        yield forge


def test_unused_clients_start_no_thread(engine: str, small: Forge) -> None:
    script = """
clients = [GitHubClient(backend=sys.argv[2]) for _ in range(50)]
listing = client.fetch_repositories("aurora-labs")
with clients.pop() as used:
    pass
assert threading.active_count() == 1
clients.clear()
assert client.fetch_user_info().login == "fleet-admin"
client.close()
assert [thread.name for thread in threading.enumerate()] == ["MainThread", "gitfleet-sync"]
"""
    assert _run(script, small.url, engine) == (0, "", "")


ENDINGS = {
    "falls off the end": ("", 0),
    "sys.exit": ("sys.exit(7)", 7),
    "an error": ("raise SystemExit('so') from None", 1),
}


@pytest.mark.parametrize(("ending", "status"), ENDINGS.values(), ids=ENDINGS)
def test_a_process_with_running_calls_ends_at_once_without_output(
    engine: str, small: Forge, ending: str, status: int
) -> None:
    script = f"""
rows = iter(client.fetch_repositories("aurora-labs"))
next(rows)                                          # partly read, with prefetched pages
client.graphql("{{ viewer {{ login }} }}")
print("slow", flush=True)
sys.stdin.readline()
for number in range(20):
    threading.Thread(target=client.fetch_user_info, daemon=True).start()
time.sleep(0.3)                                     # all are waiting for their responses
{ending}
"""
    command = [sys.executable, "-W", "error", "-c", START + script, small.url, engine]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "slow\n"
        small.delay = 30
        start = time.monotonic()
        _, err = process.communicate("\n", timeout=20)
        assert time.monotonic() - start < 10, "a third of the time of the responses"
    assert process.returncode == status
    assert err == ("so\n" if status == 1 else "")


def test_a_thread_that_outlives_the_main_thread_can_make_calls(engine: str, small: Forge) -> None:
    # By a name: its look-up needs a thread, and a pool of threads accepts no work by then.
    script = """
def work():
    time.sleep(0.3)
    for _ in range(3):
        with GitHubClient("forge-token", sys.argv[1], backend=sys.argv[2]) as other:
            assert other.fetch_user_info().login == "fleet-admin"
    print(client.fetch_user_info().login)

threading.Thread(target=work).start()
client.fetch_user_info()
"""
    assert _run(script, small.url.replace("127.0.0.1", "localhost"), engine) == (0, "fleet-admin\n", "")


def test_functions_registered_with_atexit_can_make_calls(engine: str, small: Forge) -> None:
    script = """
import atexit
client.fetch_user_info()
atexit.register(lambda: (print(client.fetch_user_info().login), client.close()))
"""
    assert _run(script, small.url, engine) == (0, "fleet-admin\n", "")


def test_after_the_thread_has_ended_calls_raise_and_close_works(engine: str, small: Forge) -> None:
    script = """
import atexit
from gitfleet_api import ConfigurationError

def late():
    client.close()
    try:
        GitHubClient("forge-token", sys.argv[1], backend=sys.argv[2]).fetch_user_info()
    except ConfigurationError as error:
        print(error.code)

client.fetch_user_info()
atexit._clear()                                     # so that this one runs after the library's
from gitfleet_api.sync import background
atexit.register(late)
atexit.register(background._end)
"""
    assert _run(script, small.url, engine) == (0, "closed\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
@pytest.mark.parametrize("call", ["client.fetch_user_info()", "client.fetch_branches('o', 'r').all()"])
def test_ctrl_c_interrupts_a_waiting_call(engine: str, call: str) -> None:
    received, gone = threading.Event(), threading.Event()

    def play(link: Link) -> None:
        if link.read() is not None:
            received.set()
            link.wait_until_gone()
            gone.set()

    script = f"""
try:
    {call}
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.readline()
"""
    with RawServer(play) as server:
        command = [sys.executable, "-W", "error", "-c", START + script, server.url, engine]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert received.wait(20)
            time.sleep(0.1)
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.stdout.readline() == "interrupted\n"
            assert time.monotonic() - start < 1
            assert gone.wait(5), "the request was not cancelled while the process continued"
            _, err = process.communicate("\n", timeout=20)
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_ctrl_c_without_a_handler_ends_the_process_within_a_second(engine: str) -> None:
    received = threading.Event()

    def play(link: Link) -> None:
        if link.read() is not None:
            received.set()
            link.wait_until_gone()

    with RawServer(play) as server, _start("with client:\n    client.fetch_user_info()", server.url, engine) as process:
        assert received.wait(20)
        time.sleep(0.1)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert time.monotonic() - start < 1
    assert process.returncode == -signal.SIGINT
    assert err.startswith("Traceback")
    assert err.endswith("KeyboardInterrupt\n")
    assert err.count("Traceback") == 1
    assert "never" not in err


FORK = """
from gitfleet_api import ConfigurationError

rows = iter(client.fetch_repositories("aurora-labs"))
first = next(rows)
caller = threading.Thread(target=lambda: [client.fetch_user_info() for _ in range(30)])
caller.start()
pid = os.fork()
if pid == 0:
    try:
        next_rows = [next(rows) for _ in range(200)]
    except ConfigurationError as error:
        assert "forked" in str(error)
    else:
        raise AssertionError("the child continued the iteration")
    assert client.fetch_user_info().login == "fleet-admin"
    assert len(client.fetch_repositories("aurora-labs").all()) == len(list(client.fetch_repositories("aurora-labs")))
    assert [thread.name for thread in threading.enumerate()][1:] == ["gitfleet-sync"]
    {closing}
    {end}
caller.join()
assert len({{first.id, *(row.id for row in rows)}}) == len(client.fetch_repositories("aurora-labs").all())
_, status = os.waitpid(pid, 0)
assert os.waitstatus_to_exitcode(status) == 0
assert client.fetch_user_info().login == "fleet-admin"
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.parametrize("end", ["os._exit(0)", "sys.exit(0)"])
@pytest.mark.parametrize("closing", ["client.close()", "pass"])
def test_a_forked_child_starts_its_own_thread_and_does_not_touch_the_parents(
    engine: str, small: Forge, closing: str, end: str
) -> None:
    for _ in range(5):
        assert _run(FORK.format(closing=closing, end=end), small.url, engine) == (0, "", "")


def test_a_script_needs_no_set_up_and_no_clean_up(engine: str, small: Forge) -> None:
    script = "print(sum(1 for _ in client.fetch_repositories('aurora-labs')), GitHubClient.__name__)"
    count = sum(item.owner == "aurora-labs" for item in small.fleet.repositories)
    assert _run(script, small.url, engine) == (0, f"{count} {GitHubClient.__name__}\n", "")
