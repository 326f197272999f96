"""The file ``CODEOWNERS`` of a repository: where GitHub looks for it."""

from __future__ import annotations

from ..._internal.lazy_dataclass import dataclass
from ...backend import project
from ...client import Call, ListingRun, RowDecoder, Session, Shape, with_query
from ...errors import NotFoundError
from ...models import CodeOwnersRule
from ..code_owners import decode_text, parse_code_owners

__all__ = ["read_code_owners"]

_NAME = "CODEOWNERS"
_PLACES = ((".github", f".github/{_NAME}"), (_NAME, _NAME), ("docs", f"docs/{_NAME}"))
"""An entry of the root folder, and the file that may exist if there is one. GitHub uses the first file."""
_RAW = (("accept", "application/vnd.github.raw+json"),)
_EMPTY = "repository is empty"
"""Part of GitHub's message (404) for the root folder of an empty repository."""
_MOST_ENTRIES = 1000
"""Number of entries of a folder that GitHub lists."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a folder."""

    name: str


_ENTRY = Shape(_Entry, identity=None)


async def read_code_owners(
    session: Session, repo: str, ref: str | None, run: ListingRun, decoder: RowDecoder[CodeOwnersRule]
) -> list[CodeOwnersRule]:
    """Return the rules of the file; none if there is no such file.

    Args:
        session: Sends the requests.
        repo: Path of the repository below the base URL.
        ref: Branch, tag or hash. None for the default branch.
        run: The reading of the listing.
        decoder: Decodes the rules.

    Raises:
        NotFoundError: The repository or ``ref`` does not exist.
    """
    url = with_query(session.url(f"{repo}/contents"), {"ref": ref})
    try:
        entries = await session.listing(url, session.decoder(_Entry, _ENTRY)).with_options(on_incomplete="ignore")
    except NotFoundError as error:
        if _EMPTY not in error.message.lower():
            raise
        return []
    names = {entry.name for entry in entries}
    for entry, path in _PLACES:
        if entry in names or len(names) >= _MOST_ENTRIES:
            content = await _content(session, with_query(session.url(f"{repo}/contents/{path}"), {"ref": ref}), run)
            if content is not None:
                rows = parse_code_owners(decode_text(content), path, sections=False)
                return decoder.build(project(rows, decoder.projection(many=True)))
    return []


async def _content(session: Session, url: str, run: ListingRun) -> bytes | None:
    """Return a file; None if it does not exist."""
    try:
        return (await session.send(Call("GET", url, headers=_RAW, run=run))).body
    except NotFoundError:
        return None
