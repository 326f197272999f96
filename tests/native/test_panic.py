"""A panic in Rust becomes an exception with its text; the process and the engine continue to work."""

from __future__ import annotations

import os
import subprocess
import sys

ENGINES = 20

SCRIPT = """
import asyncio, json, sys
from gitfleet_native.engine import Engine
from gitfleet_native.library import ffi, last_error, lib

def in_a_call():
    assert lib.gf_test_panic(ffi.NULL) == 0
    error = last_error()
    assert error.code == "internal", error
    return str(error)

async def in_a_task(engine):
    future = asyncio.get_running_loop().create_future()
    number = lib.gf_test_panic(engine._handle.pointer)
    assert number > 0
    engine._pending[number] = future
    error = json.loads((await asyncio.wait_for(future, 5)).error)
    assert error["code"] == "internal", error
    return error["message"]

async def main():
    for _ in range(int(sys.argv[1])):
        engine = Engine(b'{"verify": false, "http2": true}')
        for _ in range(3):
            print(in_a_call())
            print(await in_a_task(engine))
        engine.close()

asyncio.run(main())
"""


def test_a_panic_becomes_an_exception_with_its_text() -> None:
    command = [sys.executable, "-c", SCRIPT, str(ENGINES)]
    environment = {**os.environ, "RUST_BACKTRACE": "0"}  # a backtrace takes 60 ms
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    calls, tasks = done.stdout.splitlines()[::2], done.stdout.splitlines()[1::2]
    assert len(calls) == len(tasks) == 3 * ENGINES
    assert all("a panic in a call, for a test" in line for line in calls)
    assert all("a panic in a task, for a test" in line for line in tasks)
