"""A local server with the REST and GraphQL APIs of GitHub and GitLab, for tests and demonstrations.

with Forge(Fleet.generate(organizations=3, repositories=2500, seed=7)) as forge:
    client = SomeClient(base_url=forge.url, token=forge.token)
    ...
    assert [request.status for request in forge.requests] == [200]
"""

from __future__ import annotations

from . import faults
from .auth.apps import App, Installation
from .auth.clients import OAuthClient
from .auth.families import TokenFamily
from .auth.sign_in import SignInState
from .data.fleet import Fleet
from .data.models import Block, Branch, Contributor, Organization, Repository, User
from .data.records import Asset, Commit, Issue, Label, Milestone, Protection, PullRequest, Release, Tag
from .faults import Fault
from .forge import Forge
from .http.log import LoggedRequest, LoggedWrite

__version__ = "0.3.0"
__all__ = [
    "App",
    "Asset",
    "Block",
    "Branch",
    "Commit",
    "Contributor",
    "Fault",
    "Fleet",
    "Forge",
    "Installation",
    "Issue",
    "Label",
    "LoggedRequest",
    "LoggedWrite",
    "Milestone",
    "OAuthClient",
    "Organization",
    "Protection",
    "PullRequest",
    "Release",
    "Repository",
    "SignInState",
    "Tag",
    "TokenFamily",
    "User",
    "__version__",
    "faults",
]
