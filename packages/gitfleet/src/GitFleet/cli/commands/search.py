"""``gitfleet search``: searches for repositories, issues and code."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click

from gitfleet_api import CodeMatch, IssueInfo, Listing, RepoInfo

from ..clients import Clients
from ..completion import FieldsCommand, complete_provider
from ..exit_codes import CommandError
from ..fetching import NamedListing, pages_ahead
from ..output.formats import WHOLE_ROWS, choose_format
from ..output.rows import as_row, model_fields, parse_fields
from ..output.target import Output
from ..output.writers import create_writer
from ..pipeline import Job, run_job
from ..resources import ALIASES
from ..settings import Settings, shared_options
from ..targets import parse_provider_name

__all__ = ["COMMANDS"]

_KINDS: dict[str, tuple[str, str, type, str]] = {
    "repos": ("search_repositories", "repositories", RepoInfo, "full_name,stars,language,updated,description"),
    "issues": ("search_issues", "issues", IssueInfo, "repo,number,state,title,updated"),
    "code": ("search_code", "matches", CodeMatch, "repo,path,line"),
}
"""What can be searched: the method, what a row is, its model, and the fields of tables."""
# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_HELP = """Search repositories, issues or code. QUERY has the words and qualifiers of the provider.

\b
  gitfleet search repos github 'topic:http language:python stars:>100'
  gitfleet search issues github 'is:open label:bug' --owner python
  gitfleet search code gitlab fetch_branches --repository group/project

Searches above the limit of the provider (1,000 rows on GitHub) are split by time, for code by size. Rows that
cannot be reached are missing: exit code 7."""


@click.command(
    "search",
    cls=FieldsCommand,
    field_names=tuple(dict.fromkeys(column.name for kind in _KINDS.values() for column in model_fields(kind[2]))),
    help=_HELP,
    short_help="Search repositories, issues or code.",
)
@click.argument("what", type=click.Choice([*_KINDS]))
@click.argument("provider", shell_complete=complete_provider)
@click.argument("query")
@click.option("--owner", metavar="NAME", help="Only in repositories of this user, organization or group.")
@click.option("--repository", metavar="OWNER/REPO", help="Only in this repository. Not for repos.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N rows.")
@shared_options
def search(
    settings: Settings,
    what: str,
    provider: str,
    query: str,
    owner: str | None,
    repository: str | None,
    limit: int | None,
) -> int:
    """Search repositories, issues or code."""
    chosen = parse_provider_name(provider)
    method, noun, model, shown = _KINDS[what]
    if what == "repos" and repository is not None:
        raise CommandError("--repository is for issues and code; use --owner")
    arguments = {"owner": owner} if what == "repos" else {"owner": owner, "repository": repository}
    names = model.__dataclass_fields__  # type: ignore[attr-defined]  # it is a dataclass
    aliases = {short: name for short, name in ALIASES.items() if name in names and short not in names}

    def listings(clients: Clients) -> list[NamedListing]:
        listing: Listing[Any] = getattr(clients[chosen], method)(query, **arguments)
        return [NamedListing(query, listing.pages(ahead=pages_ahead(limit)))]

    with closing(Output(settings.output, append=settings.append)) as output:
        form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)
        columns = parse_fields(settings.fields or shown, model, aliases)
        if form in WHOLE_ROWS and settings.fields is None:
            columns = model_fields(model)
        writer = create_writer(form, output, columns, all_fields=settings.fields is None, exact=settings.csv_exact)
        job = Job(noun, [chosen], listings, lambda _, item: as_row(item), limit=limit, kind=f"search {what}")
        return run_job(job, settings, output, writer)


COMMANDS = [search]
