"""Model of the results of a code search."""

from __future__ import annotations

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType

__all__ = ["CodeMatch"]


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """A result of a code search: a file on GitHub, a place in a file on GitLab.

    Fields that the provider does not send are None.
    """

    path: str
    """Path of the file in the repository, as ``src/main.py``."""
    repo_id: int | str
    """Id of the repository, as in :class:`RepoInfo`."""
    repo: str | None = None
    """Full name of the repository, as ``owner/name``. On GitLab only if one project was searched, otherwise None."""
    sha: str | None = None
    """Hash of the content of the file (blob). None on GitLab."""
    ref: str | None = None
    """Commit or branch that was searched. None on GitHub, which searches the default branch."""
    line: int | None = None
    """Number of the first line of ``fragments``, from 1. None on GitHub."""
    fragments: tuple[str, ...] | None = None
    """Text around the matches. Empty on GitHub if only the path matches."""
    html_url: str | None = None
    """URL of the file's web page. None on GitLab."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""
