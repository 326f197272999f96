"""A panic inside Rust is an exception with its text; the process and the engine go on."""

from __future__ import annotations

import subprocess
import sys

REPEATS = 20

SCRIPT = """
import asyncio, json
from gitfleet_native.engine import Engine
from gitfleet_native.library import ffi, last_error, lib

def in_a_call():
    assert lib.gf_test_panic(ffi.NULL) == 0
    error = last_error()
    assert error.code == "internal", error
    return str(error)

async def in_a_task(engine):
    future = asyncio.get_running_loop().create_future()
    number = lib.gf_test_panic(engine._held.handle)
    assert number > 0
    engine._pending[number] = future
    said = json.loads((await asyncio.wait_for(future, 5)).error)
    assert said["code"] == "internal", said
    return said["message"]

async def main():
    engine = Engine(b'{"verify": true, "ca_file": null, "http2": true}')
    for _ in range(3):
        print(in_a_call())
        print(await in_a_task(engine))
    engine.close()

asyncio.run(main())
"""


def test_a_panic_is_an_exception_with_its_text() -> None:
    for _ in range(REPEATS):
        done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert len(lines) == 6
        assert all("panic" in line for line in lines)
