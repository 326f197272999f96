"""Who is asked: the tokens that one call may use, and when a refusal is a reason to use another one."""

from __future__ import annotations

from ..errors import AuthError, GitFleetError, NotFoundError, PermissionDeniedError, ProviderError
from ..ratelimit.health import EVERY_OWNER
from ..ratelimit.token_info import TokenInfo
from ..ratelimit.visibility import Choice
from .block_cache import current_cache
from .call import Call, SessionConfig
from .refusals import ABOUT_ACCOUNT, ABOUT_OBJECT, ABOUT_TOKEN

__all__ = ["Asking"]

_MOST_OTHERS = 5
"""Other tokens that are asked after a 404 or 403."""


class Asking:
    """The tokens of one call, and the result of each of them.

    With one token nothing is added to a call. A token that the call names is the only one that is used.

    Attributes:
        choice: Which tokens may be used; None if there is no choice.
    """

    __slots__ = ("_call", "_config", "_met_401", "_path", "_results", "_unexplained", "choice")

    def __init__(self, config: SessionConfig, call: Call) -> None:
        self._config = config
        self._call = call
        self._met_401: tuple[TokenInfo, ...] = ()
        self._results: tuple[tuple[TokenInfo, ProviderError], ...] = ()
        self._unexplained: tuple[TokenInfo, ...] = ()
        self.choice: Choice | None = None
        if call.token is None and (call.run is not None or config.tokens.has_several(config.profile.type)):
            self.choice = self._first_choice()

    def _first_choice(self) -> Choice:
        config, call = self._config, self._call
        scope = None if call.run is None else call.run.scope
        owner = call.owner or (None if scope is None else scope.owner) or self._owner_of_path()
        choice = Choice(owner)
        if current_cache.get() is not None:  # a validator belongs to the token that received it
            choice.affinity = call.url
        if scope is not None:
            scope.owner = owner  # links to further pages may have ids in place of names
            choice.is_fixed, choice.fixed = scope.is_fixed, scope.token
            choice.first, choice.waits_for_seer = config.own_token, True
            for token, _ in scope.refused:
                choice.exclude(token, alone=False)
        return choice

    def _owner_of_path(self) -> str | None:
        config = self._config
        owner_of = config.profile.owner_of
        return None if owner_of is None else owner_of(self._call.url.removeprefix(config.base_url.text))

    @property
    def previous(self) -> tuple[TokenInfo, GitFleetError] | None:
        """The token that was refused before this reading started again, with its error."""
        run = self._call.run
        return None if run is None or run.scope.is_fixed or not run.scope.refused else run.scope.refused[-1]

    def is_refusal_of_token(self, token: TokenInfo | None) -> bool:
        """Return whether a 401 makes a token suspect.

        It does not if this call has met one with the same token: a check has accepted the token in between, so the
        provider refuses this request with any token.
        """
        return token not in self._met_401 or self._config.profile.check_path is None

    def succeeded(self, token: TokenInfo | None) -> None:
        """Learn from a success."""
        tokens, origin = self._config.tokens, self._config.base_url.origin
        if self._call.run is not None:
            self._call.run.scope.fix(token)
        if token is None:
            return
        if token.health.is_doubted:
            tokens.note_success(token, origin)
        if self._results and self.choice is not None:
            for refused in self._unexplained:
                if refused is not token:
                    tokens.note_refusal(refused, origin)
            if self.choice.owner is not None:
                tokens.remember(token, origin, self.choice.owner)

    def again(self, token: TokenInfo | None, error: GitFleetError) -> bool:
        """Return whether to send the call again after an error, with another token or after a check of this one."""
        if token is None:
            return False
        if isinstance(error, AuthError):
            return self._after_401(token, error)
        if isinstance(error, PermissionDeniedError | NotFoundError) and error.status is not None:
            return self._after_refusal(token, error)
        return False

    def _after_401(self, token: TokenInfo, error: AuthError) -> bool:
        if token not in self._met_401:
            self._met_401 += (token,)
            self._lose(token, error)
            return True  # with another token, or with this one if a check accepts it
        if self.choice is None:
            return False
        self._note(token, error)
        self.choice.exclude(token, alone=True)
        return self._has_others()

    def _after_refusal(self, token: TokenInfo, error: PermissionDeniedError | NotFoundError) -> bool:
        reason = error.reason if isinstance(error, PermissionDeniedError) else None
        tokens, origin = self._config.tokens, self._config.base_url.origin
        owner = None if self.choice is None else self.choice.owner
        if reason == ABOUT_ACCOUNT:
            tokens.set_aside(token, origin, EVERY_OWNER)
        elif reason in ABOUT_TOKEN and owner is not None:
            tokens.set_aside(token, origin, owner)
        if self.choice is None or reason == ABOUT_OBJECT or error.status == 410 or self._is_final(error):
            return False
        concerns_token = reason == ABOUT_ACCOUNT or reason in ABOUT_TOKEN
        if self.choice.is_fixed and not concerns_token:
            return False  # the result of others that see the same would be the same
        self._note(token, error)
        if reason is None and isinstance(error, PermissionDeniedError):
            self._unexplained += (token,)
        self.choice.exclude(token, alone=concerns_token or not self._is_explored(token))
        self._lose(token, error)
        return len(self._results) <= _MOST_OTHERS and self._has_others()

    def _is_explored(self, token: TokenInfo) -> bool:
        """Return whether it is known which tokens see the same: two of one user may have different permissions."""
        return self._config.profile.scopes_header is None or token.is_explored

    def _is_final(self, error: GitFleetError) -> bool:
        run = self._call.run
        return run is not None and run.scope.is_public and isinstance(error, NotFoundError)

    def _note(self, token: TokenInfo, error: ProviderError) -> None:
        self._results += ((token, error),)

    def _has_others(self) -> bool:
        config = self._config
        return self.choice is not None and config.tokens.others(
            config.profile.type, config.base_url.origin, self.choice
        )

    def _lose(self, token: TokenInfo, error: GitFleetError) -> None:
        if self._call.run is not None:
            self._call.run.scope.lose(token, error)

    def final(self, error: GitFleetError) -> GitFleetError:
        """Return the error of the call: it lists the result of each token if several were used."""
        run = self._call.run
        if run is not None and isinstance(error, AuthError | PermissionDeniedError):
            run.scope.failed = True
        if self._is_final(error):
            return error
        if len(self._results) < 2 and not (self._results and error is not self._results[0][1]):
            return error
        if isinstance(error, NotFoundError):  # a refusal says more: the object may exist
            error = next((item for _, item in self._results if not isinstance(item, NotFoundError)), error)
        results = "; ".join(f"{token.label}: {_shown(item)}" for token, item in self._results)
        more = "; other tokens were not used" if len(self._results) > _MOST_OTHERS and self._has_others() else ""
        error.message += f" (requested with {results}{more})"
        error.args = (error.message,)
        return error


def _shown(error: ProviderError) -> str:
    reason = error.reason if isinstance(error, PermissionDeniedError) else None
    return f"{error.status}" + (f" {reason}" if reason else "")
