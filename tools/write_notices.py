"""Write the notices of the crates that are linked into the native engine: ``python tools/write_notices.py [--check]``.

They are in packages/gitfleet-native/THIRD_PARTY_NOTICES.txt, which the wheel and the sdist contain.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "packages" / "gitfleet-native"
NOTICES = PACKAGE / "THIRD_PARTY_NOTICES.txt"
PLATFORMS = (
    *(f"{processor}-unknown-linux-{libc}" for processor in ("x86_64", "aarch64") for libc in ("gnu", "musl")),
    *("x86_64-apple-darwin", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"),
)
"""The platforms of the wheels."""
HEAD = """\
The native engine of GitFleet is linked with the crates below, and with the standard library of Rust, copyright (c) The
Rust Project Contributors, under the MIT licence. Each licence follows the crates that have it."""
LINE = "-" * 80

sys.path.insert(0, str(PACKAGE))
from linked_crates import Crate, linked_crates, texts_of  # noqa: E402


def notices() -> str:
    """Return the notices: each text once, after the crates that have it.

    Raises:
        SystemExit: A crate has no text.
    """
    crates_of: defaultdict[str, list[Crate]] = defaultdict(list)
    for crate in linked_crates(ROOT / "rust", PLATFORMS):
        texts = [] if crate.is_ours else list(texts_of(crate))
        if not texts and not crate.is_ours:
            raise SystemExit(f"{crate.name} {crate.version} has no text of its licence ({crate.licence})")
        for text in texts:
            crates_of[text].append(crate)
    parts = [HEAD]
    for text, crates in crates_of.items():
        names = "\n".join(f"{crate.name} {crate.version} ({crate.licence})" for crate in crates)
        parts.append(f"{LINE}\n{names}\n{LINE}\n\n{text}")
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Write the file, or compare it."""
    text = notices()
    if "--check" not in sys.argv[1:]:
        NOTICES.write_text(text, "utf-8")
    elif not NOTICES.exists() or NOTICES.read_text("utf-8") != text:
        print(f"{NOTICES.relative_to(ROOT)} is out of date: run python tools/write_notices.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
