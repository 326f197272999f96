"""GitLab: the endpoint of each call that audits need."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from functools import partial

from ...client import (
    GitProviderClient,
    Listing,
    ListingRun,
    Named,
    QueryValue,
    RowDecoder,
    nested_segment,
    text_or_none,
    utc_or_none,
)
from ...errors import AuthError
from ...models import (
    BranchProtection,
    ChangedFile,
    CodeOwnersRule,
    CollaboratorInfo,
    CommitDetails,
    DeployKeyInfo,
    EnvironmentInfo,
    TeamInfo,
    WorkflowRunInfo,
)
from . import audit_shapes as shapes
from .paths import project_path

__all__ = ["GitLabAudit"]

_NEWEST_FIRST: dict[str, QueryValue] = {"order_by": "id", "sort": "desc"}


class GitLabAudit(GitProviderClient):
    """The calls of a client of GitLab about access to projects."""

    async def fetch_branch_protection(
        self, owner: str | Named, repo: str | None = None, *, branch: str | None = None
    ) -> BranchProtection:
        """Return the rules that apply to a branch: of several the most permissive, as GitLab applies them.

        Uses ``GET /projects/{id}/repository/branches/{branch}``. If the branch is protected also
        ``GET /projects/{id}/protected_branches``. If the token may not see those, all rules are None.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            branch: Name of the branch. None for the default branch, which costs one more request.

        Raises:
            NotFoundError: The project or ``branch`` does not exist, or the token may not see it.
        """
        from .protection import fetch_protection  # few programs need it

        return await fetch_protection(self.session, project_path(self.session, owner, repo), branch)

    async def fetch_commit(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> CommitDetails:
        """Return one commit with its numbers of lines (``GET /projects/{id}/repository/commits/{ref}``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            ref: Hash, branch or tag. None for the newest commit of the default branch.

        Raises:
            NotFoundError: The project or ``ref`` does not exist, the project is empty, or the token may not see it.
        """
        url = self.session.url(_commit_path(project_path(self.session, owner, repo), ref))
        return await self.session.get_one(url, self.session.decoder(CommitDetails, shapes.COMMIT_DETAILS))

    def fetch_commit_files(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[ChangedFile]:
        """List the files that a commit changes (``GET /projects/{id}/repository/commits/{ref}/diff``).

        Their numbers of lines are counted in the differences that GitLab sends.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            ref: Hash, branch or tag. None for the newest commit of the default branch.

        Raises:
            NotFoundError: The project or ``ref`` does not exist, the project is empty, or the token may not see it.
        """
        url = self.session.first_page(f"{_commit_path(project_path(self.session, owner, repo), ref)}/diff")
        return self.session.listing(url, self.session.decoder(ChangedFile, shapes.CHANGED_FILE))

    def fetch_collaborators(
        self, owner: str | Named, repo: str | None = None, *, direct: bool = False
    ) -> Listing[CollaboratorInfo]:
        """List the members of a project, with those of its groups (``GET /projects/{id}/members/all``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            direct: Only members of the project itself (``GET /projects/{id}/members``).

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            AuthError: There is no token.
        """
        url = self._pages("members" if direct else "members/all", owner, repo)
        return self.session.listing(url, self.session.decoder(CollaboratorInfo, shapes.COLLABORATOR))

    def fetch_teams(self, owner: str | Named, repo: str | None = None) -> Listing[TeamInfo]:
        """List the groups that a project is shared with (``GET /projects/{id}``).

        The group that owns the project is not one of them.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            AuthError: There is no token.
        """
        pages = partial(self._teams, project_path(self.session, owner, repo))
        return self.session.listing_of(pages, self.session.decoder(TeamInfo, shapes.TEAM))

    def fetch_deploy_keys(self, owner: str | Named, repo: str | None = None) -> Listing[DeployKeyInfo]:
        """List the deploy keys of a project (``GET /projects/{id}/deploy_keys``). Needs a maintainer's token.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            PermissionDeniedError: The token is not that of a maintainer.
            AuthError: There is no token.
        """
        url = self._pages("deploy_keys", owner, repo)
        return self.session.listing(url, self.session.decoder(DeployKeyInfo, shapes.DEPLOY_KEY))

    def fetch_code_owners(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[CodeOwnersRule]:
        """List the rules of the file ``CODEOWNERS``. A project without such a file has none.

        GitLab uses the first of ``CODEOWNERS``, ``docs/CODEOWNERS`` and ``.gitlab/CODEOWNERS``. They are requested in
        this order (``GET /projects/{id}/repository/files/{path}/raw``) until there is one. Lines without owners have
        the default owners of their section.

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            ref: Branch, tag or hash. None for the default branch.

        Raises:
            NotFoundError: The project or ``ref`` does not exist, or the token may not see it.
        """
        from ..code_owners import CODE_OWNERS  # few programs need it

        path, ref = project_path(self.session, owner, repo), text_or_none("ref", ref)
        return self.session.listing_of(
            partial(self._code_owners, path, ref), self.session.decoder(CodeOwnersRule, CODE_OWNERS)
        )

    def fetch_workflow_runs(
        self,
        owner: str | Named,
        repo: str | None = None,
        *,
        branch: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Listing[WorkflowRunInfo]:
        """List the pipelines of a project, newest first (``GET /projects/{id}/pipelines``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.
            branch: Only pipelines of this branch, tag or other ref.
            since: Only pipelines that were created at this time or later. An aware datetime; fractions of a second are
                ignored.
            limit: At most this many pipelines, the newest. None for all.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            PermissionDeniedError: The token may not see pipelines.
        """
        query = {
            "ref": text_or_none("branch", branch),
            "created_after": utc_or_none("since", since),
            **_NEWEST_FIRST,
        }
        path, decoder = (
            f"{project_path(self.session, owner, repo)}/pipelines",
            self.session.decoder(WorkflowRunInfo, shapes.WORKFLOW_RUN),
        )
        if limit is not None:
            from ..latest import latest  # few programs need it

            return latest(self.session, path, query, decoder, (), limit, _since(since))
        return self.session.listing(self.session.first_page(path, **query), decoder, keep=_since(since))

    def fetch_environments(self, owner: str | Named, repo: str | None = None) -> Listing[EnvironmentInfo]:
        """List the environments that a project is deployed to (``GET /projects/{id}/environments``).

        Args:
            owner: The project as ``"group/name"`` or :class:`RepoInfo`; or the full path of its owner, with ``repo``.
            repo: Path of the project. Omitted if ``owner`` names the project.

        Raises:
            NotFoundError: The project does not exist, or the token may not see it.
            PermissionDeniedError: The token may not see environments.
        """
        url = self._pages("environments", owner, repo)
        return self.session.listing(url, self.session.decoder(EnvironmentInfo, shapes.ENVIRONMENT))

    def _pages(self, what: str, owner: str | Named, repo: str | None, /, **query: QueryValue) -> str:
        return self.session.first_page(f"{project_path(self.session, owner, repo)}/{what}", **query)

    async def _teams(
        self, path: str, run: ListingRun, decoder: RowDecoder[TeamInfo]
    ) -> AsyncGenerator[list[TeamInfo], None]:
        if not self.session.tokens():
            raise AuthError("GitLab names the groups of a project to users with a token only", self.provider_type)
        async for page in self.session.get_pages(self.session.url(path), decoder, ("shared_with_groups",), run=run):
            yield page

    async def _code_owners(
        self, path: str, ref: str | None, run: ListingRun, decoder: RowDecoder[CodeOwnersRule]
    ) -> AsyncGenerator[list[CodeOwnersRule], None]:
        from .code_owners import read_code_owners  # few programs need it

        yield await read_code_owners(self.session, path, ref, run, decoder)


def _commit_path(project: str, ref: str | None) -> str:
    name = "HEAD" if ref is None else nested_segment("ref", ref, any_name=True)
    return f"{project}/repository/commits/{name}"


def _since(time: datetime | None) -> Callable[[WorkflowRunInfo], bool] | None:
    """Return the filter for servers that do not know ``created_after``."""
    if time is None:
        return None
    first = time.replace(microsecond=0)
    return lambda run: run.created_at is None or run.created_at >= first
