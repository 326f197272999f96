"""What GitLab owners are, and which tokens belong to them."""

from __future__ import annotations

from contextlib import aclosing

from ...client import (
    AccountKind,
    ListingRun,
    OwnerLookup,
    RowDecoder,
    Session,
    SingleFlight,
    TokenInfo,
    expand,
    nested_segment,
    with_query,
)
from ...errors import NotFoundError, PermissionDeniedError
from ...models import OrganizationInfo, UserInfo
from .profile import PROFILE

__all__ = ["Owners", "group_path", "is_id"]


def group_path(path: str, name: str = "name") -> str:
    """Return the endpoint of a group.

    Args:
        path: Full path of the group. It is one segment, because groups may contain groups.
        name: Name of the argument, for errors.
    """
    return f"/groups/{nested_segment(name, path)}"


def is_id(path: str) -> bool:
    """Return whether GitLab takes a path for an id: it then returns the group with this id, whatever its path is."""
    return path.isascii() and path.isdigit()


class Owners(OwnerLookup):
    """Look-ups of owners, each sent once.

    Args:
        session: Sends the requests.
        groups: Decodes a group.
        users: Decodes a user.
    """

    def __init__(
        self,
        session: Session,
        groups: RowDecoder[OrganizationInfo],
        users: RowDecoder[UserInfo],
    ) -> None:
        super().__init__(session, users)
        self._groups = groups
        self._places: SingleFlight[tuple[str, AccountKind | None], str] = SingleFlight()

    def tokens(self) -> list[TokenInfo]:
        """Return the tokens that act for a user. A job token may not even request its own user."""
        tokens = self._session.tokens()
        return [item for item in tokens if self._session.token_header(item)[0] != "job-token"]

    async def place_of(self, owner: str, kind: AccountKind | None) -> str:
        """Return the endpoint of an owner: ``/groups/{id}`` or ``/users/{id}``.

        ``GET /namespaces/{path}`` would need one request only, but it requires a token.

        Args:
            owner: Name of a user, or full path of a group.
            kind: What it is; None to find out.

        Raises:
            NotFoundError: There is no such owner.
        """

        async def look_up() -> str:
            if kind == "organization" and not is_id(owner):
                return group_path(owner, "owner")
            if kind == "organization":
                return f"/groups/{(await self.group(owner)).id}"
            if kind is None:
                return await self._group_or_user(owner)
            return f"/users/{(await self.user(owner)).id}"

        return await self._places.get((owner.lower(), kind), look_up)

    async def _group_or_user(self, owner: str) -> str:
        try:
            return f"/groups/{(await self.group(owner)).id}"
        except (NotFoundError, PermissionDeniedError) as error:
            if "/" in owner:
                raise
            refusal = error if isinstance(error, PermissionDeniedError) else None
        try:
            # Groups and users share their names: a user of this name proves that there is no such group.
            return f"/users/{(await self.user(owner, 'group or user')).id}"
        except NotFoundError:
            if refusal is not None:
                raise refusal from None
            raise

    async def group(self, path: str) -> OrganizationInfo:
        """Return the group of a path (``GET /groups/{path}``).

        Args:
            path: Full path of the group.

        Raises:
            NotFoundError: There is no such group. For a path of digits: the group with this id has another path.
        """
        # Its projects would come along otherwise, up to 100 of them.
        url = with_query(self._session.url(group_path(path)), {"with_projects": False})
        found = await self._session.get_one(url, self._groups)
        if is_id(path) and found.login != path:
            message = (
                f"GET {url}: {PROFILE.name} knows no group {path!r}; it is only the id of the group {found.login!r}"
            )
            raise NotFoundError(message, PROFILE.type, status=200, url=url)
        return found

    async def user(self, login: str, called: str = "user") -> UserInfo:
        """Return the user of a name, as listings show it (``GET /users?username=``).

        Args:
            login: Name of the user.
            called: What the name may belong to, for the error.

        Raises:
            NotFoundError: There is no such user.
        """
        expand("{login}", {"login": login})
        url = with_query(self._session.url("/users"), {"username": login})
        async with aclosing(self._session.get_pages(url, self._decoder, run=ListingRun(1))) as pages:
            # A name belongs to one user. A server that sends more than one page may never end.
            for found in await anext(pages, []):
                if found.login.lower() == login.lower():
                    return found
        raise NotFoundError(f"GET {url}: {PROFILE.name} knows no {called} {login!r}", PROFILE.type, status=200, url=url)
