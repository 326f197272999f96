"""``gitfleet doctor``, ``demo`` and ``completion``."""

from __future__ import annotations

import click

from gitfleet_api import ProviderType

from ..settings import base_urls

__all__ = ["COMMANDS"]

# No docstring: a raw one, as the linter wants for \b, holds a backslash and a letter, which Click does not know.
_COMPLETION = """Print what makes SHELL complete commands and options.

\b
  bash:  eval "$(gitfleet completion bash)"     in ~/.bashrc
  zsh:   eval "$(gitfleet completion zsh)"      in ~/.zshrc
  fish:  gitfleet completion fish > ~/.config/fish/completions/gitfleet.fish"""


@click.command("doctor", short_help="What is installed, found and reachable.")
@click.option("--offline", is_flag=True, help="Ask no provider.")
@click.option("--base-url", "urls", multiple=True, metavar="PROVIDER=URL", help="A server of your own.")
def doctor(offline: bool, urls: tuple[str, ...]) -> int:
    """Say what is installed, which engine is used and why not the other one, and what is found around it.

    Certificates, proxies and tokens are told without secrets. Each provider is asked how many calls are left. The
    exit code is 0 when an engine can be used.
    """
    from .doctor import doctor as examine

    return examine(offline=offline, urls=base_urls(urls, list(ProviderType)))


@click.command("demo", short_help="List a made-up fleet through each engine.")
def demo() -> int:
    """List a made-up fleet, served on this machine, through each engine."""
    from ...demo import run

    return run()


@click.command("completion", help=_COMPLETION, short_help="Completion for a shell, to be sourced.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print what makes SHELL complete commands and options."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101  # for the type checker: all three are click's own
    click.echo(kind(context.find_root().command, {}, "gitfleet", "_GITFLEET_COMPLETE").source())
    return 0


COMMANDS = [doctor, demo, completion]
