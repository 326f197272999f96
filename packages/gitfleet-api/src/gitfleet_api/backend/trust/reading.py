"""Collects the certificates of files and folders. Imported when there are some to read."""

from __future__ import annotations

import os
import stat
import time

from ..._internal.text import path_repr
from ...errors import ConfigurationError
from .authorities_type import Authorities
from .der import Certificate, parse_certificate
from .pem import BadCertificate, Block, read_certificates

__all__ = ["CertificateList", "content_of"]

_LARGEST = 32 * 1024 * 1024


class CertificateList:
    """Collects certificates.

    Attributes:
        problems: the reasons why files have no usable certificates.
    """

    def __init__(self) -> None:
        self._usable: dict[bytes, Certificate] = {}
        self.problems: list[str] = []
        self._now = time.strftime("%Y%m%d%H%M%S", time.gmtime())

    def add_file(self, path: str, name: str, *, skip_bad: bool = False) -> None:
        """Add the certificates of a PEM file. A file that can't be read is a problem.

        Raises:
            ConfigurationError: A certificate can't be read, unless ``skip_bad``.
        """
        try:
            data = content_of(path)
        except (OSError, ValueError) as error:
            self.problems.append(f"{name}: {getattr(error, 'strerror', None) or error}")
        else:
            self.add_data(data, name, skip_bad=skip_bad)

    def add_data(self, data: bytes, name: str, *, skip_bad: bool = False) -> None:
        """Add the certificates of ``data`` in PEM.

        Raises:
            ConfigurationError: A certificate can't be read, unless ``skip_bad``.
        """
        count = 0
        try:
            for block in read_certificates(data):
                count += 1
                self._add(block, name)
        except BadCertificate as error:
            if not skip_bad:
                raise ConfigurationError(f"{name}: {error}", code="invalid_argument") from None
            self.problems.append(f"{name}: {error}")
        if not count:
            self.problems.append(f"{name}: there is no certificate in PEM format in it")

    def add_folder(self, path: str, name: str) -> None:
        """Add the certificates of the files of a folder, whatever their names are. Other files are ignored."""
        try:
            files = sorted(os.listdir(path))  # noqa: PTH208
        except (OSError, ValueError) as error:
            self.problems.append(f"{name}: {getattr(error, 'strerror', None) or error}")
            return
        for file in files:
            whole = os.path.join(path, file)  # noqa: PTH118
            if not file.startswith(".") and os.path.isfile(whole):  # noqa: PTH113
                self.add_file(whole, f"{name}, file {path_repr(file)}", skip_bad=True)
        if not files:
            self.problems.append(f"{name}: the folder is empty")

    def _add(self, block: Block, name: str) -> None:
        if block.der in self._usable:
            return
        try:
            found = parse_certificate(block.der)
        except ValueError as error:
            raise BadCertificate(block, error) from None
        place = f"{name}: certificate {block.number} (line {block.line})"
        if found.not_after < self._now:
            self.problems.append(f"{place} expired at {_readable(found.not_after)}")
        elif found.not_before > self._now:
            self.problems.append(f"{place} is not valid before {_readable(found.not_before)}")
        elif not (found.may_sign or found.may_serve):
            self.problems.append(f"{place} can't be used for TLS servers")
        else:
            self._usable[block.der] = found

    def checked(self, name: str) -> Authorities:
        """Return the certificates.

        Raises:
            ConfigurationError: There is none.
        """
        found = self.result(name)
        if found.problem is not None:
            raise ConfigurationError(found.problem, code="invalid_argument")
        return found

    def result(self, name: str) -> Authorities:
        """Return the certificates."""
        issuers = tuple(der for der, found in self._usable.items() if found.may_sign)
        servers = tuple(der for der, found in self._usable.items() if found.may_serve)
        if self._usable:
            return Authorities((*self._usable,), issuers, servers)
        return Authorities((), (), (), "; ".join(self.problems[:3]) or f"{name}: there is no certificate")


def content_of(path: str) -> bytes:
    """Return the content of a file.

    Raises:
        OSError: It can't be opened.
        ValueError: It is not a regular file, or larger than 32 MB.
    """
    with open(path, "rb", opener=_open) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is not a regular file")
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError(f"larger than {_LARGEST} bytes")
    return data


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe without a writer would block


def _readable(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]} UTC"
