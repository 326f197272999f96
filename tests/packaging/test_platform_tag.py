"""The wheel is for what its library runs on, not for all that the building Python runs on."""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="needs hatchling, which the hook is for")

HOOK = Path(__file__).parents[2] / "packages" / "gitfleet-native" / "hatch_build.py"
SPEC = importlib.util.spec_from_file_location("hatch_build", HOOK)
assert SPEC is not None
assert SPEC.loader is not None
hook = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hook)


def _library(folder: Path, processor: bytes) -> Path:
    path = folder / "lib.dylib"
    path.write_bytes(b"\xcf\xfa\xed\xfe" + processor + bytes(24))
    return path


@pytest.mark.parametrize("python", ["macosx-10.9-universal2", "macosx-10.9-x86_64", "macosx-10.9-arm64"])
def test_on_macos_the_library_says_for_which_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    monkeypatch.setattr(sysconfig, "get_platform", lambda: python)
    assert hook.platform_tag(_library(tmp_path, b"\x07\0\0\x01")) == "macosx_10_9_x86_64"
    assert hook.platform_tag(_library(tmp_path, b"\x0c\0\0\x01")) == "macosx_11_0_arm64"
    with pytest.raises(ValueError, match=r"lib\.dylib"):
        hook.platform_tag(_library(tmp_path, b"\x12\0\0\0"))


def test_elsewhere_the_platform_is_the_tag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_platform", lambda: "linux-x86_64")
    assert hook.platform_tag(tmp_path / "any") == "linux_x86_64"
