"""The file ``CODEOWNERS`` of a project: where GitLab looks for it."""

from __future__ import annotations

from ...backend import project as columns_of
from ...client import Call, ListingRun, RowDecoder, Session, nested_segment, with_query
from ...errors import NotFoundError
from ...models import CodeOwnersRule
from ..code_owners import decode_text, parse_code_owners

__all__ = ["read_code_owners"]

_PATHS = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""GitLab uses the first file that exists."""
_NO_FILE, _NO_COMMIT = "file not found", "commit not found"
"""Parts of GitLab's messages (404) for a file that does not exist, and for a missing ref or an empty project."""


async def read_code_owners(
    session: Session, project: str, ref: str | None, run: ListingRun, decoder: RowDecoder[CodeOwnersRule]
) -> list[CodeOwnersRule]:
    """Return the rules of the file; none if there is no such file.

    Args:
        session: Sends the requests.
        project: Path of the project below the base URL.
        ref: Branch, tag or hash. None for the default branch.
        run: The reading of the listing.
        decoder: Decodes the rules.

    Raises:
        NotFoundError: The project or ``ref`` does not exist.
    """
    for path in _PATHS:
        name = nested_segment("path", path, any_name=True)
        url = with_query(session.url(f"{project}/repository/files/{name}/raw"), {"ref": ref or "HEAD"})
        try:
            content = (await session.send(Call("GET", url, run=run))).body
        except NotFoundError as error:
            message = error.message.lower()
            if ref is None and _NO_COMMIT in message:  # the project is empty
                return []
            if _NO_FILE not in message:
                raise
        else:
            rows = parse_code_owners(decode_text(content), path, sections=True)
            return decoder.build(columns_of(rows, decoder.projection(many=True)))
    return []
