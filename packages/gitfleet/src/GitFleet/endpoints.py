"""Ready dataclasses for ``client.fetch`` and ``client.fetch_all``: endpoints that only one provider has.

Each class has the endpoint as ``PATH``, the JSON path of its rows as ``AT``, and the needed ``PERMISSION``.
"""

from __future__ import annotations

from gitfleet_api.providers.github.endpoints import (
    CodeOwnersError,
    CodeScanningAlert,
    CustomProperty,
    DependabotAlert,
    LicenseFile,
    OrganizationTeam,
    RepositoryProperties,
    SecretScanningAlert,
    SecurityAlerts,
    Workflow,
    count_security_alerts,
)
from gitfleet_api.providers.gitlab.endpoints import AccessLevel, CustomAttribute, ProtectedBranch

__all__ = [
    "AccessLevel",
    "CodeOwnersError",
    "CodeScanningAlert",
    "CustomAttribute",
    "CustomProperty",
    "DependabotAlert",
    "LicenseFile",
    "OrganizationTeam",
    "ProtectedBranch",
    "RepositoryProperties",
    "SecretScanningAlert",
    "SecurityAlerts",
    "Workflow",
    "count_security_alerts",
]
