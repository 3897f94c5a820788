"""Every way a request can fail, and nothing of what the far side wrote.

    OutboundError
    ├── BlockedAddress   the URL, or what its host resolves to, is nowhere that remit may connect to
    ├── Unreachable      nobody answers there
    ├── Untrusted        somebody answers who can't prove to be the one
    ├── TooSlow          the time is up
    ├── BadAnswer        an answer that is too large, encoded, or no HTTP
    └── Unsendable       the request itself is no HTTP, so nothing was sent

All are `httpx2.TransportError`, so that they pass through a client as they are.
"""

import ssl
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import httpcore2
import httpx2

_REASONS: Final = {
    "TLSV1_ALERT_PROTOCOL_VERSION": "it speaks no TLS as new as tls_minimum",
    "UNSUPPORTED_PROTOCOL": "it speaks no TLS as new as tls_minimum",
    "UNEXPECTED_EOF_WHILE_READING": "it hangs up on TLS; perhaps it has none as new as tls_minimum",
    "WRONG_VERSION_NUMBER": "it speaks no TLS",
}


class OutboundError(httpx2.TransportError):
    """The message names the origin and what went wrong there."""


class BlockedAddress(OutboundError):  # noqa: N818 - what is so, not whose fault it is
    """`blocked_address`: no connection was made."""


class Unreachable(OutboundError):  # noqa: N818
    pass


class Untrusted(OutboundError):  # noqa: N818
    pass


class TooSlow(OutboundError):  # noqa: N818
    pass


class BadAnswer(OutboundError):  # noqa: N818
    pass


class Unsendable(OutboundError):  # noqa: N818
    pass


@contextmanager
def failures_at(origin: str) -> Generator[None]:
    """Turns the failures of the connection below into ours: their texts may quote what was sent or came."""
    try:
        yield
    except (httpcore2.TimeoutException, TimeoutError):
        raise TooSlow(f"{origin} did not answer in time") from None
    except httpcore2.LocalProtocolError:
        raise Unsendable(f"the request to {origin} can't be put in HTTP") from None
    except httpcore2.ProtocolError:
        raise BadAnswer(f"{origin} answers in no HTTP") from None
    except httpcore2.NetworkError as error:
        if reason := _distrust(error):
            raise Untrusted(f"{origin} can't be trusted: {reason}") from None
        raise Unreachable(f"{origin} can't be reached") from None


@contextmanager
def failures_of_sockets_at(origin: str) -> Generator[None]:
    """The same for connections that are no HTTP."""
    try:
        yield
    except TimeoutError:
        raise TooSlow(f"{origin} did not answer in time") from None
    except OSError as error:
        if reason := _distrust(error):
            raise Untrusted(f"{origin} can't be trusted: {reason}") from None
        raise Unreachable(f"{origin} can't be reached") from None


def _distrust(error: BaseException | None) -> str | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message if hasattr(error, "verify_message") else str(error.strerror)
        if isinstance(error, ssl.SSLError):
            return _REASONS.get(error.reason or "", error.reason or "it speaks no TLS")
        error = error.__cause__ or error.__context__
    return None
