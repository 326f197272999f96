"""``gitfleet doctor`` and ``demo``."""

from __future__ import annotations

import click

from gitfleet_api import ProviderType

from ..settings import base_urls

__all__ = ["COMMANDS"]


@click.command("doctor", short_help="Check the installation, tokens and connections.")
@click.option("--offline", is_flag=True, help="Send no requests.")
@click.option("--base-url", "urls", multiple=True, metavar="PROVIDER=URL", help="API root of a self-hosted server.")
def doctor(offline: bool, urls: tuple[str, ...]) -> int:
    """Check the installation.

    Prints the installed packages, the engines, certificates, proxies and tokens, without secrets. For an engine that
    cannot be loaded it prints the reason and the fix. Each provider is queried for the calls left. The exit code is 0
    if an engine can be used and at least one provider responds.
    """
    from .doctor import run_doctor

    return run_doctor(offline=offline, urls=base_urls(urls, list(ProviderType)))


@click.command("demo", short_help="List a generated fleet with each engine; kill and continue a job.")
def demo() -> int:
    """List a generated fleet, served on this machine, with each engine.

    Then plan a job for each repository of an owner, kill it and continue it from its ledger.
    """
    from ...demo import run

    return run()


COMMANDS = [doctor, demo]
