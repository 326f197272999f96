"""The tests that the sessions of nox run: groups of contract tests by what they depend on."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Tests that depend on the Python version, beside some contract tests; all others run once, with the oldest Python.
EVERY_PYTHON = ("tests/api", "tests/py", "tests/native")
# Contract tests, one file per feature of the clients: they show that an environment has everything that is needed.
FEATURES = "requests errors events retries rate_limits proxy cache sync two_providers graphql tables"
# Contract tests of connections, which run on uvloop as well.
CONNECTIONS = (
    "backend broken_connections closing connecting_time event_loop fleet_stopping hostile_servers host_names http2 "
    "http2_nginx http2_refusals left_over_bytes life proxy proxy_refusals soak stopping_early timeouts tls unclosed"
)
# Contract tests of waiting and closing, which run on a loop without readers as well, like the default one of Windows.
WAITING = "closing event_loop stopping_early timeouts"
# Contract tests of what uses asyncio, ssl, sqlite3, dataclasses, threads, processes and tracebacks. The others show the
# meaning of requests and responses; they run with the oldest Python.
RUNTIME = (
    "awaitables cache_faults cache_file_states certificate_kinds clocks csv error_chains_hide_tokens fleet_every_call "
    "fleet_sync fleet_tables ledger ledger_files ledger_next_runs listed_certificates mirror_repositories "
    "mirror_updates model_values odd_models prefetch sync_incomplete sync_life sync_threads threads "
    "tracebacks_hide_tokens trusted_files"
)
# Contract tests of the meaning of responses, which run with the optional decoder of gitfleet-py[fast] as well.
DECODING = "bodies|body|content|decod|example|odd|random|recorded|tables|values"

# Tests of shared budgets in tests/api, which have long forms or belong to them.
BUDGETS = (
    *("budget_alone", "budget_policy", "budget_references", "budget_states", "budget_threads"),
    *("redis_budgets", "sqlite_budgets"),
)
# Tests of the documentation that need neither the built site nor a download: they run while Sphinx builds it.
DOCS_WITHOUT_SITE = ("tests/docs/test_example_types.py", "tests/docs/test_notebook.py")


def contract(names: str) -> list[str]:
    """Return the files of contract tests, from their names without `test_`."""
    return [f"tests/contract/test_{name}.py" for name in names.split()]


def decoding() -> list[str]:
    """Return the contract tests of the meaning of responses."""
    names = sorted(path.stem.removeprefix("test_") for path in (ROOT / "tests" / "contract").glob("test_*.py"))
    return contract(" ".join(name for name in names if re.search(DECODING, name)))


def all_tests() -> list[str]:
    """Return all tests but those of the documentation, which `docs` runs; its code blocks run with the others."""
    return [
        *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").iterdir()) if _has_tests(path)),
        "tests/docs/test_blocks.py",
    ]


def _has_tests(folder: Path) -> bool:
    return folder.name != "docs" and any(folder.glob("test_*.py"))
