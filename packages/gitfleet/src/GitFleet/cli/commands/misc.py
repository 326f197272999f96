"""``gitfleet doctor``, ``demo`` and ``completion``."""

from __future__ import annotations

import click

from gitfleet_api import ProviderType

from ..settings import base_urls

__all__ = ["COMMANDS"]

# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_COMPLETION = """Print the script that completes commands and options in SHELL.

\b
  bash:  eval "$(gitfleet completion bash)"     in ~/.bashrc
  zsh:   eval "$(gitfleet completion zsh)"      in ~/.zshrc
  fish:  gitfleet completion fish > ~/.config/fish/completions/gitfleet.fish"""


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


@click.command("demo", short_help="List a generated fleet with each engine.")
def demo() -> int:
    """List a generated fleet, served on this machine, with each engine."""
    from ...demo import run

    return run()


@click.command("completion", help=_COMPLETION, short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101  # for the type checker: Click supports all three shells
    click.echo(kind(context.find_root().command, {}, "gitfleet", "_GITFLEET_COMPLETE").source())
    return 0


COMMANDS = [doctor, demo, completion]
