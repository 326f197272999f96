"""The platform tag of the wheel: the platform of its library, not every platform of the Python that builds it."""

from __future__ import annotations

import importlib.util
import platform
import sysconfig
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="needs hatchling, because it tests its build hook")

HOOK = Path(__file__).parents[2] / "packages" / "gitfleet-native" / "hatch_build.py"
SPEC = importlib.util.spec_from_file_location("hatch_build", HOOK)
assert SPEC is not None
assert SPEC.loader is not None
hook = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hook)


@pytest.mark.parametrize(
    ("python", "machine", "tag"),
    [
        ("macosx-10.9-universal2", "x86_64", "macosx_10_12_x86_64"),
        ("macosx-10.9-universal2", "arm64", "macosx_11_0_arm64"),
        ("macosx-12.0-arm64", "arm64", "macosx_12_0_arm64"),
        ("linux-x86_64", "x86_64", "linux_x86_64"),
        ("win-amd64", "AMD64", "win_amd64"),
    ],
)
def test_the_tag_names_one_processor(monkeypatch: pytest.MonkeyPatch, python: str, machine: str, tag: str) -> None:
    monkeypatch.delenv("GITFLEET_CARGO_TARGET", raising=False)
    monkeypatch.setattr(sysconfig, "get_platform", lambda: python)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert hook.platform_tag() == tag


@pytest.mark.parametrize("target", ["aarch64-unknown-linux-gnu.2.17", "aarch64-unknown-linux-musl"])
def test_the_tag_names_the_processor_that_was_chosen(monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.setenv("GITFLEET_CARGO_TARGET", target)
    monkeypatch.setattr(sysconfig, "get_platform", lambda: "linux-x86_64")
    assert hook.platform_tag() == "linux_aarch64"
