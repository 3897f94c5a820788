"""Certificates that end soon: who lets one end has an outage, and who is told in time has none."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from tools.connector import Finding
from tools.outbound.tls import ClientContext

_Used = tuple[str, x509.Certificate, str]
"""Whose certificate it is, itself, and what to do before it ends."""

_SOON: Final = timedelta(days=30)
_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)


def ending(about: str, context: ClientContext, now: datetime) -> list[Finding]:
    """What ends within 30, 7 or 1 days of what is shown, trusted and, so far, seen at the other end."""
    return list(_findings(about, _in_use(context), now))


def ending_file(about: str, file: Path, now: datetime) -> list[Finding]:
    """Of the certificates in a file that are shown to who connects to us."""
    try:
        shown = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        remedy = "Check that the file exists, is PEM, and that this user may read it."
        return [Finding(about, f"{file} can't be read as a certificate", remedy, fatal=True)]
    remedy = "Put a new certificate and key in the same files, and start remit anew."
    return list(_findings(about, ((f"a certificate in {file.name}", one, remedy) for one in shown), now))


def _findings(about: str, used: Iterable[_Used], now: datetime) -> Iterator[Finding]:
    for whose, certificate, remedy in used:
        if when := left(certificate.not_valid_after_utc, now, "ends", "has ended"):
            name = certificate.subject.rfc4514_string()[:128] or "without a name"
            yield Finding(about, f"{whose} ({name}) {when}", remedy, fatal=False)


def _in_use(context: ClientContext) -> Iterator[_Used]:
    if context.tls.certificate:
        remedy = "Put a new certificate and key in the same files: remit takes them without a restart."
        for certificate in x509.load_pem_x509_certificates(context.tls.certificate.read_bytes()):
            yield "its client certificate", certificate, remedy
    if context.tls.ca:
        remedy = "Add the authority's next certificate to that file, and start remit anew."
        for certificate in x509.load_pem_x509_certificates(context.tls.ca.read_bytes()):
            yield "the authority that is trusted", certificate, remedy
    for host, certificate in context.peers.items():
        remedy = "Ask who runs it to renew it: after that nothing connects to it."
        yield f"the certificate of {host}", certificate, remedy


def left(end: datetime, now: datetime, ahead: str, over: str) -> str | None:
    """In words, with the verb for an end `ahead` and for one that is `over`; None for more than a month."""
    remaining, on = end - now, f"on {end.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if remaining < timedelta():
        return f"{over} {on}"
    if remaining < _DAY:
        return f"{ahead} within a day, {on}"
    if remaining < _WEEK:
        return f"{ahead} within a week, {on}"
    if remaining < _SOON:
        return f"{ahead} in {remaining.days} days, {on}"
    return None
