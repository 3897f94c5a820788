"""TLS for any client: one place that makes contexts.

What a `ClientContext` holds, whoever uses it:
 1. the far side's certificate is verified, and its host name
 2. where there are pins, the certificate's key is one of them, before a byte is sent
 3. a client certificate is the one that is on disk now
"""

import base64
import hashlib
import logging
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from policies.errors import ConfigurationError
from policies.values import Tls as TlsSettings

log = logging.getLogger("remit.outbound")

_MINIMUM = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class UnknownKey(ssl.SSLCertVerificationError):
    pass


@dataclass(frozen=True, slots=True)
class Tls:
    """What a far side must prove, and what remit shows it. `where` is the table of the settings.

    `pins` are texts as `sha256//` and the base64 of the SHA-256 of a SubjectPublicKeyInfo in DER.
    """

    where: str
    minimum: Literal["1.2", "1.3"] = "1.3"
    ca: Path | None = None
    pins: frozenset[str] = frozenset()
    certificate: Path | None = None
    key: Path | None = None

    @classmethod
    def of(cls, where: str, settings: TlsSettings, root: Path) -> "Tls":
        return cls(
            where,
            settings.tls_minimum,
            root / settings.tls_ca if settings.tls_ca else None,
            frozenset(settings.tls_pins),
            root / settings.tls_certificate if settings.tls_certificate else None,
            root / settings.tls_key if settings.tls_key else None,
        )


class _Object(ssl.SSLObject):
    def do_handshake(self) -> None:
        super().do_handshake()
        _accept(self.context, self.server_hostname, self.getpeercert(binary_form=True))


class _Socket(ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is there
        super().do_handshake(block)
        _accept(self.context, self.server_hostname, self.getpeercert(binary_form=True))


class ClientContext(ssl.SSLContext):
    """Made by `client_context`. `peers` are the certificates seen, by host."""

    def __init__(self, protocol: int, tls: Tls) -> None:
        del protocol  # which SSLContext has read in its __new__
        self.sslobject_class = _Object
        self.sslsocket_class = _Socket
        self.tls = tls
        self.peers: dict[str, x509.Certificate] = {}
        self._shown: tuple[object, ...] = ()

    def wrap_bio(self, *arguments: Any, **named: Any) -> ssl.SSLObject:
        self._show_what_is_on_disk()
        return super().wrap_bio(*arguments, **named)

    def wrap_socket(self, *arguments: Any, **named: Any) -> ssl.SSLSocket:
        self._show_what_is_on_disk()
        return super().wrap_socket(*arguments, **named)

    def show(self) -> None:
        """Loads the client certificate. Raises `OSError` or `ValueError`."""
        certificate, key = self.tls.certificate, self.tls.key
        if certificate is None:
            return
        self._shown = self._stamp()
        # In a context of its own first: one that fails half way holds neither the old pair nor the new one.
        for context in (ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), self):
            context.load_cert_chain(certificate, key, password=_no_passphrase)

    def _show_what_is_on_disk(self) -> None:
        try:
            if self._stamp() != self._shown:
                self.show()
        except (OSError, ValueError) as error:
            log.warning(
                "a client certificate that was changed can't be loaded, so the one before it stays",
                extra={"where": self.tls.where, "why": type(error).__name__},
            )

    def _stamp(self) -> tuple[object, ...]:
        files = [path.stat() for path in (self.tls.certificate, self.tls.key) if path]
        return tuple((file.st_ino, file.st_mtime_ns, file.st_size) for file in files)

    def accept(self, host: str, certificate: bytes) -> None:
        """Raises `UnknownKey` for one whose key is not pinned."""
        peer = x509.load_der_x509_certificate(certificate)
        if self.tls.pins and pin_of(peer) not in self.tls.pins:
            raise UnknownKey(ssl.SSL_ERROR_SSL, "its key is none of tls_pins")
        self.peers[host] = peer


def _accept(context: ssl.SSLContext, host: str | None, certificate: bytes | None) -> None:
    assert isinstance(context, ClientContext)
    if certificate is None:
        raise ssl.SSLCertVerificationError(ssl.SSL_ERROR_SSL, "it shows no certificate")
    context.accept(host or "", certificate)


def pin_of(certificate: x509.Certificate) -> str:
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256//{base64.b64encode(hashlib.sha256(key).digest()).decode()}"


def client_context(tls: Tls) -> ClientContext:
    """Made once for each destination: it costs more than a request. Raises `ConfigurationError`."""
    context = ClientContext(ssl.PROTOCOL_TLS_CLIENT, tls)
    context.minimum_version = _MINIMUM[tls.minimum]
    try:
        # As strict with chains as this Python is by default.
        default = ssl.create_default_context(cafile=tls.ca)
        context.verify_flags = default.verify_flags
        if tls.ca:
            context.load_verify_locations(tls.ca)
        else:
            context.load_default_certs()
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        raise ConfigurationError(
            "the certificate authority can't be read as PEM",
            where=tls.where,
            remedy="Check that the file exists, is PEM, and that this user may read it.",
        ) from None
    try:
        context.show()
    except (OSError, ValueError):
        raise ConfigurationError(
            "tls_certificate and tls_key can't be used",
            where=tls.where,
            remedy="Check that both are PEM and belong together, that the key has no passphrase, and that "
            "this user may read them.",
        ) from None
    return context


def _no_passphrase() -> str:
    """Without it OpenSSL would ask on the terminal, and a server would hang there."""
    raise ValueError("the key has a passphrase")
