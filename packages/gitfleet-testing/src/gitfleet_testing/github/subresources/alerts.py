"""The routes of security alerts: Dependabot, code scanning and secret scanning."""

from __future__ import annotations

from collections.abc import Callable

from ...data.hosts import WEB
from ...http.messages import Headers, Response, json_response
from ...http.paging import Page, with_parameter
from .. import errors
from ..urls import Json
from ..visibility import role
from .request_context import RequestContext

__all__ = ["code_scanning", "dependabot", "secret_scanning"]

_DOCS = "https://docs.github.com/rest"
_SEVERITIES = ("critical", "high", "medium", "low")
#: One in this many repositories has disabled alerts.
_DISABLED_EVERY = 7


def dependabot(context: RequestContext) -> Response:
    """The alerts of Dependabot, with pages by cursor. Only accounts that can push see them."""
    docs = f"{_DOCS}/dependabot/alerts#list-dependabot-alerts-for-a-repository"
    if not context.may_write:
        return errors.failure(403, "You are not authorized to perform this operation.", docs)
    if context.repository.archived:
        return errors.failure(403, "Dependabot alerts are not available for archived repositories.", docs)
    if context.repository.id % _DISABLED_EVERY == 0:
        return errors.failure(403, "Dependabot alerts are disabled for this repository.", docs)
    state = context.parameters.get("state", "")
    numbers = [number for number in range(_count(context), 0, -1) if state in ("", _state(number))]
    start, size = int(context.parameters.get("after") or 0), Page.from_parameters(context.parameters).size
    headers: Headers = ()
    if start + size < len(numbers):
        url = context.urls.numbered(context.repository.id, "/repos/_/_/dependabot/alerts", "")
        headers = (("Link", f'<{url}?{with_parameter(context.request.query, "after", start + size)}>; rel="next"'),)
    rows = [_dependabot(number, context) for number in numbers[start : start + size]]
    return json_response(rows, 200, headers)


def code_scanning(context: RequestContext) -> Response:
    """The alerts of code scanning. Only accounts that can push see them."""
    docs = f"{_DOCS}/code-scanning/code-scanning#list-code-scanning-alerts-for-a-repository"
    if not context.may_write:
        return errors.failure(403, "You are not authorized to read code scanning alerts.", docs)
    if not context.repository.amounts.runs:
        return errors.failure(404, "no analysis found", docs)
    return _pages(context, _code_scanning)


def secret_scanning(context: RequestContext) -> Response:
    """The alerts of secret scanning. Only administrators see them."""
    docs = f"{_DOCS}/secret-scanning/secret-scanning#list-secret-scanning-alerts-for-a-repository"
    if role(context.fleet, context.repository, context.login) != "admin":
        return errors.not_found(docs)
    if context.repository.id % _DISABLED_EVERY == 0:
        return errors.failure(404, "Secret scanning is disabled on this repository.", docs)
    return _pages(context, _secret_scanning)


def _pages(context: RequestContext, show: Callable[[int, RequestContext], Json]) -> Response:
    state = context.parameters.get("state", "")
    shown = [show(number, context) for number in range(_count(context), 0, -1)]
    return context.pages([row for row in shown if state in ("", row["state"])], lambda row: row)


def _count(context: RequestContext) -> int:
    return context.repository.id % 4


def _state(number: int) -> str:
    return "dismissed" if number % 4 == 3 else "open"


def _alert(number: int, kind: str, context: RequestContext) -> Json:
    return {
        "number": number,
        "created_at": context.repository.created_at,
        "updated_at": context.repository.updated_at,
        "url": f"{context.url}/{kind}/alerts/{number}",
        "html_url": f"{WEB}/{context.repository.full_name}/security/{kind}/{number}",
    }


def _dependabot(number: int, context: RequestContext) -> Json:
    package = {"ecosystem": "pip", "name": f"package-{number}"}
    severity = _SEVERITIES[number % len(_SEVERITIES)]
    return {
        **_alert(number, "dependabot", context),
        "state": _state(number),
        "dependency": {"package": package, "manifest_path": "requirements.txt", "scope": "runtime"},
        "security_advisory": {
            "ghsa_id": f"GHSA-0000-0000-{number:04}",
            "cve_id": f"CVE-2024-{number:04}",
            "summary": f"A fault in package-{number}",
            "severity": severity,
        },
        "security_vulnerability": {
            "package": package,
            "severity": severity,
            "vulnerable_version_range": "< 2.0",
            "first_patched_version": {"identifier": "2.0"},
        },
        "dismissed_at": None,
        "fixed_at": None,
    }


def _code_scanning(number: int, context: RequestContext) -> Json:
    return {
        **_alert(number, "code-scanning", context),
        "state": _state(number),
        "rule": {
            "id": f"py/rule-{number}",
            "name": f"py/rule-{number}",
            "severity": "error",
            "security_severity_level": _SEVERITIES[number % len(_SEVERITIES)],
            "description": f"Rule {number}",
        },
        "tool": {"name": "CodeQL", "guid": None, "version": "2.4.0"},
        "most_recent_instance": {"ref": f"refs/heads/{context.repository.default_branch}", "state": _state(number)},
    }


def _secret_scanning(number: int, context: RequestContext) -> Json:
    return {
        **_alert(number, "secret-scanning", context),
        "state": "resolved" if number % 4 == 3 else "open",
        "resolution": "revoked" if number % 4 == 3 else None,
        "secret_type": "forge_token",
        "secret_type_display_name": "Forge Token",
        "secret": "forge-0000-not-a-secret",
        "validity": "unknown",
    }
