"""GitHub: the endpoint of each call that audits need."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from functools import partial

from ...client import (
    GitProviderClient,
    Listing,
    ListingRun,
    Named,
    QueryValue,
    RowDecoder,
    expand,
    text_or_none,
    utc_or_none,
    with_query,
)
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
from .paths import repo_path

__all__ = ["GitHubAudit"]


class GitHubAudit(GitProviderClient):
    """The calls of a client of GitHub about access to repositories."""

    async def fetch_branch_protection(
        self, owner: str | Named, repo: str | None = None, *, branch: str | None = None
    ) -> BranchProtection:
        """Return the rules that apply to a branch: those of its branch protection and of all rulesets together.

        Uses ``GET /repos/{owner}/{repo}/branches/{branch}``. If the branch is protected also its ``/protection``, which
        needs an administrator's token, and ``GET /repos/{owner}/{repo}/rules/branches/{branch}``. Without such a token
        the rules that may be stricter than the visible ones are None.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            branch: Name of the branch. None for the default branch, which costs one more request.

        Raises:
            NotFoundError: The repository or ``branch`` does not exist, or the token may not see it.
        """
        from .protection import fetch_protection  # few programs need it

        return await fetch_protection(self.session, repo_path(self.session, owner, repo), branch)

    async def fetch_commit(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> CommitDetails:
        """Return one commit with its numbers of added and deleted lines (``GET /repos/{owner}/{repo}/commits/{ref}``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Hash, branch or tag. None for the newest commit of the default branch.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
            InvalidRequestError: The repository has no commit or branch ``ref``.
            ConflictError: The repository is empty.
        """
        # One row per page is enough: the numbers are those of all files.
        url = with_query(self.session.url(_commit_path(repo_path(self.session, owner, repo), ref)), {"per_page": 1})
        return await self.session.get_one(url, self.session.decoder(CommitDetails, shapes.COMMIT_DETAILS))

    def fetch_commit_files(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[ChangedFile]:
        """List the files that a commit changes (``GET /repos/{owner}/{repo}/commits/{ref}``). GitHub lists 3,000.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Hash, branch or tag. None for the newest commit of the default branch.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
            InvalidRequestError: The repository has no commit or branch ``ref``.
            ConflictError: The repository is empty.
        """
        url = self.session.first_page(_commit_path(repo_path(self.session, owner, repo), ref))
        return self.session.listing(url, self.session.decoder(ChangedFile, shapes.CHANGED_FILE), ("files",))

    def fetch_collaborators(
        self, owner: str | Named, repo: str | None = None, *, direct: bool = False
    ) -> Listing[CollaboratorInfo]:
        """List the accounts with access to a repository (``GET /repos/{owner}/{repo}/collaborators``).

        Needs a token that may push. For a public repository these are the accounts that can do more than read.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            direct: Only accounts with a role in the repository itself, not those of the organization and of teams.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
            PermissionDeniedError: The token may not push.
            AuthError: There is no token.
        """
        url = self._pages("collaborators", owner, repo, affiliation="direct" if direct else None)
        return self.session.listing(url, self.session.decoder(CollaboratorInfo, shapes.COLLABORATOR))

    def fetch_teams(self, owner: str | Named, repo: str | None = None) -> Listing[TeamInfo]:
        """List the teams with access to a repository (``GET /repos/{owner}/{repo}/teams``).

        Needs an administrator's token. Repositories of users have no teams.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see its teams.
        """
        url = self._pages("teams", owner, repo)
        return self.session.listing(url, self.session.decoder(TeamInfo, shapes.TEAM))

    def fetch_deploy_keys(self, owner: str | Named, repo: str | None = None) -> Listing[DeployKeyInfo]:
        """List the deploy keys of a repository (``GET /repos/{owner}/{repo}/keys``). Needs an administrator's token.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see its keys.
        """
        url = self._pages("keys", owner, repo)
        return self.session.listing(url, self.session.decoder(DeployKeyInfo, shapes.DEPLOY_KEY))

    def fetch_code_owners(
        self, owner: str | Named, repo: str | None = None, *, ref: str | None = None
    ) -> Listing[CodeOwnersRule]:
        """List the rules of the file ``CODEOWNERS``. A repository without such a file has none.

        GitHub uses the first of ``.github/CODEOWNERS``, ``CODEOWNERS`` and ``docs/CODEOWNERS``. One request lists the
        root folder (``GET /repos/{owner}/{repo}/contents``), the others read the files that may exist.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            ref: Branch, tag or hash. None for the default branch.

        Raises:
            NotFoundError: The repository or ``ref`` does not exist, or the token may not see it.
        """
        from ..code_owners import CODE_OWNERS  # few programs need it

        path, ref = repo_path(self.session, owner, repo), text_or_none("ref", ref)
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
        """List the runs of workflows of a repository, newest first (``GET /repos/{owner}/{repo}/actions/runs``).

        With ``branch`` or ``since`` GitHub returns at most 1,000 runs; if there are more, the listing has a gap.

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.
            branch: Only runs of this branch.
            since: Only runs that were created at this time or later. An aware datetime; fractions of a second are
                ignored.
            limit: At most this many runs, the newest. None for all.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        time = utc_or_none("since", since)
        query: dict[str, QueryValue] = {
            "branch": text_or_none("branch", branch),
            "created": None if time is None else f">={time}",
        }
        path, decoder = (
            f"{repo_path(self.session, owner, repo)}/actions/runs",
            self.session.decoder(WorkflowRunInfo, shapes.WORKFLOW_RUN),
        )
        if limit is None:
            return self.session.listing(self.session.first_page(path, **query), decoder, ("workflow_runs",))
        from ..latest import latest  # few programs need it

        return latest(self.session, path, query, decoder, ("workflow_runs",), limit)

    def fetch_environments(self, owner: str | Named, repo: str | None = None) -> Listing[EnvironmentInfo]:
        """List the environments that a repository is deployed to (``GET /repos/{owner}/{repo}/environments``).

        Args:
            owner: The repository as ``"owner/name"`` or :class:`RepoInfo`; or the name of its owner, with ``repo``.
            repo: Name of the repository. Omitted if ``owner`` names the repository.

        Raises:
            NotFoundError: The repository does not exist, or the token may not see it.
        """
        url = self._pages("environments", owner, repo)
        decoder = self.session.decoder(EnvironmentInfo, shapes.ENVIRONMENT)
        return self.session.listing(url, decoder, ("environments",))

    def _pages(self, what: str, owner: str | Named, repo: str | None, /, **query: QueryValue) -> str:
        return self.session.first_page(f"{repo_path(self.session, owner, repo)}/{what}", **query)

    async def _code_owners(
        self, path: str, ref: str | None, run: ListingRun, decoder: RowDecoder[CodeOwnersRule]
    ) -> AsyncGenerator[list[CodeOwnersRule], None]:
        from .code_owners import read_code_owners  # few programs need it

        yield await read_code_owners(self.session, path, ref, run, decoder)


def _commit_path(repo: str, ref: str | None) -> str:
    name = "HEAD" if ref is None else expand("{+ref}", {"ref": ref}, any_name=True)
    return f"{repo}/commits/{name}"
