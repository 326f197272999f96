"""Requests that change data: open issues, edit and delete repositories, replace topics."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..access.identity import account_of
from ..data.fleet import Fleet
from ..data.models import Repository, User
from ..http.messages import Request, Response, json_response, segments
from . import errors
from .rendering import Renderer
from .subresources import issues
from .subresources.request_context import RequestContext
from .urls import ApiURLs, Json
from .visibility import lacking_permission, role, visible

__all__ = ["WriteRoutes"]

#: Fields of a repository that a request can set, and their types. Others are ignored, as on the service.
_EDITABLE: dict[str, type | tuple[type, ...]] = {
    "description": (str, type(None)),
    "homepage": (str, type(None)),
    "private": bool,
    "archived": bool,
    "is_template": bool,
    "has_issues": bool,
    "has_wiki": bool,
    "default_branch": str,
}
_LISTS = ("labels", "assignees")
_Action = Callable[[Request, Repository, str, Json], Response]


class WriteRoutes:
    """The routes of requests that write. Used by the server's thread only."""

    def __init__(self, fleet: Fleet, urls: ApiURLs, render: Renderer) -> None:
        self._fleet = fleet
        self._urls = urls
        self._render = render
        #: The required role and the function, by method and path below the repository.
        self._actions: dict[tuple[str, str], tuple[str, _Action]] = {
            ("POST", "issues"): ("read", self._open_issue),
            ("PATCH", ""): ("admin", self._edit),
            ("DELETE", ""): ("admin", self._delete),
            ("PUT", "topics"): ("write", self._replace_topics),
        }

    def respond(self, request: Request, login: str | None) -> Response:
        """Execute the request and return the response. A status of 400 or above means that nothing was changed."""
        with self._fleet.lock:
            match segments(request.path):
                case ["repos", owner, name, *rest]:
                    found = self._fleet.find(owner, name)
                    old = self._fleet.moved(owner, name) if found is None else None
                    if old is not None and visible(self._fleet, old, login):
                        return errors.moved(self._urls.numbered(old.id, request.path, request.query), writing=True)
                case ["repositories", number, *rest] if number.isascii() and number.isdecimal() and len(number) < 19:
                    found = self._fleet.repository_by_id(int(number))
                case _:
                    return errors.not_found()
            action = self._actions.get((request.method, "/".join(rest)))
            if action is None or found is None or not visible(self._fleet, found, login):
                return errors.not_found()
            lacking = lacking_permission(found, login, rest, "write")
            return errors.not_accessible(lacking) if lacking else self._allowed(request, login, found, *action)

    def _allowed(self, request: Request, login: str | None, found: Repository, right: str, action: _Action) -> Response:
        if login is None:
            return errors.requires_authentication()
        refusal = errors.refusal_of(self._fleet, found)
        if refusal is not None:
            return refusal
        rights = ("read", "write", "admin")
        if rights.index(role(self._fleet, found, login) or "read") < rights.index(right):
            return errors.must_be_admin()
        if found.archived and right != "admin":
            return errors.read_only()
        try:
            content = json.loads(request.body or b"{}")
        except ValueError:
            return errors.bad_json()
        return action(request, found, login, content) if isinstance(content, dict) else errors.not_an_object()

    def _open_issue(self, request: Request, repository: Repository, login: str, content: Json) -> Response:
        title = content.get("title")
        if not isinstance(title, str) or not title:
            return errors.invalid("Issue", "title", "missing_field" if title is None else "invalid")
        if not repository.has_issues:
            return errors.issues_disabled()
        text = content.get("body")
        fields = {"body": text if isinstance(text, str) else None, "author": account_of(login)}
        context = RequestContext(self._fleet, self._urls, self._render, request, login, repository)
        if context.may_write:
            # As on the service, these are ignored without push access.
            fields |= self._labels_and_assignees(content)
        issue = issues.single(self._fleet.add_issue(repository.full_name, title, **fields), context)
        return json_response(issue, 201, (("Location", issue["url"]),))

    def _labels_and_assignees(self, content: Json) -> Json:
        """Return the valid labels and assignees of the request."""
        values = (content.get(key) for key in _LISTS)
        labels, people = (
            [item for item in one if isinstance(item, str)] if isinstance(one, list) else [] for one in values
        )
        assignees = [login for login in people if isinstance(self._fleet.account(login), User)]
        return {"labels": tuple(dict.fromkeys(labels)), "assignees": tuple(dict.fromkeys(assignees))}

    def _edit(self, _request: Request, repository: Repository, login: str, content: Json) -> Response:
        changes = {name: content[name] for name in _EDITABLE if name in content}
        for name, value in changes.items():
            if not isinstance(value, _EDITABLE[name]):
                return errors.invalid("Repository", name, "invalid")
        if repository.archived and changes.get("archived") is not False:
            return errors.read_only()
        name = content.get("name", repository.name)
        if not isinstance(name, str):
            return errors.invalid("Repository", "name", "invalid")
        try:
            changed = self._fleet.update(repository.full_name, **changes)
        except ValueError:
            return errors.invalid("Repository", "default_branch", "invalid")
        if name != repository.name:
            try:
                changed = self._fleet.rename(changed.full_name, f"{changed.owner}/{name}")
            except ValueError:
                self._fleet.update(repository.full_name, **{field: getattr(repository, field) for field in changes})
                return errors.invalid("Repository", "name", "invalid")
        return Response(200, self._render.single(changed, login))

    def _delete(self, _request: Request, repository: Repository, _login: str, _content: Json) -> Response:
        self._fleet.remove(repository.full_name)
        return Response(204)

    def _replace_topics(self, _request: Request, repository: Repository, _login: str, content: Json) -> Response:
        names: Any = content.get("names")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            return errors.invalid("Repository", "names", "missing_field" if names is None else "invalid")
        topics = tuple(dict.fromkeys(name.lower() for name in names))
        self._fleet.update(repository.full_name, topics=topics)
        return json_response({"names": list(topics)})
