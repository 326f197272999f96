"""The servers of the benchmark suite: links, configuration, slow responses, checksums. The tests need no nginx."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import forge_server, machine, nginx
from benchmarks.clients import common
from benchmarks.corpus import Corpus, Expected, checksum
from benchmarks.slow_server import _Answers as Answers
from benchmarks.suite import _quiet as quiet


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    pages = tmp_path / "github" / "pages"
    pages.mkdir(parents=True)
    for number in range(1, 101):
        (pages / f"{number}.json").write_text(f'[{{"id":{number}}}]')
    for name in ("organization", "user"):
        (tmp_path / "github" / f"{name}.json").write_text('{"url":"https://api.github.com/orgs/labs"}')
    return Corpus(tmp_path, "labs", 1700, {"list": Expected(100, 7)})


def test_a_corpus_is_read_as_it_was_written(corpus: Corpus) -> None:
    corpus.write()
    assert Corpus.read(corpus.folder) == corpus


def test_a_folder_without_a_finished_corpus_has_none(corpus: Corpus) -> None:
    assert Corpus.read(corpus.folder) is None


def test_a_corpus_of_another_version_is_not_used(corpus: Corpus) -> None:
    corpus.write()
    file = corpus.folder / "corpus.json"
    file.write_text(file.read_text().replace('"version": ', '"version": 9'))
    assert Corpus.read(corpus.folder) is None


def test_the_checksum_does_not_depend_on_the_order() -> None:
    assert checksum([(1, 5), (2, 7)]) == checksum([(2, 7), (1, 5)]) == (2, 3 * 1_000_003 + 12)


def test_the_checksum_depends_on_every_pair() -> None:
    assert len({checksum(pairs) for pairs in ([(1, 5), (2, 7)], [(1, 5)], [(1, 5), (2, 8)], [(1, 5), (3, 7)])}) == 4


def test_clients_compute_the_checksum_of_the_corpus(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = [(2**40, 5), (2**59, 7)]
    monkeypatch.setattr(sys, "argv", ["with_x.py", "list", "http://127.0.0.1:1", "labs", "names.txt", "-", "8"])
    seen: list[common.Job] = []

    def work(job: common.Job) -> list[tuple[int, int]]:
        seen.append(job)
        return pairs

    common.run({"list": work})
    rows, total, _ = map(int, capsys.readouterr().out.split())
    assert (rows, total) == checksum(pairs)
    assert (seen[0].owner, seen[0].ca_file, seen[0].options) == ("labs", None, ["8"])


@pytest.mark.parametrize(
    ("number", "names"),
    [(1, ["next", "last"]), (2, ["prev", "next", "last", "first"]), (3, ["prev", "first"])],
)
def test_links_name_the_pages_around(number: int, names: list[str]) -> None:
    links = nginx.links("http://h/repos", 3, number)
    pages = {"prev": number - 1, "next": number + 1, "last": 3, "first": 1}
    assert links == ", ".join(f'<http://h/repos?per_page=100&page={pages[name]}>; rel="{name}"' for name in names)


def test_the_configuration_has_every_server_and_every_page(corpus: Corpus, tmp_path: Path) -> None:
    text = nginx.configuration(corpus, tmp_path, [8001, 8002, 8003, 8004], tmp_path / "server.pem")
    for listening in ("8001;", "8002; gzip_static on;", "8003 ssl; ssl_cert", "8004 ssl http2; ssl_cert"):
        assert f"listen 127.0.0.1:{listening}" in text
    assert text.count("{") == text.count("}")
    assert text.count('rel="next"') == 2 * (99 + 1) + 999 + 1
    locations = (tmp_path / "locations.conf").read_text()
    assert "location /api/v3/repos/labs/ {" in locations
    assert locations.count("{") == locations.count("}")


def test_the_slow_server_responds_as_nginx_does(corpus: Corpus) -> None:
    answers = Answers(corpus)
    head, _, body = answers.of("/api/v3/orgs/labs/repos?per_page=100&page=2", "h:1").partition(b"\r\n\r\n")
    assert body == b'[{"id":2}]'
    assert f"Link: {nginx.links('http://h:1/api/v3/orgs/labs/repos', 100, 2)}".encode() in head.split(b"\r\n")
    assert answers.of("/api/v3/orgs/labs", "h:1").endswith(b'{"url":"http://h:1/api/v3/orgs/labs"}')
    assert answers.of("/api/v3/orgs/labs/repos?page=101", "h:1").endswith(b"\r\n\r\n[]")


def test_clients_get_no_variables_that_change_their_behaviour() -> None:
    there = {"PATH": "/bin", "HTTPS_PROXY": "x", "no_proxy": "x", "PYTHONPATH": "x", "GITFLEET_BACKEND": "x"}
    assert quiet(there) == {"PATH": "/bin"}


def test_the_machine_is_described_without_its_name() -> None:
    import platform

    text = machine.describe("3.11.7", "3.11.7")
    assert "Python 3.11.7" in text
    assert platform.node() not in text
    assert str(Path.home()) not in text


def test_the_organization_of_the_forge_has_300_repositories() -> None:
    fleet, owner = forge_server.generate()
    assert sum(repository.owner == owner for repository in fleet.repositories) == forge_server.REPOSITORIES == 300
