"""``gitfleet plan``: what calls for a fleet will cost."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from gitfleet_fleet import Fleet

from .. import signals
from ..clients import Clients
from ..exit_codes import CommandError, ExitCode, Interrupted
from ..output.formats import choose_format
from ..output.sanitize import replace_controls
from ..output.target import Output
from ..output.writers import to_json_text
from ..progress.choose import choose_display
from ..progress.displays import Display
from ..progress.tally import Tally
from ..resources import RESOURCES, Filters
from ..selection import Selection, selection_options
from ..settings import Settings, shared_options

if TYPE_CHECKING:
    from gitfleet_fleet import Plan

__all__ = ["COMMANDS"]

# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_HELP = """Estimate what calls for each repository will cost, before they are done.

\b
  gitfleet plan github:python gitlab:gnome --kinds branches,contributors
  gitfleet plan --from owners.txt --no-archived --kinds details,pulls --format json

Prints the calls by kind, budget and token, the duration with waits, what batches and the cache save, and what will be
forbidden. The plan itself costs few calls. Formats: table (text) and json."""


@click.command("plan", help=_HELP, short_help="Estimate the calls and the time that a fleet needs.")
@selection_options
@click.option(
    "--kinds",
    required=True,
    metavar="NAMES",
    help="What is done for each repository, such as branches,contributors,issues,pulls,details.",
)
@click.option(
    "--ledger",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Count only what remains for the ledger of an interrupted run. The file is not changed.",
)
@shared_options
def plan(settings: Settings, selection: Selection, kinds: str, ledger: str | None) -> int:
    """Estimate what calls for each repository will cost."""
    names = [name.strip() for name in kinds.split(",") if name.strip()]
    if not names:
        raise CommandError("--kinds is empty: name some calls, such as --kinds branches,contributors")
    with closing(Output(settings.output, append=settings.append)) as output:
        form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)
        if settings.format not in (None, "table", "json") or settings.fields is not None:
            raise CommandError("a plan is a text or JSON: use --format table or json, without --fields")
        display = choose_display(Tally("repositories"), verbose=settings.verbose, quiet=settings.quiet)
        try:
            found = signals.run_cancellable(_plan(settings, selection, names, ledger, display))
        except Interrupted as error:
            return error.code
        finally:
            display.stop()
        is_json = form in ("json", "jsonl") and (settings.format == "json" or not output.is_standard)
        text = to_json_text(found.to_dict(), 2) if is_json else replace_controls(str(found))
        signals.run_cancellable(output.write(f"{text}\n"))
        output.commit()
    return ExitCode.OK


async def _plan(
    settings: Settings, selection: Selection, names: list[str], ledger: str | None, display: Display
) -> Plan:
    async with Clients(settings, selection.providers, display.on_event) as clients:
        chosen = [clients[provider] for provider in selection.providers]
        fleet = Fleet(*selection.texts, clients=chosen, **selection.filters)
        display.start()
        return await fleet.plan(*(names if ledger is None else map(_ledger_call, names)), ledger=ledger)


def _ledger_call(name: str) -> str | tuple[str, dict[str, object]]:
    """Return the call that the listing command of a kind keeps in its ledger, without options for rows."""
    found = (item for item in RESOURCES if name in (item.command, item.kind) and item.of != "owner")
    resource = next(found, None)
    return name if resource is None else (resource.kind, resource.arguments(Filters()))


COMMANDS = [plan]
