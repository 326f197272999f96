"""The provider of the guide works on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from types import ModuleType
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, GitLabClient, NotFoundError, UnsupportedError
from gitfleet_testing import Forge
from support.documented import fleet, module_of
from support.running import run

GUIDE: ModuleType = module_of("adding-a-provider.md")


def _with_both(engine: Any, method: str, *arguments: str) -> tuple[Any, Any]:
    """What the sample and GitLabClient return."""

    async def main(forge: Forge) -> tuple[Any, Any]:
        sample = GUIDE.SampleClient(forge.token, forge.gitlab_url, backend=engine)
        full = GitLabClient(forge.token, forge.gitlab_url, backend=engine)
        async with sample, full:
            return await getattr(sample, method)(*arguments), await getattr(full, method)(*arguments)

    with Forge(fleet()) as forge:
        return run(main(forge))


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("fetch_repositories", ("gnome",)),
        ("fetch_branches", ("gnome/apps", "calendar")),
        ("fetch_repository_details", ("gnome/apps", "calendar")),
        ("fetch_user_info", ()),
    ],
)
def test_every_field_that_the_sample_fills_is_that_of_the_client(
    engine: str, method: str, arguments: tuple[str, ...]
) -> None:
    found, expected = _with_both(engine, method, *arguments)
    if not isinstance(found, list):
        found, expected = [found], [expected]
    assert len(found) == len(expected) > 0
    for row, full in zip(found, expected, strict=True):
        filled = {name: value for name, value in asdict(row).items() if value is not None}
        assert len(filled) >= 4
        wanted = asdict(full)
        if isinstance(filled.get("owner"), dict):
            wanted["owner"] = {
                name: wanted["owner"][name] if value else value for name, value in filled["owner"].items()
            }
        assert filled == {name: wanted[name] for name in filled}


def test_a_missing_project_is_the_usual_error(engine: str) -> None:
    async def main(forge: Forge) -> None:
        async with GUIDE.SampleClient(forge.token, forge.gitlab_url, backend=engine) as client:
            with pytest.raises(NotFoundError):
                await client.fetch_repository_details("gnome", "none")

    with Forge(fleet()) as forge:
        run(main(forge))


def test_a_name_that_is_no_segment_sends_nothing(engine: str) -> None:
    with Forge(fleet()) as forge:
        client = GUIDE.SampleClient(forge.token, forge.gitlab_url, backend=engine)
        with pytest.raises(ConfigurationError):
            client.fetch_branches("gnome", "..")
        assert not forge.requests


def test_a_method_that_it_lacks_is_refused_before_anything_is_sent() -> None:
    client = GUIDE.SampleClient(base_url="http://127.0.0.1:9", use_python_impl=True)
    with pytest.raises(UnsupportedError):
        asyncio.run(client.fetch_languages("gnome", "gtk"))
