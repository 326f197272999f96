"""Compression with gzip whose result depends on the data only."""

from __future__ import annotations

import zlib

__all__ = ["GzipStream"]

_BLOCK = 64 * 1024
_GZIP = 31
"""zlib's number for a gzip file: its header has no time and no name."""


class GzipStream:
    """Compresses data in blocks of one size, so that equal data gives equal files, however it was written."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, _GZIP)
        self._pending = bytearray()

    def add(self, data: bytes) -> bytes:
        """Add data; return what can be written."""
        self._pending += data
        whole = len(self._pending) - len(self._pending) % _BLOCK
        blocks = [bytes(self._pending[start : start + _BLOCK]) for start in range(0, whole, _BLOCK)]
        del self._pending[:whole]
        return b"".join(map(self._compressor.compress, blocks))

    def end(self) -> bytes:
        """Return the end of the file."""
        return self._compressor.compress(bytes(self._pending)) + self._compressor.flush()
