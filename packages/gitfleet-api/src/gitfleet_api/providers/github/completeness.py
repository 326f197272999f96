"""Where GitHub's listings end early or are empty, as its documentation says."""

from __future__ import annotations

from ...client import CapError, CompletenessRules, CountedList, RowCap, SearchRule

__all__ = ["COMPLETENESS"]

_REPO = r"/repos/[^/]+/[^/]+"
_EVENTS = rf"/events|{_REPO}/events|/networks/[^/]+/[^/]+/events|/orgs/[^/]+/events|/users/[^/]+/(?:received_)?events.*"
_HIDDEN = "GitHub shows this list only to some accounts; use a token of one that may push to the repository"


def _search(kind: str, dates: str | None = None, time: str = "", *sorts: str) -> SearchRule:
    return SearchRule(f"/search/{kind}", 1000, dates, tuple(time.split(".")) if time else (), sorts)


COMPLETENESS = CompletenessRules(
    partial_header="x-github-sso",
    caps=(
        RowCap(_EVENTS, 300, "GitHub keeps 300 events; request them more often, or use webhooks"),
        RowCap(rf"{_REPO}/pulls/[0-9]+/commits", 250, "GitHub lists 250 commits here; list those of the branch"),
        RowCap(rf"{_REPO}/pulls/[0-9]+/files", 3000, "GitHub lists 3,000 files; compare trees for the others"),
        RowCap(rf"{_REPO}/contents(?:/.*)?", 1000, "GitHub lists 1,000 entries of a folder; use the Git tree of it"),
        RowCap(rf"{_REPO}/commits/[^/]+", 3000, "GitHub lists 3,000 files of a commit; compare trees for the others"),
    ),
    graphql_totals=(
        *("totalCount", "repositoryCount", "issueCount", "userCount", "discussionCount"),
        *("codeCount", "wikiCount"),
    ),
    graphql_caps=(RowCap("search", 1000, "GitHub returns 1,000 results of a search; narrow the query by `created:`"),),
    cap_errors=(
        CapError((422,), r"only the first [0-9,]+ search results", "GitHub returns 1,000 results; narrow the query"),
        CapError((422,), r"pagination is limited", "GitHub returns no further pages of this list; use a filter"),
    ),
    searches=(
        _search("repositories", "created", "created_at"),
        _search("issues", "created", "created_at", "created"),
        _search("users", "created", "", "joined"),
        _search("topics", "created", "created_at"),
        _search("commits", "committer-date", "commit.committer.date", "committer-date"),
        SearchRule("/search/code", 1000, None, sizes="size"),
        _search("labels"),
    ),
    counted=(
        CountedList(rf"({_REPO})/stargazers", "stargazers_count", _HIDDEN),
        CountedList(rf"({_REPO})/subscribers", "subscribers_count", _HIDDEN),
    ),
)
