"""Replays of recorded exchanges."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from gitfleet_testing import Forge
from gitfleet_testing.replay import first_target, load

Ask = Callable[..., Any]
Headers = list[tuple[str, str]]


def exchange(url: str, body: Any = None, status: int = 200, headers: Headers | None = None) -> dict[str, Any]:
    kind = [("Content-Type", "application/json")]
    response = {"status": status, "headers": kind if headers is None else headers, "body": body}
    return {"request": {"method": "GET", "url": url}, "response": response}


def test_a_single_exchange_is_served_as_recorded(small: Forge, ask: Ask) -> None:
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-RateLimit-Reset", "1507651200000"),
        ("Date", "Tue, 10 Oct 2017 16:00:00 GMT"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Encoding", "gzip"),
        ("Content-Length", "12345"),
        ("Connection", "close"),
    ]
    base = small.replay(exchange("https://api.github.com/users/x", {"login": "x", "name": "Ü"}, headers=headers))
    assert base == f"{small.url}/replay/1"
    reply = ask(f"{base}/users/x")
    assert (reply.status, reply.raw) == (200, '{"login":"x","name":"Ü"}'.encode())
    assert reply.headers == {
        "content-type": "application/json; charset=utf-8",
        "x-ratelimit-reset": "1507651200000",
        "date": "Tue, 10 Oct 2017 16:00:00 GMT",
        "content-length": str(len(reply.raw)),
    }
    assert ask(f"{base}/users/x", method="HEAD").headers == reply.headers
    assert small.requests[0].path == "/replay/1/users/x"


def test_links_to_the_recorded_service_are_changed_to_the_replay(small: Forge, ask: Ask) -> None:
    link = (
        '<https://api.github.com/user/3/repos?page=2>; rel="next", <https://api.github.com.evil.example/x>; rel="last"'
    )
    first = exchange("https://api.github.com/users/x/repos", [], headers=[("Link", link)])
    second = exchange(
        "https://api.github.com/user/3/repos?page=2",
        {"url": "https://api.github.com/y"},
        301,
        [("Location", "https://api.github.com/repositories/1")],
    )
    base = small.replay([first, second])
    reply = ask(f"{base}/users/x/repos")
    assert (
        reply.headers["link"]
        == f'<{base}/user/3/repos?page=2>; rel="next", <https://api.github.com.evil.example/x>; rel="last"'
    )
    moved = ask(reply.links["next"])
    assert (moved.status, moved.headers["location"]) == (301, f"{base}/repositories/1")
    assert moved.json() == {"url": "https://api.github.com/y"}


def test_bodies_are_rewritten_on_request(small: Forge, ask: Ask) -> None:
    page = {"next": "https://api.bitbucket.org/2.0/repositories/x?page=2", "other": "https://bitbucket.org/x"}
    recorded = exchange("https://api.bitbucket.org/2.0/repositories/x", page)
    base = small.replay(recorded, rewrite_body=True)
    assert ask(f"{base}/repositories/x").json() == {
        "next": f"{base}/repositories/x?page=2",
        "other": "https://bitbucket.org/x",
    }
    assert ask(f"{base}/2.0/repositories/x").json()["next"] == f"{base}/2.0/repositories/x?page=2"


def test_the_api_root_is_optional_and_links_follow_the_request(small: Forge, ask: Ask) -> None:
    link = [("Link", '<https://gitlab.com/api/v4/projects?id_after=9>; rel="next"')]
    base = small.replay(exchange("https://gitlab.com/api/v4/projects?per_page=20", [], headers=link))
    assert ask(f"{base}/projects?per_page=20").links["next"] == f"{base}/projects?id_after=9"
    assert ask(f"{base}/api/v4/projects?per_page=20").links["next"] == f"{base}/api/v4/projects?id_after=9"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("/r?state=all&per_page=3", 200),
        ("/r?per_page=3&state=all", 200),
        ("/r?per_page=100&state=all&sort=created&anon=1", 200),
        ("/r?state=all", 200),
        ("/r?state=all&page=1", 200),
        ("/r?state=all&page=2", 404),
        ("/r?state=open", 404),
        ("/r", 404),
        ("/r/s?state=all", 404),
        ("/", 404),
        ("", 404),
    ],
)
def test_a_query_can_differ_in_client_parameters_only(small: Forge, ask: Ask, asked: str, status: int) -> None:
    base = small.replay(exchange("https://api.github.com/r?state=all&per_page=3", []))
    assert ask(base + asked).status == status


def test_more_parameters_can_be_ignored(small: Forge, ask: Ask) -> None:
    base = small.replay(exchange("https://api.github.com/r?creator=x", []), ignore=["creator"])
    assert ask(f"{base}/r").status == 200


def test_an_exact_query_takes_precedence_and_an_ambiguous_one_is_404(small: Forge, ask: Ask) -> None:
    base = small.replay([exchange(f"https://api.github.com/r?per_page={n}", n) for n in (1, 2)])
    assert [ask(f"{base}/r?per_page={n}").json() for n in (1, 2)] == [1, 2]
    assert ask(f"{base}/r?per_page=3").status == 404


def test_an_unrecorded_request_is_404_with_a_list_of_recorded_ones(small: Forge, ask: Ask) -> None:
    base = small.replay([exchange("https://api.github.com/a"), exchange("https://api.github.com/b?page=2")])
    reply = ask(f"{base}/c?x=1")
    assert reply.status == 404
    assert reply.json() == {"message": "Not recorded: GET /c?x=1", "recorded": ["GET /a", "GET /b?page=2"]}
    assert ask(f"{base}/a", method="POST").status == 404
    assert ask(f"{small.url}/replay/99/a").json() == {"message": "No replay '99'"}


def test_recordings_of_the_same_request_take_turns(small: Forge, ask: Ask) -> None:
    base = small.replay([exchange("https://api.github.com/r", status=status) for status in (503, 500, 200)])
    assert [ask(f"{base}/r").status for _ in range(4)] == [503, 500, 200, 200]


def test_escapes_are_normalized_except_for_slashes(small: Forge, ask: Ask) -> None:
    base = small.replay(exchange("https://gitlab.com/api/v4/projects/g%2Fp/x~y", 1))
    assert ask(f"{base}/projects/g%2fp/x%7Ey").status == 200
    assert ask(f"{base}/projects/g/p/x~y").status == 404


@pytest.mark.parametrize(
    ("body", "status", "kind", "raw"),
    [
        ("plain text", 200, "text/plain", b"plain text"),
        ('{"broken": ', 200, "application/json", b'{"broken": '),
        (None, 200, "application/json", b"null"),
        (None, 403, "application/json", b""),
        (None, 302, "text/html", b""),
        (None, 204, "application/json", b""),
        ([1, {"a": None}], 200, "application/json", b'[1,{"a":null}]'),
        ({"lone": "\ud800"}, 200, "application/json", b'{"lone":"\\ud800"}'),
    ],
)
def test_bodies_are_sent_as_recorded(small: Forge, ask: Ask, body: Any, status: int, kind: str, raw: bytes) -> None:
    base = small.replay(exchange("https://api.github.com/r", body, status, [("Content-Type", kind)]))
    reply = ask(f"{base}/r")
    assert (reply.status, reply.raw) == (status, raw)


def test_replays_are_separate_and_have_no_rate_limit(small: Forge, ask: Ask) -> None:
    one, two = (small.replay(exchange("https://api.github.com/r", n)) for n in (1, 2))
    assert [ask(f"{base}/r", token="wrong").json() for base in (one, two)] == [1, 2]
    assert ask(f"{small.url}/rate_limit").json()["rate"]["used"] == 0


def test_a_replay_is_not_below_the_prefix(ask: Ask) -> None:
    with Forge(prefix="/api/v3") as forge:
        base = forge.replay(exchange("https://api.github.com/r", 1))
        assert base == forge.url.removesuffix("/api/v3") + "/replay/1"
        assert ask(f"{base}/r").json() == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "contains no exchange"),
        ({}, "not a recorded exchange"),
        ([1], "not a recorded exchange: int"),
        (exchange("nowhere"), "request.url"),
        (exchange("https://x/y", status=99), "status"),
        (exchange("https://x/y", status="200"), "status"),  # type: ignore[arg-type]
        (exchange("https://x/y", headers=[("a b", "c")]), "bad header"),
        (exchange("https://x/y", headers=[("a", "c\r\nd: e")]), "bad header"),
        (exchange("https://x/y", headers=[("a", 1)]), "bad header"),  # type: ignore[list-item]
        (exchange("https://x/y", headers=["abc"]), "bad header"),  # type: ignore[list-item]
        (exchange("https://x/y", headers=5), "not a recorded exchange"),  # type: ignore[arg-type]
    ],
)
def test_invalid_exchanges_are_rejected_with_a_reason(small: Forge, wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small.replay(wrong)


def test_the_error_names_an_invalid_file(small: Forge, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("{")
    with pytest.raises(ValueError, match=r"broken\.json"):
        small.replay(file)
    with pytest.raises(FileNotFoundError):
        small.replay(tmp_path / "none.json")


def test_first_target_returns_path_and_query(tmp_path: Path) -> None:
    chain = [exchange("https://gitlab.com/api/v4/projects?per_page=2&a=b%20c"), exchange("https://gitlab.com/x")]
    file = tmp_path / "chain.json"
    file.write_text(json.dumps(chain))
    assert first_target(file) == first_target(chain) == ("/projects", {"per_page": "2", "a": "b c"})
    with pytest.raises(ValueError, match="no exchange"):
        first_target([])


def test_the_command_lists_its_replays(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(exchange("https://api.github.com/users/x", {"login": "x"})))
    command = [sys.executable, "-m", "gitfleet_testing", "--repositories", "0", "--organizations", "0"]
    with subprocess.Popen([*command, "--replay", str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            replays = [next(line for line in process.stdout if line.startswith("replay: "))]
        finally:
            process.terminate()
    assert "/replay/1/users/x (1 exchanges, one.json)" in replays[0]


def all_chains(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/chains/*.json"))


def test_every_recorded_chain_can_be_followed_to_its_end(small: Forge, ask: Ask, recorded: Path) -> None:
    chains = all_chains(recorded)
    assert len(chains) >= 10
    walked = 0
    for chain in chains:
        exchanges = load(chain)
        base = small.replay(chain)
        path, query = first_target(chain)
        bodies, url = [], f"{base}{path}?{urlencode(query)}"
        while url:
            reply = ask(url)
            assert reply.status == 200
            bodies.append(reply.body)
            link = reply.headers.get("link", "")
            following = [part for part in link.split(",") if 'rel="next"' in part]
            url = following[0].strip().split(">")[0].lstrip("<") if following else ""
            assert not url or url.startswith(base)
        assert bodies == [item.body for item in exchanges]
        walked += len(bodies)
    assert walked > 40


def test_every_recorded_exchange_can_be_replayed(small: Forge, ask: Ask, recorded: Path) -> None:
    files = [file for kind in ("recorded", "recorded-live") for file in sorted(recorded.glob(f"*/{kind}/**/*.json"))]
    assert len(files) > 500
    for file in files:
        exchanges = load(file)
        base = small.replay(exchanges)
        for item in exchanges:
            query = f"?{urlencode(item.query)}" if item.query else ""
            reply = ask(f"{base}{item.root}{item.path}{query}", method=item.method)
            assert (reply.status, reply.body) == (item.status, item.body or b""), file
