"""github-to-sqlite, run as documented: its commands in turn for each owner or repository, in one process.

``python with_github_to_sqlite.py API_URL TOKEN FILE OWNER ...`` prints seconds and peak memory as JSON. Its address is
a constant: requests go to ``API_URL`` instead, and addresses in responses are changed to GitHub's, which it expects.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_GITHUB = "https://api.github.com"
_PER_REPOSITORY = ("releases", "tags", "contributors", "commits")


def _redirect(api: str) -> None:
    import requests

    original = requests.get

    def get(url: str, **arguments: Any) -> requests.Response:
        response = original(url.replace(_GITHUB, api), **arguments)
        response._content = response.content.replace(api.encode(), _GITHUB.encode())
        if "link" in response.headers:
            response.headers["link"] = response.headers["link"].replace(api, _GITHUB)
        return response

    requests.get = get


def main() -> None:
    """Save everything of the owners."""
    start = time.monotonic()
    api, token, file, *owners = sys.argv[1:]
    _redirect(api)
    import sqlite_utils
    from github_to_sqlite.cli import cli

    with tempfile.TemporaryDirectory() as folder:
        auth = Path(folder) / "auth.json"
        auth.write_text(json.dumps({"github_personal_token": token}))

        def run(command: str, *arguments: str) -> None:
            cli.main([command, file, *arguments, "--auth", str(auth)], standalone_mode=False)

        for owner in owners:
            run("repos", owner)
            run("pull-requests", "--org", owner)
        names = [row["full_name"] for row in sqlite_utils.Database(file)["repos"].rows]
        for name in names:
            run("issues", name)
        for command in _PER_REPOSITORY:
            run(command, *names)
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    memory = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024
    print(json.dumps({"seconds": time.monotonic() - start, "cpu": time.process_time(), "memory": memory / 1e6}))


if __name__ == "__main__":
    main()
