"""Names of providers, as in ``github:python``."""

from __future__ import annotations

from gitfleet_api import ConfigurationError, ProviderType
from gitfleet_api.validation import parse_provider

from .exit_codes import CommandError

__all__ = ["parse_provider_name"]


def parse_provider_name(text: str) -> ProviderType:
    """Return the provider with the name ``text``.

    Raises:
        CommandError: no provider has this name.
    """
    try:
        return parse_provider(text.lower())
    except ConfigurationError as error:
        raise CommandError(str(error)) from None
