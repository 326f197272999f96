"""``gitfleet help`` and ``completion``. They import no other command unless its help is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["COMMANDS"]

# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_COMPLETION = """Print the script that completes commands and options in SHELL.

\b
  bash:  eval "$(gitfleet completion bash)"     in ~/.bashrc
  zsh:   eval "$(gitfleet completion zsh)"      in ~/.zshrc
  fish:  gitfleet completion fish > ~/.config/fish/completions/gitfleet.fish"""


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


def _complete_command(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    root = context.find_root()
    return [item for item in root.command.shell_complete(root, incomplete) if not item.value.startswith("-")]


@click.command("help", short_help="Show the help of a command.")
@click.argument("command", required=False, metavar="[COMMAND]", shell_complete=_complete_command)
@click.pass_context
def show_help(context: click.Context, command: str | None) -> int:
    """Show the help of COMMAND, or the list of all commands."""
    root = context.find_root()
    assert isinstance(root.command, click.Group)  # noqa: S101  # for the type checker: it is the group of all commands
    if command is None:
        click.echo(root.command.get_help(root))
        return 0
    _, found, _ = root.command.resolve_command(root, [command])
    assert found is not None  # noqa: S101  # for the type checker: resolve_command refuses unknown names
    with click.Context(found, info_name=found.name, parent=root) as inner:
        click.echo(found.get_help(inner))
    return 0


COMMANDS = [completion, show_help]
