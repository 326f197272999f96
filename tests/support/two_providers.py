"""What GitHub and GitLab really tell differently of the same data, field by field, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from gitfleet_api import ProviderType

Pair = tuple[Any, Any]


@dataclass(frozen=True)
class Difference:
    """Why a field differs, and a test that each pair of different values (GitHub's, GitLab's) passes."""

    reason: str
    holds: Callable[[Any, Any], bool]


def _untold(what: str) -> Difference:
    return Difference(f"GitLab tells no {what}", lambda _, gitlab: gitlab is None)


def _page(before: str, after: str) -> Difference:
    reason = "its page is elsewhere on GitLab"
    return Difference(reason, lambda github, gitlab: gitlab == github.replace(before, after, 1))


_GROUP_PICTURE = Difference(
    "GitLab keeps pictures of groups among what was uploaded",
    lambda _, gitlab: gitlab.startswith("https://forge.invalid/uploads/"),
)
_GROUP_PAGE = Difference(
    "groups have pages below /groups on GitLab",
    lambda github, gitlab: gitlab.split("/groups/") == github.rsplit("/", 1),
)
_GHOST = Difference(
    "what deleted accounts have left is the ghost's on GitLab",
    lambda github, gitlab: github is None and gitlab.login == "ghost",
)
_UNLOCKED = Difference(
    "GitLab says null of what was never locked", lambda github, gitlab: (github, gitlab) == (False, None)
)
_ACCOUNT = Difference(
    "GitLab takes name and address from commits and looks for no account",
    lambda github, gitlab: github is not None and gitlab is None,
)

_SHORT_FORM = {
    "type": Difference("only a user asked for alone has a type on GitLab", lambda _, gitlab: gitlab is None),
    "html_url": Difference("on GitHub bots have pages below /apps", lambda github, _: "/apps/" in github),
}


def _short(*names: str) -> dict[str, Difference]:
    return {f"{name}.{field}": difference for name in names for field, difference in _SHORT_FORM.items()}


_PERSON = {
    "public_repos": _untold("number of a user's projects"),
    "updated_at": _untold("time of a user's last change"),
}
_LISTED = {
    "language": _untold("main language, but for /languages"),
    "watchers_count": _untold("second number of stars"),
    "size": _untold("size without the right to read statistics"),
    "open_issues_count": _untold("number of issues where there are none to be opened"),
    "default_branch": Difference(
        "an empty project has no branch that could be the default one", lambda _, gitlab: gitlab is None
    ),
}
_OF_A_GROUP = {"owner.avatar_url": _GROUP_PICTURE, "owner.html_url": _GROUP_PAGE}

#: By kind of model. A field that is not here is the same from both.
DIFFERENCES: Mapping[str, Mapping[str, Difference]] = {
    "myself": {
        **_PERSON,
        "email": Difference(
            "GitLab shows one's own address to oneself", lambda github, gitlab: github is None and "@" in gitlab
        ),
    },
    "user": {
        **_PERSON,
        "name": Difference("on GitLab everybody has a name", lambda github, gitlab: github is None and bool(gitlab)),
        "html_url": _SHORT_FORM["html_url"],
    },
    "organization": {
        "avatar_url": _GROUP_PICTURE,
        "html_url": _GROUP_PAGE,
        "blog": _untold("web site of a group"),
        "location": _untold("place of a group"),
        "public_repos": _untold("number of a group's projects"),
        "followers": _untold("followers of a group"),
        "updated_at": _untold("time of a group's last change"),
    },
    "members": {"type": _SHORT_FORM["type"]},
    "repositories": {**_LISTED, **_OF_A_GROUP},
    "a user's repositories": {
        "language": _LISTED["language"],
        "watchers_count": _LISTED["watchers_count"],
        "size": _LISTED["size"],
    },
    "details": {
        **_LISTED,
        **_OF_A_GROUP,
        "homepage": _untold("home page"),
        "disabled": _untold("disabled projects"),
        "is_template": _untold("templates"),
        "has_projects": _untold("boards"),
        "has_discussions": _untold("discussions"),
        "subscribers_count": _untold("number of those who are told of everything"),
        "source": _untold("beginning of a chain of forks"),
    },
    "branches": {
        "committed_at": Difference("GitHub lists no times", lambda github, gitlab: github is None and bool(gitlab)),
    },
    "tags": {
        "message": Difference("GitHub lists no messages", lambda github, gitlab: github is None and bool(gitlab)),
    },
    "commits": {
        "author": _ACCOUNT,
        "committer": _ACCOUNT,
        "html_url": _page("/commit/", "/-/commit/"),
    },
    "contributors": {
        "login": _ACCOUNT,
        "id": _ACCOUNT,
        "type": _untold("kind of a contributor"),
        "avatar_url": _ACCOUNT,
        "html_url": _ACCOUNT,
        "name": Difference("GitHub has the account instead", lambda github, gitlab: github is None and bool(gitlab)),
        "email": Difference("GitHub has the account instead", lambda github, gitlab: github is None and "@" in gitlab),
    },
    "releases": {
        "id": _untold("number of a release: the tag is its name"),
        "draft": _untold("drafts: there are none"),
        "prerelease": _untold("pre-releases"),
        "name": Difference(
            "a release without a title has its tag's", lambda github, gitlab: not github and bool(gitlab)
        ),
        "body": Difference("no text is an empty one", lambda github, gitlab: (github, gitlab) == (None, "")),
        "target": Difference(
            "GitLab tells the tagged commit", lambda github, gitlab: github == "main" and len(gitlab) == 40
        ),
        "assets": Difference(
            "GitLab tells names and addresses of files, and has the archives of the sources among them",
            lambda github, gitlab: (
                [asset.name for asset in gitlab[: len(github)]] == [asset.name for asset in github]
                and len(gitlab) == len(github) + 4
            ),
        ),
        "author.type": _SHORT_FORM["type"],
        "html_url": _page("/releases/tag/", "/-/releases/"),
    },
    "issues": {
        **_short("author", "assignees"),
        "author": _GHOST,
        "locked": _UNLOCKED,
        "html_url": _page("/issues/", "/-/issues/"),
    },
    "pull requests": {
        **_short("author", "assignees", "reviewers"),
        "author": _GHOST,
        "locked": _UNLOCKED,
        "base_sha": _untold("commit that it begins from, but for a merge request asked for alone"),
        "head_repo.full_name": Difference(
            "GitLab tells only the number of another project", lambda github, gitlab: "/" in github and gitlab is None
        ),
        "html_url": _page("/pull/", "/-/merge_requests/"),
    },
}


def differing(github: Any, gitlab: Any, within: str = "") -> dict[str, list[Pair]]:
    """The fields whose values differ, objects within compared likewise; each knows which provider it is from."""
    assert type(github) is type(gitlab)
    found: dict[str, list[Pair]] = {}
    for field in fields(github):
        ours, theirs = getattr(github, field.name), getattr(gitlab, field.name)
        name = f"{within}{field.name}"
        if field.name == "provider_type":
            assert (ours, theirs) == (ProviderType.GITHUB, ProviderType.GITLAB)
        elif is_dataclass(ours) and is_dataclass(theirs):
            found |= differing(ours, theirs, f"{name}.")
        elif _rows(ours) and _rows(theirs) and len(ours) == len(theirs):
            for one, other in zip(ours, theirs, strict=True):
                merge(found, differing(one, other, f"{name}."))
        elif ours != theirs:
            found[name] = [(ours, theirs)]
    return found


def merge(found: dict[str, list[Pair]], more: dict[str, list[Pair]]) -> None:
    """Put more pairs to those found."""
    for name, pairs in more.items():
        found.setdefault(name, []).extend(pairs)


def _rows(value: object) -> bool:
    return isinstance(value, tuple) and any(map(is_dataclass, value))
