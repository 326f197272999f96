"""The tables with data, each derived from a model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gitfleet_api import (
    BranchInfo,
    BranchProtection,
    CodeOwnersRule,
    CollaboratorInfo,
    CommitInfo,
    ContributorInfo,
    DeployKeyInfo,
    EnvironmentInfo,
    IssueInfo,
    PullRequestInfo,
    ReleaseInfo,
    RepoDetails,
    TagInfo,
    TeamInfo,
    UserInfo,
    WorkflowRunInfo,
)
from gitfleet_api.tables.schema import TableColumn, columns_of
from gitfleet_fleet import LanguageShare

__all__ = ["ACCOUNT_COLUMNS", "KEY", "TABLES", "TIMES", "Table", "Topic", "table_of"]

ACCOUNT_COLUMNS = ("id", "login", "type", "avatar_url", "html_url")
"""The columns of accounts: their short form inside other objects."""
KEY = "key"
"""Column with the key of a row as text, in tables whose key can lack a value."""
TIMES = ("first_seen", "last_seen", "deleted_at")
"""The last columns of each table: when a response had the row, and when a complete listing lacked it."""
_OMITTED = "provider_type"
"""Each row has the column ``provider`` in its place, which also distinguishes servers."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the rows of one model."""

    name: str
    """Name, singular."""
    model: type
    """The dataclass of its rows."""
    key: tuple[str, ...]
    """Columns of the model that identify a row within its parent, or within its provider if it has none."""
    parent: str | None = "repository_id"
    """Column with the parent: ``repository_id``, ``owner`` (an organization or group), or None."""
    call: str | None = None
    """Name of the call of a fleet that returns the rows of a repository. None if they come from elsewhere."""
    indexes: tuple[str, ...] = ()
    """Further columns with an index."""
    has_text_key: bool = False
    """Whether values of the key can be None: then the column :data:`KEY` has the key as text."""

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """The columns of the model."""
        return _columns(self.model)

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns of the primary key."""
        return ("provider", *(() if self.parent is None else (self.parent,)), *self.own_key)

    @property
    def own_key(self) -> tuple[str, ...]:
        """Columns that identify a row within its parent."""
        return (KEY,) if self.has_text_key else self.key


@cache
def _columns(model: type) -> tuple[TableColumn, ...]:
    columns = tuple(column for column in columns_of(model) if column.name != _OMITTED)
    # Lists have accounts in their short form; columns without values would hide those with values.
    return tuple(column for column in columns if model is not UserInfo or column.name in ACCOUNT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a repository: a row of the table ``topic``."""

    name: str
    """Name, as ``http``."""


TABLES: tuple[Table, ...] = (
    Table("account", UserInfo, ("id",), None, indexes=("login",)),
    Table("repository", RepoDetails, ("id",), None, "details", ("full_name", "pushed_at")),
    Table("branch", BranchInfo, ("name",), call="branches", indexes=("commit_sha",)),
    Table("tag", TagInfo, ("name",), call="tags"),
    Table("commit", CommitInfo, ("sha",), call="commits", indexes=("committed_at", "author_login")),
    Table("contributor", ContributorInfo, ("id", "name", "email"), call="contributors", has_text_key=True),
    Table(
        "release",
        ReleaseInfo,
        ("id", "tag_name"),
        call="releases",
        indexes=("published_at",),
        has_text_key=True,
    ),
    Table("issue", IssueInfo, ("id",), call="issues", indexes=("state", "updated_at", "created_at")),
    Table(
        "pull_request",
        PullRequestInfo,
        ("id",),
        call="pull_requests",
        indexes=("state", "updated_at", "created_at"),
    ),
    Table("topic", Topic, ("name",), indexes=("name",)),
    Table("language", LanguageShare, ("language",), call="languages"),
    Table("member", UserInfo, ("id",), "owner"),
    Table("collaborator", CollaboratorInfo, ("id",), call="collaborators"),
    Table("team", TeamInfo, ("id",), call="teams"),
    Table("deploy_key", DeployKeyInfo, ("id",), call="deploy_keys"),
    Table("environment", EnvironmentInfo, ("id",), call="environments"),
    Table("workflow_run", WorkflowRunInfo, ("id",), call="workflow_runs", indexes=("created_at",)),
    Table("code_owner", CodeOwnersRule, ("path", "line"), call="code_owners"),
    Table("branch_protection", BranchProtection, ("branch",), call="branch_protection", has_text_key=True),
)
"""The tables in an order in which parents come first."""


def table_of(name: str) -> Table:
    """Return a table by its name.

    Raises:
        KeyError: There is none.
    """
    return next(table for table in TABLES if table.name == name)
