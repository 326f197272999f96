"""What a type checker must refuse. Not run: under --strict mypy reports each `ignore` that hides no error."""

from __future__ import annotations

from GitFleet import GitHubClient, RepoInfo


async def mistakes(client: GitHubClient, repo: RepoInfo) -> None:
    client.fetch_repositories()  # type: ignore[call-arg]
    client.fetch_repositories(5)  # type: ignore[arg-type]
    client.fetch_repositories("x", kind="team")  # type: ignore[arg-type]
    client._use_rust = True  # type: ignore[misc]
    repo.name = "other"  # type: ignore[misc]
    for _ in client.fetch_repositories("x"):  # type: ignore[attr-defined]
        pass
    str((await client.fetch_user_info()).nickname)  # type: ignore[attr-defined]
    GitHubClient(backend="rust")  # type: ignore[arg-type]
    GitHubClient(tokn="x")  # type: ignore[call-arg]
    len(client.fetch_branches("x", "y"))  # type: ignore[arg-type]
    client.fetch_branches(5)  # type: ignore[arg-type]
    client.fetch_branches(await client.fetch_user("x"))  # type: ignore[arg-type]
    client.fetch_issues("x", "y", state="opened")  # type: ignore[arg-type]
    client.fetch_commits("x", "y", since="2024-01-01")  # type: ignore[arg-type]
    client.graphql("{ x }", {}, "Model")  # type: ignore[call-overload]
    await client.fetch(RepoInfo, "/x")  # type: ignore[arg-type]
    await client.fetch("/x", RepoInfo, params={"a": object()})  # type: ignore[dict-item]
    await client.fetch("/{x}", RepoInfo, x=None)  # type: ignore[arg-type]
    str((await client.fetch("/x", RepoInfo)).nickname)  # type: ignore[attr-defined]
