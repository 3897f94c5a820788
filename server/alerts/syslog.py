"""RFC 5424 over TLS (RFC 5425), TCP (RFC 6587, counted) or UDP (RFC 5426).

Syslog has no receipts: delivered is what the far side's system has taken, and over UDP what was sent.
"""

import asyncio
import os
import socket
from typing import Final

import anyio

from policies.alert import Severity
from policies.destinations import Syslog
from server.alerts.message import Message
from server.alerts.sending import NotDelivered
from server.moments import moment
from tools.outbound.addresses import Origin
from tools.outbound.errors import failures_of_sockets_at
from tools.outbound.sockets import connected, stream
from tools.outbound.tls import ClientContext

FACILITY: Final = 10  # security/authorization
LEVELS: Final = {Severity.INFO: 6, Severity.WARNING: 4, Severity.CRITICAL: 2}
LARGEST: Final = 2048  # bytes of a datagram: RFC 5424, section 6.1
_ENTERPRISE: Final = "remit@32473"
_GOODBYE: Final = 1.0  # seconds that a far side has to say that it takes nothing


class SyslogSender:
    def __init__(self, settings: Syslog, tls: ClientContext) -> None:
        self._tls = tls
        self._scheme, host, port = settings.there
        self._there = Origin(self._scheme, host, port)

    async def send(self, message: Message) -> None:
        told = line(message, socket.gethostname(), os.getpid())
        if self._scheme == "udp":
            with (
                await connected(self._there, datagrams=True) as made,
                failures_of_sockets_at(str(self._there)),
            ):
                await asyncio.get_running_loop().sock_sendall(made, told[:LARGEST])
            return
        tls = self._tls if self._scheme == "tls" else None
        async with stream(self._there, tls) as (reader, writer):
            writer.write(b"%d %s" % (len(told), told))
            await writer.drain()
            # A far side that refuses (a certificate in TLS 1.3, a connection too many) says so only now.
            if tls is None:
                writer.write_eof()
            with anyio.move_on_after(_GOODBYE):
                if not await reader.read(1) and tls is not None:
                    raise NotDelivered("it hangs up")


def line(message: Message, host: str, process: int) -> bytes:
    """One event, and one line: no text can begin another, or another element of the structured data."""
    priority = FACILITY * 8 + LEVELS[message.severity]
    at = moment(message.raised_at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    facts = {
        "id": message.id,
        "kind": message.kind,
        "severity": message.severity.value,
        "times": str(message.times),
        **message.about,
        **{
            f"evidence_{number}": f"{name}={said}"
            for number, (name, said) in enumerate(message.evidence_said.items(), 1)
        },
        "did": message.did,
    }
    data = "".join(f' {name}="{_escaped(value)}"' for name, value in facts.items() if value)
    head = f"<{priority}>1 {at} {_word(host, 255)} remit {process} {_word(message.kind, 32)} "
    return f"{head}[{_ENTERPRISE}{data}] \ufeff{_one_line(message.summary)}".encode("utf-8", "replace")


def _escaped(value: str) -> str:
    r"""RFC 5424, section 6.3.3: `"`, `\` and `]`."""
    return "".join(f"\\{each}" if each in '"\\]' else each for each in _one_line(value))


def _one_line(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)


def _word(text: str, longest: int) -> str:
    shown = "".join(each for each in text if "!" <= each <= "~")[:longest]
    return shown or "-"
