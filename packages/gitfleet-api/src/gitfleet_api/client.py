"""The interface of every provider's client."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NoReturn, Self, TypeVar

from .auth import check_token, check_token_may_go
from .backend import Backend, Timeout
from .detection import find_backend
from .errors import ConfigurationError, UnsupportedError
from .listing import Listing
from .models import BranchInfo, ContributorInfo, ProviderType, RateLimitInfo, RepoDetails, RepoInfo, UserInfo
from .profile import ProviderProfile
from .proxies import proxy_for
from .rows import RowReader
from .session import Session, SessionSettings
from .shapes import Shape
from .tokens import TokenManager
from .urls import BaseUrl
from .version import VERSION

__all__ = ["GitProviderClient"]

T = TypeVar("T")

_MAX_BODY = 128 * 1024 * 1024


class GitProviderClient(ABC):
    """A client of one Git hosting provider.

    Nothing is opened before the first request. ``async with`` (or :meth:`aclose`) frees connections at once; a
    client that is simply dropped frees them in its own time.

    Args:
        token: personal access token or the like; None for what everybody may see.
        base_url: root of the API of a self-managed instance; None for the public one.
        token_manager: a pool of tokens to choose from; ``token`` is added to it.
        use_python_impl: use the pure Python engine although the native one is there.
        backend: ``native``, ``python``, or a configured :class:`Backend` that several clients share; None takes the
            one named by the environment variable GITFLEET_BACKEND, or else the first that is installed and loads.
        timeout: a :class:`Timeout`, or a number of seconds that bounds connecting, silence and the whole call.
        max_concurrency: how many requests of this client may be under way at once.
        include_raw: keep the provider's own object in ``raw_data`` of every model.
        proxy: URL of a proxy; None looks at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; False uses none.
        verify: True trusts the system's certificate authorities (and SSL_CERT_FILE); the path of a PEM file
            trusts those in it and no others; False trusts anybody.
        user_agent: how to introduce oneself.
        allow_http: send tokens over plain http to other machines too.
        max_body: bytes, after decompression, above which an answer is refused.

    Raises:
        ConfigurationError: an argument that can't work.
        BackendUnavailableError: the engine asked for can't be had, or there is none.
    """

    def __init__(
        self,
        token: str | None = None,
        base_url: str | None = None,
        token_manager: TokenManager | None = None,
        use_python_impl: bool = False,
        *,
        backend: Literal["native", "python"] | Backend | None = None,
        timeout: Timeout | float | None = Timeout(),  # noqa: B008  immutable
        max_concurrency: int = 16,
        include_raw: bool = False,
        proxy: str | Literal[False] | None = None,
        verify: bool | str | os.PathLike[str] = True,
        user_agent: str = f"gitfleet/{VERSION}",
        allow_http: bool = False,
        max_body: int = _MAX_BODY,
    ) -> None:
        root = BaseUrl.parse(self.profile.base_url if base_url is None else base_url)
        settings = SessionSettings(
            base_url=root,
            timeout=Timeout.of(timeout),
            max_concurrency=_positive("max_concurrency", max_concurrency),
            max_body=_positive("max_body", max_body),
            proxy=proxy_for(root, proxy),
            user_agent=_header_text("user_agent", user_agent),
        )
        if token_manager is not None and not isinstance(token_manager, TokenManager):
            raise ConfigurationError(f"token_manager must be a TokenManager, not {type(token_manager).__name__}")
        tokens = TokenManager() if token_manager is None else token_manager
        if token is not None:
            check_token(token)
        if token is not None or tokens.get_all_tokens(self.profile.type):
            check_token_may_go(root, allow_http=allow_http)
        engine, self._owns_backend = _engine(backend, verify, use_python_impl=use_python_impl)
        if token is not None:
            tokens.add_token(token, self.profile.type)
        self._tokens = tokens
        self._include_raw = include_raw
        self._session = Session(self.profile, settings, engine, tokens)
        self._base_url = root

    @property
    @abstractmethod
    def profile(self) -> ProviderProfile:
        """How to speak to this provider."""

    @property
    def provider_type(self) -> ProviderType:
        """Which provider this is."""
        return self.profile.type

    @property
    def base_url(self) -> str:
        """Root of the API, without a trailing slash."""
        return str(self._base_url)

    @property
    def backend(self) -> Backend:
        """The engine this client uses, for its whole life."""
        return self._session.backend

    @property
    def _use_rust(self) -> bool:
        """Whether the native engine is at work; to change it, make a new client."""
        return self.backend.name == "native"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base_url} backend={self.backend.name}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Free what this client has opened. A backend that was given to it stays open for others."""
        self._session.close()
        if self._owns_backend:
            await self.backend.aclose()

    async def fetch_user_info(self) -> UserInfo:
        """The account that the token belongs to."""
        self._unsupported("fetch_user_info")

    def fetch_repositories(self, owner: str) -> Listing[RepoInfo]:
        """Every repository of a user or an organization that the token may see."""
        self._unsupported("fetch_repositories")

    async def fetch_repository_details(self, owner: str, repo: str) -> RepoDetails:
        """One repository, with all that its own page shows."""
        self._unsupported("fetch_repository_details")

    def fetch_branches(self, owner: str, repo: str) -> Listing[BranchInfo]:
        """Every branch of a repository."""
        self._unsupported("fetch_branches")

    def fetch_contributors(self, owner: str, repo: str) -> Listing[ContributorInfo]:
        """Everybody with an account who has commits in a repository, most commits first."""
        self._unsupported("fetch_contributors")

    async def get_rate_limit(self) -> RateLimitInfo:
        """How many calls are left."""
        self._unsupported("get_rate_limit")

    async def validate_credentials(self) -> bool:
        """Whether the provider accepts the token; False without one."""
        self._unsupported("validate_credentials")

    def _unsupported(self, method: str) -> NoReturn:
        raise UnsupportedError(f"{type(self).__name__} has no {method}()", self.provider_type)

    def _reader(self, model: type[T], shape: Shape, **constants: object) -> RowReader[T]:
        """The reader of a model; compiled once a process, as it is the same for every client."""
        key = (model, shape, self.provider_type, self._include_raw, tuple(constants.items()))
        if key not in _readers:
            fixed = {"provider_type": self.provider_type, **constants}
            _readers[key] = RowReader(model, shape, fixed, include_raw=self._include_raw)
        return _readers[key]


_Key = tuple[type, Shape, ProviderType, bool, tuple[tuple[str, object], ...]]
_readers: dict[_Key, RowReader[Any]] = {}


def _engine(
    backend: str | Backend | None, verify: bool | str | os.PathLike[str], *, use_python_impl: bool
) -> tuple[Backend, bool]:
    """The engine, and whether the client has to close it."""
    if isinstance(backend, Backend):
        if use_python_impl:
            raise ConfigurationError("use_python_impl=True contradicts a backend object; give one of them")
        if verify is not True:
            raise ConfigurationError("verify belongs to the backend object: give it there")
        return backend, False
    if backend is not None and not isinstance(backend, str):
        raise ConfigurationError(f"backend must be 'native', 'python' or a Backend object, not {backend!r}")
    found: type[Backend] = find_backend(backend, use_python_impl=use_python_impl)
    return found.create(verify=_verify(verify)), True


def _verify(value: bool | str | os.PathLike[str]) -> bool | str:
    if isinstance(value, bool):
        return value
    path = os.fspath(value) if isinstance(value, str | os.PathLike) else ""
    if not path or not Path(path).is_file():
        raise ConfigurationError(f"verify must be True, False or the path of a PEM file; there is no file {path!r}")
    return path


def _positive(name: str, value: int) -> int:
    # Engines count in 64 bits.
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**63:
        raise ConfigurationError(f"{name} must be an integer of at least 1, not {value!r}")
    return value


def _header_text(name: str, value: str) -> str:
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ConfigurationError(f"{name} must be printable ASCII, not {value!r}")
    return value
