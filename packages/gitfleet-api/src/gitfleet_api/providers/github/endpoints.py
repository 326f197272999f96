"""Ready dataclasses for ``client.fetch`` and ``client.fetch_all``: endpoints that only GitHub has.

Each class has the endpoint as ``PATH``, the JSON path of its rows as ``AT``, and the needed ``PERMISSION``::

    await client.fetch_all(Workflow.PATH, Workflow, at=Workflow.AT, owner="python", repo="cpython")
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, TypeVar

from ...client import GitProviderClient, Named
from ...decoding.jsonpath import JsonPath
from ...errors import NotFoundError, PermissionDeniedError

__all__ = [
    "CodeOwnersError",
    "CodeScanningAlert",
    "CustomProperty",
    "DependabotAlert",
    "LicenseFile",
    "OrganizationTeam",
    "RepositoryProperties",
    "SecretScanningAlert",
    "SecurityAlerts",
    "Workflow",
    "count_security_alerts",
]

T = TypeVar("T")
_REPO = "/repos/{owner}/{repo}"


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow of GitHub Actions."""

    PATH: ClassVar[str] = f"{_REPO}/actions/workflows"
    AT: ClassVar[str] = "workflows"
    PERMISSION: ClassVar[str] = "Actions: read; none for public repositories"

    id: int
    """Id of the workflow."""
    name: str
    """Name, as in the workflow's file."""
    path: str
    """Path of the workflow's file."""
    state: str
    """``active``, ``disabled_manually``, ``disabled_inactivity``, ``disabled_fork`` or ``deleted``."""
    created_at: datetime
    """When it was created (aware)."""
    updated_at: datetime
    """When it was last changed (aware)."""
    html_url: str | None = None
    """URL of its web page."""


@dataclass(frozen=True, slots=True)
class LicenseFile:
    """The license file of a repository, for ``client.fetch``. :class:`RepoDetails` has the SPDX identifier, too."""

    PATH: ClassVar[str] = f"{_REPO}/license"
    AT: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = "Contents: read; none for public repositories"

    path: str
    """Path of the file."""
    spdx_id: Annotated[str | None, JsonPath("license.spdx_id")] = None
    """SPDX identifier, as ``MIT``; ``NOASSERTION`` for a license unknown to GitHub."""
    name: Annotated[str | None, JsonPath("license.name")] = None
    """Name of the license."""
    html_url: str | None = None
    """URL of the file's web page."""


@dataclass(frozen=True, slots=True)
class OrganizationTeam:
    """A team of an organization. :meth:`GitHubClient.fetch_teams` lists those of a repository."""

    PATH: ClassVar[str] = "/orgs/{org}/teams"
    AT: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = "Members: read; scope `read:org`"

    id: int
    """Id of the team."""
    name: str
    """Display name."""
    slug: str
    """Name in URLs."""
    description: str | None = None
    """Short text about it. None or empty if there is none."""
    privacy: str | None = None
    """``closed`` (visible to the organization) or ``secret``."""
    parent: Annotated[str | None, JsonPath("parent.slug")] = None
    """Name in URLs of the team that it belongs to. None if there is none."""


@dataclass(frozen=True, slots=True)
class CustomProperty:
    """The value of a custom property of a repository."""

    PATH: ClassVar[str] = f"{_REPO}/properties/values"
    AT: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = "Metadata: read; repositories of organizations only"

    property_name: str
    """Name of the property."""
    value: str | list[str] | None
    """Its value, or list of values. None if it is not set."""


@dataclass(frozen=True, slots=True)
class RepositoryProperties:
    """The custom properties of one repository: one listing has those of all repositories of an organization."""

    PATH: ClassVar[str] = "/orgs/{org}/properties/values"
    AT: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = "Custom properties of the organization: read"

    repository_id: int
    """Id of the repository."""
    repository_full_name: str
    """``owner/name``."""
    properties: tuple[CustomProperty, ...]
    """The properties that have a value."""


@dataclass(frozen=True, slots=True)
class CodeOwnersError:
    """A line of the file ``CODEOWNERS`` that GitHub ignores. Without such a file: NotFoundError."""

    PATH: ClassVar[str] = f"{_REPO}/codeowners/errors"
    AT: ClassVar[str] = "errors"
    PERMISSION: ClassVar[str] = "Contents: read; none for public repositories"

    line: int
    """Number of the line, from 1."""
    column: int
    """Number of the character in the line, from 1."""
    kind: str
    """Kind of error, as ``Invalid pattern`` or ``Unknown owner``."""
    message: str
    """Description of the error."""
    path: str
    """Path of the file."""
    source: str | None = None
    """The line."""
    suggestion: str | None = None
    """How to correct it. None if GitHub has no suggestion."""


@dataclass(frozen=True, slots=True)
class DependabotAlert:
    """A dependency with a known vulnerability."""

    PATH: ClassVar[str] = f"{_REPO}/dependabot/alerts"
    ORGANIZATION_PATH: ClassVar[str] = "/orgs/{org}/dependabot/alerts"
    AT: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = "Dependabot alerts: read; scope `security_events`"

    number: int
    """Number of the alert in its repository."""
    state: str
    """``open``, ``fixed``, ``dismissed`` or ``auto_dismissed``."""
    severity: Annotated[str | None, JsonPath("security_advisory.severity")] = None
    """``critical``, ``high``, ``medium`` or ``low``."""
    package: Annotated[str | None, JsonPath("dependency.package.name")] = None
    """Name of the package."""
    ecosystem: Annotated[str | None, JsonPath("dependency.package.ecosystem")] = None
    """Package index, as ``pip`` or ``npm``."""
    manifest_path: Annotated[str | None, JsonPath("dependency.manifest_path")] = None
    """Path of the file that names the package."""
    ghsa_id: Annotated[str | None, JsonPath("security_advisory.ghsa_id")] = None
    """GitHub's id of the advisory."""
    cve_id: Annotated[str | None, JsonPath("security_advisory.cve_id")] = None
    """CVE id of the advisory. None if there is none."""
    repository: Annotated[str | None, JsonPath("repository.full_name")] = None
    """``owner/name`` in the list of an organization. None in the list of a repository."""
    created_at: datetime | None = None
    """When it was created (aware)."""
    html_url: str | None = None
    """URL of its web page."""


@dataclass(frozen=True, slots=True)
class CodeScanningAlert:
    """A finding of code scanning."""

    PATH: ClassVar[str] = f"{_REPO}/code-scanning/alerts"
    ORGANIZATION_PATH: ClassVar[str] = "/orgs/{org}/code-scanning/alerts"
    AT: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = "Code scanning alerts: read; scope `security_events`"

    number: int
    """Number of the alert in its repository."""
    state: str
    """``open``, ``fixed`` or ``dismissed``."""
    rule: Annotated[str | None, JsonPath("rule.id")] = None
    """Id of the rule."""
    severity: Annotated[str | None, JsonPath("rule.security_severity_level")] = None
    """``critical``, ``high``, ``medium`` or ``low``. None for rules that do not concern security."""
    tool: Annotated[str | None, JsonPath("tool.name")] = None
    """Name of the tool, as ``CodeQL``."""
    repository: Annotated[str | None, JsonPath("repository.full_name")] = None
    """``owner/name`` in the list of an organization. None in the list of a repository."""
    created_at: datetime | None = None
    """When it was created (aware)."""
    html_url: str | None = None
    """URL of its web page."""


@dataclass(frozen=True, slots=True)
class SecretScanningAlert:
    """A secret that was found in a repository. The secret itself is never decoded."""

    PATH: ClassVar[str] = f"{_REPO}/secret-scanning/alerts"
    ORGANIZATION_PATH: ClassVar[str] = "/orgs/{org}/secret-scanning/alerts"
    AT: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = "Secret scanning alerts: read; scope `security_events`; administrators"

    number: int
    """Number of the alert in its repository."""
    state: str
    """``open`` or ``resolved``."""
    secret_type: str | None = None
    """Kind of secret."""
    resolution: str | None = None
    """``false_positive``, ``wont_fix``, ``revoked``, ``used_in_tests`` and others. None while it is open."""
    validity: str | None = None
    """``active``, ``inactive`` or ``unknown``."""
    repository: Annotated[str | None, JsonPath("repository.full_name")] = None
    """``owner/name`` in the list of an organization. None in the list of a repository."""
    created_at: datetime | None = None
    """When it was created (aware)."""
    html_url: str | None = None
    """URL of its web page."""


@dataclass(frozen=True, slots=True)
class SecurityAlerts:
    """Numbers of open security alerts. None if the feature is disabled or the token may not see the alerts."""

    dependabot: int | None
    """Open alerts of Dependabot."""
    code_scanning: int | None
    """Open alerts of code scanning."""
    secret_scanning: int | None
    """Open alerts of secret scanning."""


async def count_security_alerts(client: GitProviderClient, repo: Named) -> SecurityAlerts:
    """Return the numbers of open security alerts of a repository: three requests, more for over 100 alerts of a kind.

    It is a function for ``fleet.each`` as well.

    Args:
        client: A client of GitHub.
        repo: The repository: a :class:`RepoInfo`, or any object with ``full_name``.

    Raises:
        NotFoundError: The repository does not exist, or the token may not see it.
    """
    owner, _, name = (repo.full_name or "").partition("/")

    async def count(path: str, model: type[T]) -> int | None:
        params = {"state": "open"}
        if model is SecretScanningAlert:
            params |= {"hide_secret": "true"}
        try:
            return len(await client.fetch_all(path, model, params=params, identity="number", owner=owner, repo=name))
        except (NotFoundError, PermissionDeniedError):
            return None

    found = SecurityAlerts(
        await count(DependabotAlert.PATH, DependabotAlert),
        await count(CodeScanningAlert.PATH, CodeScanningAlert),
        await count(SecretScanningAlert.PATH, SecretScanningAlert),
    )
    if found == SecurityAlerts(None, None, None):
        await client.fetch_repository_details(owner, name)  # raises an error if the repository does not exist
    return found
