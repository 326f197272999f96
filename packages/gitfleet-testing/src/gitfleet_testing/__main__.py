"""``python -m gitfleet_testing``: serve a generated fleet or recorded responses until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from .access.tokens import DEFAULT_LIMIT
from .data.fleet import Fleet
from .forge import Forge
from .replay import Exchange, load

__all__ = ["main"]


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gitfleet_testing", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="default: a free port")
    parser.add_argument("--organizations", type=int, default=3, metavar="N", help="default: %(default)s")
    parser.add_argument("--repositories", type=int, default=2500, metavar="N", help="in total; default: %(default)s")
    parser.add_argument("--users", type=int, default=20, metavar="N", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="each seed gives different data; default: %(default)s")
    parser.add_argument("--prefix", default="", help="path in front of GitHub's API, such as /api/v3")
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS", help="wait before each response")
    parser.add_argument("--token", action="append", default=[], help="an additional token of fleet-admin; repeatable")
    parser.add_argument(
        "--limit", type=int, default=DEFAULT_LIMIT, help="calls per hour and token; default: %(default)s"
    )
    parser.add_argument(
        "--replay", type=Path, metavar="DIR", help="serve the recorded exchanges (*.json) of this folder"
    )
    return parser.parse_args(argv)


def _recorded(folder: Path | None) -> list[tuple[Path, list[Exchange]]]:
    if folder is None:
        return []
    if not folder.is_dir():
        raise ValueError(f"no such folder: {folder}")
    files = sorted(folder.rglob("*.json"))
    if not files:
        raise ValueError(f"no *.json in {folder}")
    return [(file, load(file)) for file in files]


def _serve(options: argparse.Namespace) -> None:
    recorded = _recorded(options.replay)
    fleet = Fleet.generate(
        organizations=options.organizations,
        repositories=options.repositories,
        users=options.users,
        seed=options.seed,
    )
    forge = Forge(fleet, port=options.port, prefix=options.prefix, delay=options.delay, log_size=0)
    for token in (forge.token, *options.token):
        forge.add_token(token, limit=options.limit)
    with forge:
        print(f"url: {forge.url}")
        for token in forge.tokens:
            print(f"token: {token}")
        for organization in fleet.organizations:
            print(f"organization: {organization.login} ({fleet.count_of(organization.login)} repositories)")
        for file, exchanges in recorded:
            address = forge.replay(exchanges) + exchanges[0].path
            print(f"replay: {address} ({len(exchanges)} exchanges, {file.name})")
        print(f"gitlab: {forge.gitlab_url}")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted.

    Args:
        argv: the arguments. None: those of the command line.

    Returns:
        The exit code: 0 after an interrupt, 2 for invalid arguments or an unreadable file.
    """
    options = _arguments(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _serve(options)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
