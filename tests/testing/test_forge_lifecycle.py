"""Start and stop of a forge, leaks, https, and the command line."""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]


def port_of(forge: Forge) -> int:
    port = urlsplit(forge.url).port
    assert port is not None
    return port


def open_sockets() -> int:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("needs /proc")
    count = 0
    for name in list(folder.iterdir()):
        try:
            count += str(name.readlink()).startswith("socket:")
        except FileNotFoundError:  # the descriptor of the listing itself
            continue
    return count


def refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_forge_uses_asyncios_loop_even_if_uvloop_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> asyncio.AbstractEventLoop:
        raise AssertionError("a forge over TLS fails on it")

    installed = types.ModuleType("uvloop")
    vars(installed)["new_event_loop"] = refuse
    monkeypatch.setitem(sys.modules, "uvloop", installed)
    with Forge() as forge:
        assert not refused(port_of(forge))


def test_a_stopped_forge_leaves_no_thread_and_no_socket() -> None:
    threads, sockets = threading.active_count(), open_sockets()
    with Forge() as forge:
        assert threading.active_count() == threads + 1
        kept = http.client.HTTPConnection("127.0.0.1", port_of(forge))
        kept.request("GET", "/user", headers={"Authorization": f"Bearer {forge.token}"})
        assert kept.getresponse().read()
        port = port_of(forge)
    kept.close()
    assert threading.active_count() == threads
    assert open_sockets() == sockets
    assert refused(port)
    assert [request.status for request in forge.requests] == [200]


def test_async_with_starts_and_stops_a_forge() -> None:
    async def use() -> int:
        loop = asyncio.get_running_loop()
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        async with Forge() as forge:
            ticking = loop.create_task(tick())
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(forge))
            writer.write(b"GET /users/fleet-admin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b" 200 " in (await reader.read())[:20]
            writer.close()
            await writer.wait_closed()
            # A request that is never complete delays the stop by a second.
            _, unfinished = await asyncio.open_connection("127.0.0.1", port_of(forge))
            unfinished.write(b"POST /user HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
            await asyncio.sleep(0.1)
            before = ticks
        assert ticks > before + 10, "the loop stood still while the forge stopped"
        unfinished.close()
        ticking.cancel()
        return port_of(forge)

    threads = threading.active_count()
    port = asyncio.run(use())
    assert threading.active_count() == threads
    assert refused(port)


def test_stopping_ends_the_delay_of_responses(ask: Ask) -> None:
    replies: list[Any] = []
    with Forge(delay=60) as forge:
        asking = threading.Thread(target=lambda: replies.append(ask(f"{forge.url}/user")))
        asking.start()
        while not forge.requests:
            time.sleep(0.005)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    asking.join(5)
    assert [reply.status for reply in replies] == [200]


def test_a_client_that_does_not_read_does_not_block_the_stop() -> None:
    fleet = Fleet.generate(organizations=1, repositories=300, seed=1)
    sockets = open_sockets()
    with Forge(fleet) as forge:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port_of(forge)))
        path = f"/orgs/{fleet.organizations[0].login}/repos?per_page=100"
        ask_for_much = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {forge.token}\r\n\r\n" * 20
        deaf.sendall(ask_for_much.encode())
        half = socket.create_connection(("127.0.0.1", port_of(forge)))
        half.sendall(b"POST /user HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
        time.sleep(0.3)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    deaf.close()
    half.close()
    assert open_sockets() == sockets


def test_responses_on_a_keep_alive_connection_are_sent_without_nagle_delay() -> None:
    with Forge() as forge:
        kept = http.client.HTTPConnection("127.0.0.1", port_of(forge), timeout=10)
        taken = []
        for _ in range(21):
            started = time.monotonic()
            kept.request("GET", "/user", headers={"Authorization": f"Bearer {forge.token}"})
            assert kept.getresponse().read()
            taken.append(time.monotonic() - started)
        kept.close()
    assert statistics.median(taken) < 0.03  # a delayed acknowledgement takes 0.04 s


def test_an_exception_in_the_block_stops_the_forge_as_well() -> None:
    threads = threading.active_count()
    with pytest.raises(ZeroDivisionError), Forge():
        _ = 1 / 0
    assert threading.active_count() == threads


def test_several_forges_run_at_the_same_time(ask: Ask) -> None:
    with Forge() as one, Forge() as two:
        assert one.url != two.url
        two.add_token("only-two")
        assert [ask(f"{forge.url}/user", token="only-two").status for forge in (one, two)] == [401, 200]


def test_a_port_can_be_chosen_and_a_taken_port_is_an_error(ask: Ask) -> None:
    with Forge() as one:
        port = port_of(one)
        with pytest.raises(OSError, match="in use"), Forge(port=port):
            pass
    with Forge(port=port) as again:
        assert port_of(again) == port
        assert ask(f"{again.url}/user").status == 200


def test_a_forge_that_is_not_started_raises() -> None:
    forge = Forge()
    assert "not started" in repr(forge)
    with pytest.raises(RuntimeError, match="not started"):
        _ = forge.url
    with pytest.raises(RuntimeError, match="not started"):
        forge.replay([])
    with forge:
        pass
    with pytest.raises(RuntimeError, match="runs once"), forge:
        pass


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"port": -1}, "port"),
        ({"port": 65536}, "port"),
        ({"delay": -1}, "delay"),
        ({"delay": float("inf")}, "delay"),
        ({"delay": float("nan")}, "delay"),
        ({"ssl_keyfile": "key.pem"}, "ssl_certfile"),
    ],
)
def test_invalid_arguments_raise_value_error(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Forge(**arguments)


def test_https_uses_the_given_certificate(ask: Ask, tmp_path: Path) -> None:
    trustme = pytest.importorskip("trustme", reason="needs trustme to make a certificate")
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with Forge(ssl_certfile=certificate, ssl_keyfile=key) as forge:
        assert forge.url.startswith("https://127.0.0.1:")
        assert ask(f"{forge.url}/user", context=context).json()["url"].startswith(forge.url)
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(f"{forge.url}/user", context=ssl.create_default_context())


def test_a_missing_certificate_raises_and_leaves_no_socket(tmp_path: Path) -> None:
    threads, sockets = threading.active_count(), open_sockets()
    with pytest.raises(FileNotFoundError), Forge(ssl_certfile=tmp_path / "none.pem"):
        pass
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    with pytest.raises(ssl.SSLError), Forge(ssl_certfile=broken):
        pass
    assert (threading.active_count(), open_sockets()) == (threads, sockets)


def command(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gitfleet_testing", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_interrupted(ask: Ask, number: signal.Signals) -> None:
    with command("--organizations", "2", "--repositories", "30", "--token", "more", "--limit", "7") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip() for _ in range(6)]
        url = lines[0].removeprefix("url: ")
        try:
            assert lines[1:3] == ["token: forge-token", "token: more"]
            reply = ask(f"{url}/user", token="more")
            assert (reply.status, reply.headers["x-ratelimit-limit"]) == (200, "7")
            login = lines[3].split()[1]
            assert ask(f"{url}/orgs/{login}/repos").json()
            assert lines[5].startswith("gitlab: ")
            assert ask(f"{lines[5].split()[1]}/groups/{login}/projects").json()
        finally:
            process.send_signal(number)
            _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    "arguments", [["--port", "99999"], ["--organizations", "-1"], ["--prefix", "x"], ["--replay", "/does/not/exist"]]
)
def test_the_command_rejects_invalid_arguments(arguments: list[str]) -> None:
    with command(*arguments) as process:
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 2
    assert errors.startswith("error: ")
    assert "Traceback" not in errors
