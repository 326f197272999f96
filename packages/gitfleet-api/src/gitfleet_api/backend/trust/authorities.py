"""The certificates that a client trusts: those of ``verify=``, of the environment, or of the system."""

from __future__ import annotations

import os
import sys
from typing import Final

from ..._internal.text import path_repr, shorten_repr
from ...errors import ConfigurationError
from .authorities_type import Authorities

__all__ = ["Authorities", "read_authorities", "system_authorities"]

_FILE, _FOLDERS = "SSL_CERT_FILE", "SSL_CERT_DIR"
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
    name = f"verify={path_repr(path)}"
    from .reading import CertificateList  # most clients trust the system; this takes 3 ms

    listed = CertificateList()
    if path and os.path.isdir(path):  # noqa: PTH112  pathlib takes 1.3 ms to import
        listed.add_folder(path, name)
    else:
        listed.add_file(path, name)
    return listed.checked(name)


def system_authorities() -> Authorities | None:
    """Return the certificate authorities of the system; None on macOS and Windows, which have a store instead of files.

    They are read again when their file changes. If the system has none, ``problem`` says so.

    Raises:
        OSError: The file can't be opened now, for example because there are too many open files.
    """
    if sys.platform in _OWN_STORES:
        return None
    from .reading import CertificateList, content_of

    for path in _SYSTEM_FILES:
        try:
            state = os.stat(path)  # noqa: PTH116
            key = (path, state.st_mtime_ns, state.st_size)
            found = _system_cache.get(key)
            if found is None:
                listed = CertificateList()
                listed.add_data(content_of(path), path, skip_bad=True)
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
    from .reading import CertificateList

    listed = CertificateList()
    try:
        if file:
            listed.add_file(file, f"{_FILE}={path_repr(file)}")
        for folder in filter(None, folders.split(os.pathsep)):
            listed.add_folder(folder, f"{_FOLDERS}: {path_repr(folder)}")
        return listed.checked(" and ".join(name for name in (_FILE, _FOLDERS) if os.environ.get(name)))
    except ConfigurationError as error:
        if is_needed:
            raise
        return Authorities((), (), (), str(error))
