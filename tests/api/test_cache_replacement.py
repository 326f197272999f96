"""A damaged cache file that cannot be replaced, as on Windows while another process has it open."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitfleet_api.cache.sqlite_file import replace_damaged


@pytest.mark.parametrize("step", ["replace", "unlink"])
def test_a_file_that_cannot_be_replaced_keeps_its_name_and_the_next_attempt_succeeds(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"damaged")
    tmp_path.joinpath("cache.sqlite-wal").touch()
    state = path.stat()
    original = getattr(Path, step)

    def refuse(self: Path, *arguments: object, **options: object) -> object:
        if step == "replace" or self.name.endswith("-wal"):
            raise PermissionError(13, "The process cannot access the file because another process has it open")
        return original(self, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, step, refuse)
        with pytest.raises(PermissionError):
            replace_damaged(path, (state.st_dev, state.st_ino))
    assert path.read_bytes() == b"damaged"
    assert {file.name for file in tmp_path.iterdir()} - {"cache.sqlite-wal"} == {"cache.sqlite"}
    aside = replace_damaged(path, (state.st_dev, state.st_ino))
    assert aside is not None
    assert aside.read_bytes() == b"damaged"
    assert path.read_bytes() == b""
