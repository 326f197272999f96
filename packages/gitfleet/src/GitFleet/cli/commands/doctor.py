"""``gitfleet doctor``: what is installed, what is found around it, and whether the providers can be reached.

It needs nothing but the library, so that it also works where something is missing.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from gitfleet_api import (
    BackendUnavailableError,
    ConfigurationError,
    GitFleetError,
    NetworkError,
    ProviderType,
    __version__,
    backends,
)
from gitfleet_api.backend.discovery import ENVIRONMENT_VARIABLE, find_backend

from ..credentials import VARIABLES, FoundTokens, find_tokens
from ..exit_codes import CommandError
from ..output.sanitize import single_line

__all__ = ["doctor"]

_PACKAGES = ("gitfleet", "gitfleet-api", "gitfleet-py", "gitfleet-native", "gitfleet-testing", "httpx", "click", "rich")
_PATIENCE = 10.0


def doctor(*, offline: bool, urls: Mapping[ProviderType, str | None] | None = None) -> int:
    """Print what there is; 0 when an engine can be used, else 1.

    Args:
        offline: ask no provider.
        urls: the roots of the providers' APIs, where they are not the public ones.
    """
    print(f"GitFleet {__version__}, Python {platform.python_version()}, {platform.platform()}")
    for line in (*_packages(), *_engines()):
        print(line)
    chosen = _chosen()
    for line in (*_surroundings(), *_tokens()):
        print(line)
    if chosen and not offline:
        asyncio.run(_reach(urls or _urls()))
    return 0 if chosen else 1


def _packages() -> Iterator[str]:
    yield "packages:"
    for name in _PACKAGES:
        try:
            yield f"  {name:<16} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            yield f"  {name:<16} not installed"


def _engines() -> Iterator[str]:
    yield "engines:"
    for info in backends():
        yield f"  {info.name:<7} {'usable:  ' if info.usable else 'unusable:'} {info.version or info.reason}"
        if info.remedy is not None:
            yield f"{'':10}to mend it: {info.remedy}"


def _chosen() -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):  # what it would warn of stands above
            chosen = find_backend()
    except (BackendUnavailableError, ConfigurationError) as error:
        print(f"no client can be made: {error}")
        return False
    asked = " (asked for by GITFLEET_BACKEND)" if os.environ.get(ENVIRONMENT_VARIABLE) else ""
    print(f"a new client uses: {chosen.name}{asked}")
    return True


def _surroundings() -> Iterator[str]:
    found = [(name, os.environ[name]) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    yield f"certificate authorities: {'those of' if found else 'of the system'}"
    for name, path in found:
        yield f"  {name}={single_line(path)}{'' if Path(path).exists() else ' (is not there, so nobody is trusted)'}"
    proxies = sorted((name, value) for name, value in os.environ.items() if name.lower().endswith("_proxy") and value)
    yield f"proxies: {'' if proxies else 'none'}".rstrip()
    for name, value in proxies:
        yield f"  {name}={single_line(value if name.lower() == 'no_proxy' else _without_password(value))}"


def _without_password(url: str) -> str:
    """A proxy's URL as it may be shown: who may use it is nobody's business."""
    try:
        return f"***@{url.rpartition('@')[2]}" if "@" in url else url
    except ValueError:
        return "***"


def _tokens() -> Iterator[str]:
    yield "tokens:"
    for provider in ProviderType:
        variables = VARIABLES[provider]
        try:
            found = find_tokens([provider], None)
        except CommandError as error:
            yield f"  {provider}: {error}"
            continue
        labels = [token.label for token in found.pool.get_all_tokens(provider)]
        if labels:
            yield f"  {provider}: {len(labels)} in {found.sources[provider]} ({', '.join(labels)})"
        else:
            yield f"  {provider}: none ({' and '.join(variables)} {'is' if len(variables) == 1 else 'are'} not set)"


def _urls() -> dict[ProviderType, str | None]:
    return {provider: os.environ.get(f"GITFLEET_{provider.upper()}_URL") or None for provider in ProviderType}


async def _reach(urls: Mapping[ProviderType, str | None]) -> None:
    """Ask each provider how many calls are left: free on GitHub, one cheap call on GitLab."""
    print("hosts:", flush=True)
    for said in await asyncio.gather(*(_reached(provider, url) for provider, url in urls.items())):
        print(f"  {single_line(said)}")


async def _reached(provider: ProviderType, url: str | None) -> str:
    from gitfleet_api.providers import GitHubClient, GitLabClient

    try:
        pool = find_tokens([provider], None).pool
    except CommandError:
        pool = FoundTokens().pool
    started = time.monotonic()
    kind = GitHubClient if provider is ProviderType.GITHUB else GitLabClient
    try:
        async with kind(
            base_url=url, token_manager=pool, retry=None, timeout=_PATIENCE, max_rate_limit_wait=0
        ) as client:
            host = urlsplit(client.base_url).netloc
            try:
                limit = await client.get_rate_limit()
            except NetworkError as error:
                return f"{host} can't be reached: {error}"
            except GitFleetError as error:
                return f"{host} answers, with an error: {error}"
            took = (time.monotonic() - started) * 1000
            return f"{host} answers in {took:.0f} ms, {limit.remaining:,} of {limit.limit:,} calls left"
    except ConfigurationError as error:
        return f"{provider} can't be asked: {error}"
