"""An issuer on loopback that publishes what a test wants, and signs what no issuer would."""

import base64
import json
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from policies.document import Oidc
from tests.certificates import Identity

URL = "https://remit.acme.example"
AUDIENCE = f"{URL}/mcp"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, with the name and the algorithm that it is published under."""

    kid: str
    algorithm: str
    key: RSAKey | ECKey | OKPKey | OctKey

    @classmethod
    def rsa(cls, kid: str, bits: int = 2048, algorithm: str = "RS256") -> Self:
        return cls(kid, algorithm, RSAKey(key := rsa.generate_private_key(65537, bits), key))

    @classmethod
    def ec(cls, kid: str) -> Self:
        return cls(kid, "ES256", ECKey.generate_key("P-256"))

    @classmethod
    def ed25519(cls, kid: str) -> Self:
        return cls(kid, "EdDSA", OKPKey.generate_key("Ed25519"))

    def published(self, **changes: object) -> dict[str, Any]:
        public = self.key.as_dict(private=False) if not isinstance(self.key, OctKey) else self.key.as_dict()
        members = {**public, "kid": self.kid, "use": "sig", **changes}
        return {name: value for name, value in members.items() if value is not None}

    def signature(self, text: str, algorithm: str | None = None) -> str:
        """Of any bytes with any algorithm, whether the two make sense or not."""
        return base64url(
            JWSRegistry.algorithms[algorithm or self.algorithm].sign(text.encode("latin-1"), self.key)
        )

    def sign(
        self,
        claims: Mapping[str, object] | bytes,
        header: Mapping[str, object] | bytes | None = None,
        algorithm: str | None = None,
    ) -> str:
        """A compact JWS. `header` is added to the plain one, or, as bytes, takes its place."""
        if not isinstance(header, bytes):
            plain = {"alg": algorithm or self.algorithm, "kid": self.kid, "typ": "at+jwt"}
            header = json.dumps({**plain, **(header or {})}).encode()
        if not isinstance(claims, bytes):
            claims = json.dumps(claims).encode()
        signed = f"{base64url(header)}.{base64url(claims)}"
        return f"{signed}.{self.signature(signed, algorithm)}"


class PretendIssuer:
    """Answers on loopback. `pages` are path -> (status, headers, body); `asked` the paths, in order.

    `posted` are the forms that came, each with its `authorization` header; `heads` those of all requests.
    """

    def __init__(self, *keys: Mapping[str, object], certificate: Identity | None = None) -> None:
        self.asked: list[str] = []
        self.posted: list[tuple[dict[str, str], str]] = []
        self.heads: list[str] = []
        self.pages: dict[str, tuple[int, Mapping[str, str], bytes]] = {}
        pretend = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pretend.asked.append(self.path)
                pretend.heads.append(f"{self.requestline}\n{self.headers}")
                status, headers, body = pretend.pages.get(self.path, (404, {}, b"{}"))
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                pretend.posted.append((dict(parse_qsl(body)), self.headers.get("authorization", "")))
                self.do_GET()

            def handle(self) -> None:
                with suppress(ssl.SSLError, ConnectionError):  # somebody did not believe the certificate
                    super().handle()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        scheme = "http"
        if certificate is not None:
            scheme, tls = "https", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate.certificate, certificate.key)
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}/realm"
        self.describe()
        self.publish(*keys)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(
        self, path: str, body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.pages[path] = (status, headers or {}, body)

    def describe(self, **changes: object) -> None:
        told = {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **changes}
        self.answer("/realm/.well-known/openid-configuration", json.dumps(told).encode())

    def publish(self, *keys: Mapping[str, object]) -> None:
        self.answer("/realm/keys", json.dumps({"keys": keys}).encode())

    @property
    def looked_up(self) -> int:
        """How often somebody came for the keys."""
        return self.asked.count("/realm/keys")

    def settings(self, **changes: Any) -> Oidc:
        plain = {"issuer": self.url, "tenant_claim": "tenant", "claims": ["territory"], "audience": AUDIENCE}
        return Oidc.model_validate({**plain, **changes})

    def claims(self, **changes: object) -> dict[str, object]:
        """Those of a good token, with changes; None takes one away."""
        now = int(time.time())
        good = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "ada",
            "client_id": "editor",
            "iat": now,
            "exp": now + 300,
            "scope": "openid remit:read",
            "groups": ["analyst"],
            "tenant": "acme",
            "territory": "EMEA",
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
