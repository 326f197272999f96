"""The certificates that a client trusts: those of ``verify=``, of the environment, or of the system."""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import Final, NamedTuple

from ..._internal.text import shorten_repr
from ...errors import ConfigurationError
from .der import Certificate, parse_certificate
from .pem import BadCertificate, Block, read_certificates

__all__ = ["Authorities", "read_authorities", "system_authorities"]

_FILE, _FOLDERS = "SSL_CERT_FILE", "SSL_CERT_DIR"
_LARGEST = 32 * 1024 * 1024
_SYSTEM_FILES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch, Gentoo
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora
    "/etc/pki/tls/certs/ca-bundle.crt",  # older Fedora
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine, BSD
    "/usr/local/share/certs/ca-root-nss.crt",  # FreeBSD
)
_OWN_STORES = ("darwin", "win32")
_system_cache: dict[tuple[str, int, int], Authorities] = {}


class Authorities(NamedTuple):
    """The certificates that a client trusts, in DER, each once.

    Attributes:
        certificates: all of them.
        issuers: those that may sign the certificates of servers.
        servers: those that are also trusted as the certificate of a server.
        problem: the reason why there are none, for error messages; None if there are some.
    """

    certificates: tuple[bytes, ...]
    issuers: tuple[bytes, ...]
    servers: tuple[bytes, ...]
    problem: str | None = None


def read_authorities(verify: object, *, is_needed: bool = True) -> bool | Authorities:
    """Return what a client trusts.

    Args:
        verify: True for the authorities that SSL_CERT_FILE and SSL_CERT_DIR name, or else those of the system; the path
            of a PEM file or of a folder of PEM files for only those in it; False for no verification.
        is_needed: whether the client uses TLS. Without it, variables that name no certificate are no error.

    Returns:
        The certificates; True for those of the system (see :func:`system_authorities`); False for no verification.

    Raises:
        ConfigurationError: ``verify`` is of another type, or there is no usable certificate, or one of a file can't be
            read. The message names the file.
    """
    if isinstance(verify, Authorities):
        return verify
    if isinstance(verify, bool):
        return (_of_environment(is_needed) or True) if verify else False
    try:
        path = os.fsdecode(verify)  # type: ignore[arg-type]
    except TypeError:
        path = None
    if path is None or isinstance(verify, bytes):
        raise ConfigurationError(
            "verify must be True, False or the path of a PEM file or of a folder of PEM files, "
            f"not {shorten_repr(verify)}"
        )
    name = f"verify={shorten_repr(path)}"
    listed = _List()
    if path and os.path.isdir(path):  # noqa: PTH112  pathlib takes 1.3 ms to import
        listed.add_folder(path, name)
    else:
        listed.add_file(path, name)
    return listed.checked(name)


def system_authorities() -> Authorities | None:
    """Return the certificate authorities of the system; None where it has a store of its own (macOS, Windows).

    They are read again when their file changes. If the system has none, ``problem`` says so.

    Raises:
        OSError: The file can't be opened now, for example because there are too many open files.
    """
    if sys.platform in _OWN_STORES:
        return None
    for path in _SYSTEM_FILES:
        try:
            state = os.stat(path)  # noqa: PTH116
            key = (path, state.st_mtime_ns, state.st_size)
            found = _system_cache.get(key)
            if found is None:
                listed = _List()
                listed.add_data(_content_of(path), path, skip_bad=True)
                found = listed.result(path)
                _system_cache.clear()
                _system_cache[key] = found
        except (FileNotFoundError, NotADirectoryError, PermissionError, ValueError):
            continue
        if found.certificates:
            return found
    return Authorities((), (), (), "the system has no list of certificate authorities: install ca-certificates")


def _of_environment(is_needed: bool) -> Authorities | None:
    file, folders = (os.environ.get(name) or "" for name in (_FILE, _FOLDERS))
    if not (file or folders):
        return None
    listed = _List()
    try:
        if file:
            listed.add_file(file, f"{_FILE}={shorten_repr(file)}")
        for folder in filter(None, folders.split(os.pathsep)):
            listed.add_folder(folder, f"{_FOLDERS}: {shorten_repr(folder)}")
        return listed.checked(" and ".join(name for name in (_FILE, _FOLDERS) if os.environ.get(name)))
    except ConfigurationError as error:
        if is_needed:
            raise
        return Authorities((), (), (), str(error))


class _List:
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
            data = _content_of(path)
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
                self.add_file(whole, f"{name}, file {shorten_repr(file)}", skip_bad=True)
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


def _content_of(path: str) -> bytes:
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
