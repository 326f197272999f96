"""The errors of a session. Every error leaves the session through here, without the tokens that a server repeated."""

from __future__ import annotations

from datetime import datetime

from ..backend.messages import Response
from ..errors import DecodeError, DecodeFailure, NetworkError, ProviderError
from ..http.redaction import redact, redact_error, redact_failure, redact_response, redact_target
from .call import Call, SessionConfig
from .proxy_refusals import name_the_proxy
from .status import decode_error, error_from_response, one_line, provider_error

__all__ = ["Failures"]

_LONGEST_MESSAGE = 500


class Failures:
    """Builds the errors of one session and redacts tokens in them.

    A response is redacted before its text is cut to length: the rest of a token that was cut would not be recognised.
    """

    def __init__(self, config: SessionConfig) -> None:
        self._config = config

    def text(self, text: str) -> str:
        """Return text or a URL without tokens."""
        return redact(text, self.secrets())

    def response(self, response: Response) -> Response:
        """Return a response without tokens in its headers and body."""
        for secret in self.secrets():
            response = redact_response(response, secret)
        return response

    def network(self, error: NetworkError) -> NetworkError:
        """Return an engine's error without tokens."""
        redact_error(error, self.secrets())
        return error

    def status(self, response: Response, call: Call, url: str, now: datetime) -> ProviderError:
        """Return the error of a response whose status is not 2xx."""
        error = error_from_response(
            self.response(response), self._config.profile, method=call.method, url=self.text(url), now=now
        )
        name_the_proxy(error, self._config.proxy)
        return error

    def decoding(self, failure: DecodeFailure, response: Response, *, method: str, url: str) -> DecodeError:
        """Return the DecodeError of a 2xx response whose body does not match the projection."""
        redact_failure(failure, self.secrets())
        failure.message = one_line(failure.message)[:_LONGEST_MESSAGE]
        return decode_error(failure, self.response(response), self._config.profile, method=method, url=self.text(url))

    def provider(self, code: str, message: str, *, url: str, status: int | None = None) -> ProviderError:
        """Return a ProviderError, for an error without a more specific class."""
        return provider_error(code, self.text(message), self._config.profile, status=status, url=self.text(url))

    def foreign_link(self, link: str, *, seen_at: str, status: int, method: str = "GET") -> ProviderError:
        """Return the error for a link that leads out of the API, where a token must not go."""
        base = self._config.base_url
        target = redact_target(self.text(link))
        message = f"{method} {seen_at}: it points to {target!r}, which is not under {base}; not followed"
        return self.provider("foreign_link", message, url=seen_at, status=status)

    def secrets(self) -> list[str]:
        """Return the tokens that the server may have received."""
        config = self._config
        known = config.tokens.tokens_for(config.profile.type, config.base_url.origin)
        return [secret for item in known for secret in item.secrets]
