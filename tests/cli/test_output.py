"""The destination of rows: files, pipes and stdout, and their errors."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.command_line import CommandLine

REPOS = ("repos", "github:acme", "--fields", "name")

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full does not exist")


def test_a_file_appears_when_it_is_complete(gitfleet_on: CommandLine, tmp_path: Path) -> None:
    gitfleet_on.forge.stall("/orgs/acme/repos", seconds=5, when=lambda request: request.query.get("page") == "2")
    target = tmp_path / "repos.jsonl"
    target.write_text("old\n")
    with gitfleet_on.start(*REPOS, "-o", str(target)) as process:
        while not any(path.stat().st_size for path in tmp_path.glob(".repos.jsonl.*.part")):
            assert process.poll() is None
        assert target.read_text() == "old\n"
        assert process.wait(60) == 0
        assert process.communicate() == ("", "")
    assert len(target.read_text().splitlines()) == 250
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_is_unchanged_if_every_owner_fails(gitfleet: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "repos.jsonl"
    target.write_text("old\n")
    assert gitfleet.run("repos", "github:missing", "-o", str(target)).code == 4
    assert target.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_is_written_if_one_of_several_owners_fails(gitfleet: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "repos.jsonl"
    assert gitfleet.run("repos", "github:missing", "github:small", "-o", str(target)).code == 4
    assert len(target.read_text().splitlines()) == 30


def test_a_replaced_file_keeps_its_permissions_and_symbolic_links(gitfleet: CommandLine, tmp_path: Path) -> None:
    real, link, new = (tmp_path / name for name in ("real.csv", "link.csv", "new.csv"))
    real.touch()
    real.chmod(0o640)
    link.symlink_to(real)
    old = os.umask(0o027)
    try:
        for target in (link, new):
            assert gitfleet.run(*REPOS, "-o", str(target)).code == 0
    finally:
        os.umask(old)
    assert link.is_symlink()
    assert real.read_text() == new.read_text() != ""
    assert (real.stat().st_mode & 0o777, new.stat().st_mode & 0o777) == (0o640, 0o640)


@pytest.mark.parametrize(
    ("path", "reason"),
    [("{tmp}", "it is a folder"), ("{tmp}/no/such/file", "No such file or directory"), ("{tmp}/file/x", "")],
)
def test_an_unwritable_file_is_reported_before_the_first_request(
    gitfleet: CommandLine, tmp_path: Path, path: str, reason: str
) -> None:
    (tmp_path / "file").touch()
    target = path.format(tmp=tmp_path)
    done = gitfleet.run(*REPOS, "-o", target)
    assert done.code == 6
    assert done.error.startswith(f"gitfleet: cannot write to {target}: {reason}")
    assert gitfleet.forge.requests == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root can write every file")
def test_a_read_only_file_is_not_replaced(gitfleet: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "repos.csv"
    target.touch(0o444)
    done = gitfleet.run(*REPOS, "-o", str(target))
    assert (done.code, done.error) == (6, f"gitfleet: cannot write to {target}: it is read-only")


@needs_full
@pytest.mark.parametrize("arguments", [(*REPOS,), (*REPOS, "--format", "table"), ("--help",), ("--version",)])
def test_a_full_disk_is_reported_in_one_line(gitfleet: CommandLine, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = gitfleet.run(*arguments, out=full)
    assert (done.code, done.error) == (6, "gitfleet: cannot write to stdout: No space left on device")


@needs_full
def test_a_full_disk_of_a_file_is_reported_in_one_line(gitfleet: CommandLine) -> None:
    done = gitfleet.run(*REPOS, "-o", "/dev/full")
    assert (done.code, done.error) == (6, "gitfleet: cannot write to /dev/full: No space left on device")


@pytest.mark.parametrize(
    "arguments",
    [
        ("api", "github", "/orgs/acme/repos", "--paginate"),
        ("repos", "github:acme", "--format", "json"),
        ("repos", "github:acme", "--format", "table"),
    ],
)
def test_a_command_exits_without_message_if_the_reader_closes_the_pipe(
    gitfleet_on: CommandLine, arguments: tuple[str, ...]
) -> None:
    with gitfleet_on.start(*arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1) or arguments[-1] == "table"
        process.stdout.close()
        assert process.wait(30) in ((141, 0) if arguments[-1] == "table" else (141,))
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    "arguments", [REPOS, ("--help",), ("repos", "--help"), ("completion", "bash"), ("doctor", "--offline"), ("demo",)]
)
def test_a_command_exits_without_message_if_the_pipe_is_closed_from_the_start(
    gitfleet: CommandLine, arguments: tuple[str, ...]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as pipe:  # noqa: PTH123  a file descriptor
        done = gitfleet.run(*arguments, out=pipe)
    assert (done.code, done.err) == (141, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a Unix shell")
def test_a_closed_stdout_is_reported_in_one_line(gitfleet: CommandLine) -> None:
    line = " ".join([*gitfleet.command(*REPOS), ">&-"])
    done = subprocess.run(
        ["/bin/sh", "-c", line], env=gitfleet.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (6, "gitfleet: cannot write to stdout: it is closed\n")


def test_a_slow_reader_pauses_fetching(gitfleet_on: CommandLine) -> None:
    gitfleet_on.forge.endless("/orgs/acme/repos", with_last=True)
    with gitfleet_on.start("repos", "github:acme") as process:
        assert process.stdout is not None
        process.stdout.readline()
        seen = -1
        while seen != len(gitfleet_on.forge.requests):  # until no further request arrives
            seen = len(gitfleet_on.forge.requests)
            time.sleep(1)
        assert seen < 40
        process.kill()


def _shared_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


def test_a_link_of_another_user_in_a_shared_folder_is_not_followed(gitfleet: CommandLine, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can create a link of another user")
    folder, target = _shared_folder(tmp_path), tmp_path / "mine.csv"
    target.write_text("precious\n")
    link, chain = folder / "out.csv", tmp_path / "chain.csv"
    link.symlink_to("../mine.csv")
    chain.symlink_to(link)
    os.chown(link, 65534, 65534, follow_symlinks=False)
    for path in (link, chain, folder / ".." / "shared" / "out.csv"):
        done = gitfleet.run(*REPOS, "-o", str(path))
        assert done.code == 6
        assert "is a symbolic link of another user in a shared folder" in done.error
    assert target.read_text() == "precious\n"
    assert gitfleet.forge.requests == []
    folder.chmod(0o777)  # without the sticky bit, Linux follows such links, too
    assert gitfleet.run(*REPOS, "-o", str(link)).code == 0
    assert target.read_text() != "precious\n"


def test_an_own_link_in_a_shared_folder_is_followed(gitfleet: CommandLine, tmp_path: Path) -> None:
    folder, target = _shared_folder(tmp_path), tmp_path / "mine.csv"
    for name, leads_to in (("a.csv", "../mine.csv"), ("b.csv", "a.csv"), ("c.csv", str(target))):
        (folder / name).symlink_to(leads_to)
        assert gitfleet.run(*REPOS, "-o", str(folder / name)).code == 0
        assert (folder / name).is_symlink()
        assert target.exists()
        target.unlink()


def test_links_in_a_circle_are_reported_in_one_line(gitfleet: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("b.csv")
    (tmp_path / "b.csv").symlink_to("a.csv")
    done = gitfleet.run(*REPOS, "-o", str(tmp_path / "a.csv"))
    assert done.code == 6
    assert "cannot write to" in done.error
