"""What is sent to workers has no secret, and what cannot be sent is refused before anything is sent."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, GitHubClient, GitLabClient, MemoryCache, SQLiteCache
from gitfleet_api.auth import GitHubApp, credentials_at, find_credentials
from gitfleet_api.client import TokenManager, recipe_of
from gitfleet_fleet import Fleet, RunSummary
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.executing import PLACE, VARIABLE, client_with_place, in_loop

SECRET = "ghp_" + "s3cr3t" * 6


class _Recording(Executor):
    """An executor that does its work in threads, and keeps what it was given and what came back, as bytes."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self._pool = ThreadPoolExecutor(2)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.seen.append(pickle.dumps((fn, args, kwargs)))
        future = self._pool.submit(fn, *args, **kwargs)
        future.add_done_callback(lambda done: self.seen.append(pickle.dumps(done.result())))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


@pytest.fixture
def forge() -> Iterator[Forge]:
    data = Data()
    data.add_organization("acme")
    for number in range(5):
        data.add_repository("acme", f"tool-{number}", branches=["main"], commits=1)
    data.forbid("acme/tool-0")  # an error that names the request
    with Forge(data) as running:
        running.add_token(SECRET)
        yield running


async def _run(client: GitHubClient, path: Path, executor: Executor) -> RunSummary:
    async with client:
        return await Fleet("github:acme", clients=client).run("branches", ledger=path, executor=executor)


@in_loop
async def test_no_pickled_unit_and_no_result_has_the_token(
    forge: Forge, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    cache = SQLiteCache(tmp_path / "cache.sqlite")
    with _Recording() as executor:
        client = client_with_place(engine, forge.url, cache=cache)
        summary = await _run(client, tmp_path / "night.sqlite", executor)
    await cache.aclose()
    assert summary.units["branches"] == {"ok": 4, "forbidden": 1}
    assert {request.token for request in forge.requests} == {SECRET}
    assert len(executor.seen) >= 2
    assert not [data for data in executor.seen if b"s3cr3t" in data]
    assert any(PLACE.encode() in data for data in executor.seen)


@in_loop
async def test_the_key_of_an_app_is_sent_as_its_path(forge: Forge, tmp_path: Path) -> None:
    pytest.importorskip("jwt")
    app = forge.add_app("runner")
    app.install("acme")
    key = tmp_path / "key.pem"
    key.write_text(app.private_key)
    source = GitHubApp(app.id, private_key_path=key, base_url=forge.url, permissions={"contents": "read"})
    with _Recording() as executor:
        summary = await _run(GitHubClient(source, forge.url), tmp_path / "night.sqlite", executor)
    assert summary.units["branches"] == {"ok": 4, "forbidden": 1}
    middle = app.private_key.splitlines()[3].encode()
    tokens = {request.token for request in forge.requests if request.token}
    assert not [data for data in executor.seen if middle in data or any(token.encode() in data for token in tokens)]
    assert any(str(key).encode() in data for data in executor.seen)
    (reference,) = recipe_of(GitHubClient(source.for_installation(5), forge.url)).tokens
    assert dict(reference.arguments)["installation"] == 5
    assert reference.open().name == source.for_installation(5).name
    with pytest.raises(ConfigurationError, match="private_key_path"):
        recipe_of(GitHubClient(GitHubApp(app.id, private_key=app.private_key)))


def test_a_token_that_was_given_as_text_is_refused_with_what_to_do() -> None:
    pool = TokenManager()
    pool.add_token(SECRET, "github")
    for client in (GitHubClient(SECRET), GitHubClient(token_manager=pool)):
        with pytest.raises(ConfigurationError, match="given as text, and secrets are not sent") as caught:
            recipe_of(client)
        assert "credentials_at('environment:MY_TOKENS', 'github')" in str(caught.value)
        assert "s3cr3t" not in str(caught.value)


@in_loop
async def test_a_run_refuses_what_cannot_be_sent_before_it_sends_or_creates_anything(
    forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    path = tmp_path / "night.sqlite"
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ConfigurationError, match="given as text"):
            await _run(GitHubClient(SECRET, forge.url), path, pool)
        with pytest.raises(ConfigurationError, match=r"executor must be a concurrent\.futures\.Executor"):
            await _run(client_with_place("python", forge.url), path, "processes:8")  # type: ignore[arg-type]

        async def inner(_client: object, _repo: object) -> None:
            """A function that has no name in a module."""

        async with client_with_place("python", forge.url) as client:
            with pytest.raises(ConfigurationError, match=r"inner cannot be sent to workers: .*top of a module"):
                await Fleet("github:acme", clients=client).run(inner, ledger=path, executor=pool)
    assert not forge.requests
    assert not path.exists()


def test_options_that_belong_to_one_process_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    source = credentials_at(PLACE, "github")
    with pytest.raises(ConfigurationError, match="password"):
        recipe_of(GitHubClient(source, proxy="http://user:s3cr3t@proxy.example:3128"))
    with pytest.raises(ConfigurationError, match="MemoryCache belongs to one process"):
        recipe_of(GitHubClient(source, cache=MemoryCache()))
    with pytest.raises(ConfigurationError, match="an option of the client cannot be sent"):
        recipe_of(GitHubClient(source, retry=lambda _failure: None))

    class Own(GitHubClient):
        def __init__(self, token: Any, *, mode: str = "") -> None:
            super().__init__(token)
            self.mode = mode

    with pytest.raises(ConfigurationError, match="its option mode is not in _own_options"):
        recipe_of(Own(source))


def test_a_recipe_builds_an_equal_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"{SECRET}-1, {SECRET}-2")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tokens.txt").write_text(f"# all\ngitlab={SECRET}\ngithub=other\n")
    url = "https://git.example.org/api/v3"
    client = GitHubClient(
        credentials_at(PLACE, "github", url),
        url,
        use_python_impl=True,
        max_concurrency=3,
        include_raw=True,
        api_version="2026-03-10",
        cache=SQLiteCache("cache.sqlite", max_bytes=1234),
    )
    recipe = pickle.loads(pickle.dumps(recipe_of(client)))  # noqa: S301
    assert recipe == recipe_of(client)
    assert hash(recipe) == hash(recipe_of(client))
    monkeypatch.chdir("/")
    built, cache = recipe.build()
    assert (type(built), built.base_url, built.backend.name) == (GitHubClient, url, "python")
    assert (built.session.max_concurrency, repr(cache)) == (3, f"<SQLiteCache {str(tmp_path / 'cache.sqlite')!r}>")
    assert recipe_of(built) == recipe
    (source,) = built.session.sources()
    assert [token.token for token in getattr(source, "access_tokens", ())] == [f"{SECRET}-1", f"{SECRET}-2"]
    of_file = GitLabClient(credentials_at(f"file:{tmp_path / 'tokens.txt'}", "gitlab"), token_type="oauth")
    built_of_file, _ = recipe_of(of_file).build()
    (source,) = built_of_file.session.sources()
    assert [token.token for token in getattr(source, "access_tokens", ())] == [SECRET]
    assert dict(recipe_of(of_file).options)["token_type"] == "oauth"


def test_credentials_are_found_at_one_place_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GITFLEET_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("GH_TOKEN", SECRET)
    monkeypatch.setenv("CI_JOB_TOKEN", SECRET)
    found = find_credentials("github")
    assert found is not None
    reference = found.reference()
    assert dict(reference.arguments)["place"] == "environment:GH_TOKEN"
    assert credentials_at("environment", "github").where == "GH_TOKEN"
    assert credentials_at("environment:CI_JOB_TOKEN", "gitlab").kind == "job"
    for place in ("environment:NONE", "netrc", "gitfleet"):
        with pytest.raises(ConfigurationError, match=f"no credentials at {place}"):
            credentials_at(place, "github")
    with pytest.raises(ConfigurationError, match=r"cannot read the file .*none\.txt"):
        credentials_at(f"file:{tmp_path / 'none.txt'}", "github")
    for wrong in (SECRET, f"token:{SECRET}", f"{SECRET}:x", None):
        with pytest.raises(ConfigurationError, match="place must be one of") as caught:
            credentials_at(wrong, "github")  # type: ignore[arg-type]
        assert "s3cr3t" not in str(caught.value)
