"""Parameters of requests to OAuth endpoints."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qsl, unquote_plus

from ..http.messages import Request

__all__ = ["parameters_of"]


def parameters_of(request: Request) -> dict[str, str]:
    """Return the parameters of the query and of the body, a form or JSON, and the client of Basic authentication."""
    found = request.parameters
    if "json" in request.headers.get("content-type", ""):
        found |= _json(request.body)
    else:
        found |= dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            return found
        found |= {"client_id": unquote_plus(name), "client_secret": unquote_plus(secret)}
    return found


def _json(body: bytes) -> dict[str, str]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in content.items()}
