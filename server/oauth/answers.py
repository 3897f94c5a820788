"""What an authorization server answers, and every way in which it fails.

FarFailed
├── FarRefused       it says no, by an error code of RFC 6749; what else it wrote goes nowhere
└── FarUnavailable   it does not answer as it should: nobody knows what it would have said
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

import anyio
import httpx2
from authlib.integrations.base_client import OAuthError

from policies.secret import Secret
from server.oauth.tokens import Tokens
from tools.authorization import PERMITTED

if TYPE_CHECKING:
    from policies.canonical import Json

PATIENCE: Final = 10.0  # seconds for one request
LONGEST: Final = 16_384  # characters of one token
FOREVER: Final = 10 * 366 * 86_400  # seconds; more than that is no life of a token
BUSY: Final = 429

CODES: Final = frozenset(
    {
        "access_denied",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
        "unsupported_token_type",
    }
)
"""The error codes of RFC 6749 and RFC 7009."""

# docs.github.com/en/apps: what GitHub says for some of them.
_OTHER_WORDS: Final = {
    "bad_verification_code": "invalid_grant",
    "bad_refresh_token": "invalid_grant",
    "incorrect_client_credentials": "invalid_client",
    "redirect_uri_mismatch": "invalid_request",
}


class FarFailed(Exception):  # noqa: N818 - what is so, not whose fault it is
    """`why` is for the log."""

    def __init__(self, why: str) -> None:
        super().__init__("authorization_server_failed")
        self.why = why


class FarRefused(FarFailed):
    """`code` is one of `CODES`, or "other"."""

    def __init__(self, said: object) -> None:
        code = _OTHER_WORDS.get(said, said) if isinstance(said, str) else "other"
        self.code = code if code in CODES else "other"
        super().__init__(f"it refuses: {self.code}")


class FarUnavailable(FarFailed):
    pass


def hold_status(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR or answer.status_code == BUSY:
        raise FarUnavailable(f"it answers {answer.status_code}")
    return answer


def code_of(answer: httpx2.Response) -> object:
    try:
        said: Json = answer.json()
    except ValueError:
        return None
    return said.get("error") if isinstance(said, dict) else None


@contextmanager
def failures() -> Generator[None]:
    try:
        with anyio.fail_after(PATIENCE):
            yield
    except TimeoutError:
        raise FarUnavailable("it did not answer in time") from None
    except OAuthError as error:
        raise FarRefused(cast("object", error.error)) from None
    except (httpx2.HTTPError, ValueError) as error:
        raise FarUnavailable(f"its answer is of no use ({type(error).__name__})") from None


def tokens_of(answer: Mapping[str, object], now: int, asked: frozenset[str], former: Secret | None) -> Tokens:
    """Of an answer without an error.

    Raises `FarUnavailable` for one that RFC 6749, section 5.1 does not allow.
    """
    kind, access, refresh = (answer.get(name) for name in ("token_type", "access_token", "refresh_token"))
    lasting, scope = answer.get("expires_in"), answer.get("scope")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise FarUnavailable("it gives no bearer token")
    if isinstance(lasting, str) and lasting.isascii() and lasting.isdecimal():
        lasting = int(lasting)
    if lasting is not None and (not isinstance(lasting, int) or not 0 < lasting < FOREVER):
        raise FarUnavailable("it does not say in seconds how long its token lasts")
    if scope is not None and not isinstance(scope, str):
        raise FarUnavailable("it does not say in words what its token is for")
    told = frozenset(scope.split()) if scope is not None else asked
    return Tokens.granted(
        now,
        access=_secret(access),
        refresh=_secret(refresh) if refresh is not None else former,
        lasting=lasting,
        scopes=asked if PERMITTED in asked and not told else told,
    )


def _secret(value: object) -> Secret:
    """What fits into a header (RFC 6750, section 2.1, and RFC 6749, appendix A.17)."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not _printable(value):
        raise FarUnavailable("it gives no token that could be sent")
    return Secret(value)


def _printable(value: str) -> bool:
    return all("!" <= letter <= "~" for letter in value)
