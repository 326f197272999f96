"""What is served under one address: GitHub's API below a prefix, and replays; page rules have their say here."""

from __future__ import annotations

import dataclasses

from .faults.rules import Asked, Rulebook
from .github.names import names_of
from .github.service import GitHubService
from .log import LoggedRequest, RequestLog
from .messages import Answer, Request, json_answer
from .replay import Namespace

REPLAY = "/replay/"


class Site:
    """Finds who answers a request. Belongs to the one thread that serves."""

    def __init__(self, github: GitHubService, log: RequestLog, rules: Rulebook, *, origin: str, prefix: str) -> None:
        self._github = github
        self._log = log
        self._rules = rules
        self._origin = origin
        self._prefix = prefix
        #: Replays by their number in the address. Other threads add some: replaced whole, never changed.
        self.replays: dict[str, Namespace] = {}

    def asked(self, request: Request, logged: LoggedRequest) -> Asked:
        """The request as rules look at it: below the prefix, under all the names of what it asks for."""
        own = self._own(request)
        path = request.path if own is None else own.path
        return Asked(request.method, names_of(path, self._github.fleet), logged)

    def answer(self, request: Request, asked: Asked) -> Answer:
        """What the site answers, once rules about pages had their say."""
        pages = self._rules.pages(asked)
        inner = request
        for rule in pages:
            inner = rule.before(inner)
        answer = self._answer(inner)
        for rule in pages:
            answer = rule.after(request, self._origin + request.path, answer)
        return answer

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith(REPLAY):
            key, slash, rest = request.path.removeprefix(REPLAY).partition("/")
            replay = self.replays.get(key)
            if replay is None:
                return json_answer({"message": f"No replay {key!r} here"}, 404)
            return replay.answer(request, slash + rest)
        own = self._own(request)
        if own is None:
            return json_answer({"message": f"The API is at {self._prefix}"}, 404)
        answer = self._github.answer(own)
        if request.method not in ("GET", "HEAD") and answer.status < 300:
            self._log.wrote(request)
        return answer

    def charge(self, request: Request) -> None:
        """Count a request, which a fault answers, against its quota."""
        own = self._own(request)
        if own is not None:
            self._github.charge(own)

    def dressed(self, request: Request, answer: Answer) -> Answer:
        """A fault's answer with the headers of a real one."""
        own = self._own(request)
        return answer if own is None else self._github.dressed(own, answer)

    def _own(self, request: Request) -> Request | None:
        """The same request seen from the root of the API; None when it is not below that."""
        if request.path.startswith(REPLAY) or not request.path.startswith(self._prefix + "/"):
            return None
        return dataclasses.replace(request, path=request.path.removeprefix(self._prefix))
