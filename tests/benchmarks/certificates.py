"""A certificate authority for the suite, and the server's certificate."""

from __future__ import annotations

from pathlib import Path

__all__ = ["make"]


def make(folder: Path) -> tuple[Path, Path]:
    """Write the authority, and the certificate with its key, as PEM files; return both paths."""
    import trustme

    authority, server = folder / "authority.pem", folder / "server.pem"
    # Created each time, because they expire.
    made = trustme.CA()
    made.cert_pem.write_to_path(authority)
    made.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(server)
    return authority, server
