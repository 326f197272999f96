"""The provider that the guide builds works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from support.raw_server import RawServer, always, answer
from support.running import run

GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-provider.md"


def test_the_client_of_the_guide_lists_branches(engine: str) -> None:
    namespace: dict[str, Any] = {"__name__": "guide"}
    for block in re.findall(r"^```python\n(.*?)^```", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        exec(block, namespace)  # noqa: S102  our own documentation

    async def main(server: RawServer) -> Any:
        async with namespace["SmallGitLabClient"]("x", server.url, backend=engine) as client:
            return await client.fetch_branches("group/sub", "project")

    with RawServer(always(answer([{"name": "main", "commit": {"id": "c"}}]))) as server:
        (found,) = run(main(server))
    assert (found.name, found.commit_sha) == ("main", "c")
    assert [item.target for item in server.requests] == [
        "/projects/group%2Fsub%2Fproject/repository/branches?per_page=100"
    ]


def test_the_shapes_of_the_guide_can_be_read_by(engine: str) -> None:
    namespace: dict[str, Any] = {"__name__": "guide"}
    for block in re.findall(r"^```python\n(.*?)^```", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        exec(block, namespace)  # noqa: S102  our own documentation
    row = {"id": 1, "path": "p", "path_with_namespace": "g/p", "visibility": "internal", "tag_list": ["a"]}
    row |= {"namespace": {"id": 2, "full_path": "g", "web_url": "https://h/g"}}

    async def main(server: RawServer) -> Any:
        async with namespace["SmallGitLabClient"]("x", server.url, backend=engine) as client:
            reader = client.session.decoder(namespace["RepoInfo"], namespace["REPO"])
            return await client.session.listing(client.session.url("/projects"), reader)

    with RawServer(always(answer([row]))) as server:
        (found,) = run(main(server))
    assert (found.name, found.private, found.topics, found.owner.login) == ("p", True, ("a",), "g")
