"""The shared library: exported symbols, versions, errors."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("gitfleet_native.library", exc_type=ImportError)

from gitfleet_api import DecodeError, GitHubClient
from gitfleet_api.errors import DecodeFailure
from gitfleet_native import NativeBackend, library
from gitfleet_native.version import VERSION
from support.certificates import Authority
from support.failing import REPO, details
from support.raw_server import RawServer, always, http_response
from support.running import run

HEADER = Path(__file__).parents[2] / "rust" / "gitfleet-ffi" / "include" / "gitfleet.h"


def library_file() -> Path:
    (found,) = Path(library.__file__).parent.glob("gitfleet_ffi.*")
    return found


def test_the_library_contains_no_path_of_the_machine_that_built_it() -> None:
    assert str(Path.home()).encode() not in library_file().read_bytes()


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("nm") is None, reason="needs nm, and ELF")
def test_the_exported_symbols_are_exactly_those_of_the_header() -> None:
    command = ["nm", "--dynamic", "--defined-only", "--format=posix", str(library_file())]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    exported = {line.split()[0].partition("@")[0] for line in listed.splitlines()}
    declared = set(re.findall(r"\b(gf_\w+)\(", HEADER.read_text("utf-8")))
    assert exported == declared


def test_build_info_is_json_without_a_path_of_the_machine_that_built_it() -> None:
    info = library.build_info()
    assert json.loads(info)["version"] == VERSION
    assert "/" not in json.loads(info).get("rustc", "")
    assert "/home/" not in info


def test_a_library_with_another_abi_version_is_rejected_with_both_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "ABI_VERSION", 99)
    with pytest.raises(ImportError, match="ABI version 2, this package needs 99"):
        library._open()


@pytest.mark.parametrize("spec", [b"", b"{}", b"[1]", b'{"at":[],"many":true,"columns":[]}', b"\xff"])
def test_an_invalid_projection_is_an_error_with_a_message(spec: bytes) -> None:
    assert library.lib.gf_projection_new(spec, len(spec)) == library.ffi.NULL
    error = library.last_error()
    assert error.code == "invalid_argument"
    assert error.message


@pytest.mark.parametrize("config", [b"", b"{}x", b'{"verify": 3}', b'{"verify": true, "unknown": 1}'])
def test_an_invalid_engine_configuration_is_an_error(config: bytes) -> None:
    assert library.lib.gf_engine_new(config, len(config), -1) == library.ffi.NULL
    assert library.last_error().code == "invalid_argument"


def test_null_is_rejected_and_freeing_null_does_nothing() -> None:
    lib, null = library.lib, library.ffi.NULL
    lib.gf_engine_free(null)
    lib.gf_projection_free(null)
    lib.gf_batch_free(null)
    assert lib.gf_submit(null, b"{}", 2, null, 0, null) == 0
    assert library.last_error().code == "invalid_argument"
    assert lib.gf_drain(null) == null
    assert lib.gf_cancel(null, 1) == -1


def test_a_failure_without_an_error_is_reported_as_internal() -> None:
    library.lib.gf_abi_version()  # succeeds, which clears the error
    assert library.last_error().code == "internal"


def test_the_backend_version_is_that_of_the_package_and_the_library() -> None:
    assert NativeBackend.version() == f"gitfleet-native {VERSION}, library {VERSION}"


COUNT_THREADS = """
import os, pathlib, sys
from gitfleet_native import NativeBackend

before = len(os.listdir("/proc/self/task"))
NativeBackend(verify=pathlib.Path(sys.argv[1]))
print(len(os.listdir("/proc/self/task")) - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_creating_a_backend_starts_no_thread(tmp_path: Path) -> None:
    certificates = Authority(tmp_path).file
    command = [sys.executable, "-c", COUNT_THREADS, str(certificates)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.strip() == "0", done.stderr


def test_columns_nested_too_deeply_for_the_stack_are_a_decode_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_: bytes) -> list[list[object]]:
        raise DecodeFailure("decode_json", "nested too deeply for the interpreter's stack")

    monkeypatch.setattr("gitfleet_native.backend.loads_columns", no_room)
    with RawServer(always(http_response(REPO))) as server, pytest.raises(DecodeError) as caught:
        run(details(GitHubClient("t", server.url, backend=NativeBackend(), retry=None)))
    assert caught.value.code == "decode_json"
