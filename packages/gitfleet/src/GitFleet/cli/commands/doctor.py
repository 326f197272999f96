"""``gitfleet doctor``: checks the installation, the environment and the connections to the providers.

It imports only gitfleet_api, so that it also works if packages are missing.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from gitfleet_api import (
    BackendUnavailableError,
    ConfigurationError,
    GitFleetError,
    GitProviderClient,
    NetworkError,
    ProviderType,
    __version__,
    backends,
)
from gitfleet_api.backend.discovery import ENVIRONMENT_VARIABLE, find_backend

from ..credentials import VARIABLES, FoundTokens, find_tokens
from ..exit_codes import CommandError
from ..hosts import url_from_environment
from ..output.sanitize import single_line

__all__ = ["run_doctor"]

_PACKAGES = (
    *("gitfleet", "gitfleet-api", "gitfleet-py", "gitfleet-native", "gitfleet-fleet", "gitfleet-mirror"),
    *("gitfleet-testing", "httpx", "click", "rich"),
)
_TIMEOUT = 10.0


def run_doctor(*, offline: bool, urls: Mapping[ProviderType, str | None] | None = None) -> int:
    """Print the report.

    Args:
        offline: send no requests.
        urls: the API roots of the providers; None takes them from the environment.

    Returns:
        0 if an engine can be used and, unless ``offline``, a provider has responded; otherwise 1.
    """
    print(f"GitFleet {__version__}, Python {platform.python_version()}, {platform.platform()}")
    for line in (*_packages(), *_engines()):
        print(line)
    usable = _print_default_engine()
    for line in (*_certificates(), *_proxies(), *_tokens(urls or _urls())):
        print(line)
    if usable and not offline:
        usable = asyncio.run(_print_hosts(urls or _urls()))
    return 0 if usable else 1


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
            yield f"{'':10}fix: {info.remedy}"


def _print_default_engine() -> bool:
    """Print the engine of new clients; returns whether there is one."""
    try:
        with warnings.catch_warnings(action="ignore"):  # the reasons are already printed above
            chosen = find_backend()
    except (BackendUnavailableError, ConfigurationError) as error:
        print(f"cannot create a client: {error}")
        return False
    source = " (set by GITFLEET_BACKEND)" if os.environ.get(ENVIRONMENT_VARIABLE) else ""
    print(f"a new client uses: {chosen.name}{source}")
    return True


def _certificates() -> Iterator[str]:
    found = [(name, os.environ[name]) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    yield f"certificate authorities:{'' if found else ' those of the system'}"
    for name, path in found:
        yield f"  {name}={single_line(path)}{'' if Path(path).exists() else ' (does not exist: no server is trusted)'}"


def _proxies() -> Iterator[str]:
    proxies = sorted((name, value) for name, value in os.environ.items() if name.lower().endswith("_proxy") and value)
    yield f"proxies: {'' if proxies else 'none'}".rstrip()
    for name, value in proxies:
        yield f"  {name}={single_line(value if name.lower() == 'no_proxy' else _redact_userinfo(value))}"


def _redact_userinfo(url: str) -> str:
    """Return the URL of a proxy without user name and password."""
    try:
        return f"***@{url.rpartition('@')[2]}" if "@" in url else url
    except ValueError:
        return "***"


def _tokens(urls: Mapping[ProviderType, str | None]) -> Iterator[str]:
    yield "tokens:"
    for provider, url in urls.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found, problem = _found(provider, url)
        yield from (f"  {provider}: {single_line(str(warning.message))}" for warning in caught)
        count = found.count(provider)
        if problem:
            yield f"  {provider}: {single_line(problem)}"
        elif count:
            labels = [token.label for token in found.pool.get_all_tokens(provider)]
            labels += [source.name for source in found.token_sources.get(provider, ())]
            yield f"  {provider}: {count} in {found.sources[provider]} ({', '.join(labels)})"
        else:
            variables = VARIABLES[provider]
            missing = f"{' and '.join(variables)} {'is' if len(variables) == 1 else 'are'} not set"
            yield f"  {provider}: none ({missing}); no other credentials were found"


def _found(provider: ProviderType, url: str | None) -> tuple[FoundTokens, str]:
    """Return the tokens of a provider, and the problem with them; empty for none."""
    try:
        return find_tokens([provider], None, {provider: url}), ""
    except (CommandError, ConfigurationError) as error:
        return FoundTokens(), str(error)


def _urls() -> dict[ProviderType, str | None]:
    return {provider: url_from_environment(provider) for provider in ProviderType}


async def _print_hosts(urls: Mapping[ProviderType, str | None]) -> bool:
    """Query each provider for the calls left: free of charge on GitHub, one call on GitLab.

    Returns:
        Whether one of them has responded as expected.
    """
    print("hosts:", flush=True)
    found = await asyncio.gather(*(_host_status(provider, url) for provider, url in urls.items()))
    for _, status in found:
        print(f"  {single_line(status)}")
    responds = any(is_good for is_good, _ in found)
    if not responds:
        print("no provider can be used: check the network, the proxies, the base URLs and the tokens above")
    return responds


async def _host_status(provider: ProviderType, url: str | None) -> tuple[bool, str]:
    """Return whether a provider responds as expected, and the line to print about it."""
    from gitfleet_api.providers import GitHubClient, GitLabClient

    with warnings.catch_warnings(action="ignore"):  # they are already printed above
        tokens, _ = _found(provider, url)
    started = time.monotonic()
    create: Callable[..., GitProviderClient] = GitHubClient
    if provider is ProviderType.GITLAB:
        create = partial(GitLabClient, token_type="job" if tokens.has_job_token else "private")
    try:
        async with create(
            base_url=url, token_manager=tokens.pool, retry=None, timeout=_TIMEOUT, max_rate_limit_wait=0
        ) as client:
            host = urlsplit(client.base_url).netloc
            try:
                limit = await client.get_rate_limit()
            except NetworkError as error:
                return False, f"{host} cannot be reached: {error}"
            except GitFleetError as error:
                return False, f"{host} responds with an error: {error}"
            elapsed = (time.monotonic() - started) * 1000
            return True, f"{host} responds in {elapsed:.0f} ms, {limit.remaining:,} of {limit.limit:,} calls left"
    except ConfigurationError as error:
        return False, f"{provider} cannot be queried: {error}"
