"""Names of spans' attributes and of metrics: those of OpenTelemetry's semantic conventions, and GitFleet's own."""

from __future__ import annotations

METHOD = "http.request.method"
RESENDS = "http.request.resend_count"
STATUS = "http.response.status_code"
TEMPLATE = "url.template"
ADDRESS = "server.address"
PORT = "server.port"
ERROR = "error.type"
PROVIDER = "gitfleet.provider"
PRINCIPAL = "gitfleet.principal"
RESOURCE = "gitfleet.resource"
REASON = "gitfleet.wait.reason"

RETRY_EVENT = "gitfleet.retry"
RETRY_DELAY = "gitfleet.retry.delay"
WAIT_EVENT = "gitfleet.wait"
WAIT_SECONDS = "gitfleet.wait.duration"

REQUEST_DURATION = "http.client.request.duration"
WAIT_DURATION = "gitfleet.wait.duration"
BUDGET = "gitfleet.budget.remaining"

OTHER_METHOD = "_OTHER"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"))
"""Methods that have a name in the conventions. Others could be any text."""
