"""Tokens that must not count, each a good one with one thing wrong. Made anew for each run: none is kept."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe
from joserfc.jwk import OctKey

from tests.server.oidc.issuer import AUDIENCE, PretendIssuer, Signer, base64url


@dataclass(frozen=True, slots=True)
class Forge:
    """An issuer, the keys that it publishes, and some that it doesn't."""

    issuer: PretendIssuer
    good: Signer
    ec: Signer
    ed25519: Signer
    small: Signer  # published, and too short
    encrypting: Signer  # published, for encryption
    signing_only: Signer  # published, with operations that leave verifying out
    symmetric: Signer  # published, and so known to all
    leaked: Signer  # published with its private part
    stranger: Signer  # not published
    elsewhere: PretendIssuer  # where an attacker publishes the stranger's key

    def claims(self, **changes: object) -> dict[str, object]:
        return self.issuer.claims(**changes)

    def sign(self, **changes: object) -> str:
        return self.good.sign(self.claims(**changes))

    def with_header(self, **changes: object) -> str:
        return self.good.sign(self.claims(), changes)

    def with_text(self, old: str, new: str) -> str:
        """Claims in a text that json.dumps would not write."""
        text = json.dumps(self.claims())
        assert old in text
        return self.good.sign(text.replace(old, new, 1).encode("utf-8", "surrogatepass"))

    def parts(self) -> list[str]:
        return self.sign().split(".")


def make_forge() -> Forge:
    good, ec, ed25519 = Signer.rsa("good"), Signer.ec("ec"), Signer.ed25519("ed25519")
    small, encrypting, signing_only = (
        Signer.rsa("small", 1024),
        Signer.rsa("encrypting"),
        Signer.ec("signing"),
    )
    symmetric = Signer("symmetric", "HS256", OctKey.generate_key(256))
    leaked, stranger = Signer.ec("leaked"), Signer.rsa("stranger")
    return Forge(
        PretendIssuer(
            good.published(),
            ec.published(),
            ed25519.published(),
            small.published(),
            encrypting.published(use="enc"),
            signing_only.published(use=None, key_ops=["sign"]),
            symmetric.published(),
            {**leaked.key.as_dict(private=True), "kid": "leaked"},
        ),
        good,
        ec,
        ed25519,
        small,
        encrypting,
        signing_only,
        symmetric,
        leaked,
        stranger,
        PretendIssuer(stranger.published()),
    )


def _now() -> int:
    return int(time.time())


def _unsigned(forge: Forge, algorithm: object, signature: str = "AA") -> str:
    header = json.dumps({"alg": algorithm, "kid": "good", "typ": "at+jwt"}).encode()
    return f"{base64url(header)}.{base64url(json.dumps(forge.claims()).encode())}.{signature}"


def _confused(forge: Forge, secret: bytes) -> str:
    """The public key, which all know, taken for the secret of an HMAC."""
    signed = _unsigned(forge, "HS256").rpartition(".")[0]
    return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _pem(forge: Forge) -> bytes:
    key = forge.good.key.get_op_key("verify")
    assert not isinstance(key, bytes)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _encrypted(forge: Forge) -> str:
    header = {"alg": "RSA-OAEP", "enc": "A128GCM"}
    return jwe.encrypt_compact(header, forge.sign().encode(), forge.good.key)


def _der_signature(forge: Forge) -> str:
    text = forge.ec.sign(forge.claims())
    signed, _, signature = text.rpartition(".")
    raw = base64_bytes(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    return f"{signed}.{base64url(der)}"


def base64_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _other_end(text: str) -> str:
    """Another text for the same bytes: the bits after the last byte are not zero."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + letters[letters.index(text[-1]) | 1]


FORGERIES: dict[str, Callable[[Forge], str]] = {
    # the algorithm
    **{
        f"alg {name!r}, no signature": lambda f, name=name: _unsigned(f, name, "")  # type: ignore[misc]
        for name in ("none", "None", "NONE", "nOnE", "", None)
    },
    "alg none, some signature": lambda f: _unsigned(f, "none"),
    "alg a list": lambda f: _unsigned(f, ["RS256"]),
    "alg a path": lambda f: _unsigned(f, "../RS256"),
    "alg missing": lambda f: f.good.sign(f.claims(), b'{"kid": "good", "typ": "at+jwt"}'),
    "alg in lower case": lambda f: f.good.sign(f.claims(), {"alg": "rs256"}),
    "alg not configured, well signed": lambda f: f.good.sign(f.claims(), algorithm="RS512"),
    "HS256, the public key's PEM as its secret": lambda f: _confused(f, _pem(f)),
    "HS256, the public key's modulus as its secret": lambda f: _confused(f, f.good.published()["n"].encode()),
    "HS256 with a key that the issuer publishes": lambda f: f.symmetric.sign(f.claims()),
    "signed with PS256, said to be RS256": lambda f: f.good.sign(f.claims(), {"alg": "RS256"}, "PS256"),
    "said to be ES256, with an RSA key": lambda f: f.good.sign(f.claims(), {"alg": "ES256"}),
    "said to be RS256, with an EC key": lambda f: f.ec.sign(f.claims(), {"alg": "RS256"}),
    "an EC signature in DER": _der_signature,
    "an EC signature of zeros": lambda f: (
        f.ec.sign(f.claims()).rpartition(".")[0] + "." + base64url(bytes(64))
    ),
    # the key
    "signed by a stranger under a good name": lambda f: f.stranger.sign(f.claims(), {"kid": "good"}),
    "signed by a stranger under its own name": lambda f: f.stranger.sign(f.claims()),
    "jwk in the header": lambda f: f.stranger.sign(f.claims(), {"jwk": f.stranger.published()}),
    "jku in the header": lambda f: f.stranger.sign(f.claims(), {"jku": f"{f.elsewhere.url}/keys"}),
    "jku of the issuer itself": lambda f: f.with_header(jku=f"{f.issuer.url}/keys"),
    "x5u in the header": lambda f: f.stranger.sign(f.claims(), {"x5u": f"{f.elsewhere.url}/chain.pem"}),
    "x5c in the header": lambda f: f.stranger.sign(f.claims(), {"x5c": ["MIIB"]}),
    "kid that leaves its folder": lambda f: f.with_header(kid="../../../../dev/null"),
    "kid that asks a database": lambda f: f.with_header(kid="x' UNION SELECT 'AA"),
    "kid that is an address": lambda f: f.with_header(kid=f"{f.elsewhere.url}/keys"),
    "kid a number": lambda f: f.with_header(kid=1),
    "kid null": lambda f: f.with_header(kid=None),
    "kid a list": lambda f: f.with_header(kid=["good"]),
    "no kid, where several keys could be meant": lambda f: f.ec.sign(
        f.claims(), b'{"alg": "RS256", "typ": "at+jwt"}'
    ),
    "a key of 1024 bits": lambda f: f.small.sign(f.claims()),
    "a key for encryption": lambda f: f.encrypting.sign(f.claims()),
    "a key that is not for verifying": lambda f: f.signing_only.sign(f.claims()),
    "a key whose private part is published": lambda f: f.leaked.sign(f.claims()),
    # how it is to be read
    "crit": lambda f: f.with_header(crit=["exp"]),
    "b64 false": lambda f: f.with_header(b64=False, crit=["b64"]),
    "zip": lambda f: f.with_header(zip="DEF"),
    "cty JWT": lambda f: f.with_header(cty="JWT"),
    "a token within a token": lambda f: f.good.sign(f.sign().encode()),
    "an encrypted token": _encrypted,
    "JSON instead of the compact form": lambda f: json.dumps(
        dict(zip(("protected", "payload", "signature"), f.parts(), strict=True))
    ),
    **{
        f"typ {kind!r}": lambda f, kind=kind: f.with_header(typ=kind)  # type: ignore[misc]
        for kind in ("logout+jwt", "secevent+jwt", "dpop+jwt", "JWE", "", "at+jwt ", None, 7)
    },
    # the text
    "the signature of another token": lambda f: ".".join([*f.parts()[:2], f.sign(jti="2").split(".")[2]]),
    "the claims of another token": lambda f: ".".join(
        [f.parts()[0], f.sign(sub="lead").split(".")[1], f.parts()[2]]
    ),
    "header and claims swapped": lambda f: "{1}.{0}.{2}".format(*f.parts()),
    "no signature": lambda f: ".".join(f.parts()[:2]),
    "an empty signature": lambda f: ".".join([*f.parts()[:2], ""]),
    "a signature cut short": lambda f: f.sign()[:-10],
    "a fourth part": lambda f: f.sign() + ".AA",
    "the header alone": lambda f: f.parts()[0],
    "a space before": lambda f: " " + f.sign(),
    "a space within": lambda f: f.sign().replace(".", ". ", 1),
    "a tab within": lambda f: f.sign().replace(".", ".\t", 1),
    "padding": lambda f: f.sign() + "==",
    "letters of plain base64": lambda f: f.sign() + "+/",
    "letters of no alphabet": lambda f: f.sign() + "\xe9",
    "another text for the same signature": lambda f: _other_end(f.sign()),
    "over 8 KiB": lambda f: f.sign(padding="x" * 8192),
    "said twice": lambda f: f"{f.sign()} {f.sign()}",
    "said twice, with a comma": lambda f: f"{f.sign()},{f.sign()}",
    "nothing": lambda _: "",
    "opaque": lambda _: "2YotnFZFEjr1zCsicMWpAA",
    "undefined": lambda _: "undefined",
    # its JSON
    "sub twice": lambda f: f.with_text('"sub"', '"sub": "lead", "sub"'),
    "a member twice, deep within": lambda f: f.with_text('"sub"', '"x": {"y": [{"z": 1, "z": 2}]}, "sub"'),
    "alg twice": lambda f: f.good.sign(
        f.claims(), b'{"alg": "none", "alg": "RS256", "kid": "good", "typ": "at+jwt"}'
    ),
    "claims that are a list": lambda f: f.good.sign(b"[]"),
    "claims that are empty": lambda f: f.good.sign({}),
    "claims that are no JSON": lambda f: f.good.sign(b"\x00\xff\xfe"),
    "claims in UTF-16": lambda f: f.good.sign(json.dumps(f.claims()).encode("utf-16")),
    "claims that go on": lambda f: f.good.sign(json.dumps(f.claims()).encode() + b"{}"),
    "claims 2,500 lists deep": lambda f: f.good.sign(b"[" * 2500 + b"]" * 2500),
    "a header that is a list": lambda f: f.good.sign(f.claims(), b'["RS256"]'),
    # whose it is
    "iss with a slash": lambda f: f.sign(iss=f.issuer.url + "/"),
    "iss in another case": lambda f: f.sign(iss=f.issuer.url.upper()),
    "iss of another host": lambda f: f.sign(iss="https://idp.evil.example/realm"),
    "iss of another trusted server": lambda f: f.stranger.sign(f.claims(iss=f.elsewhere.url)),
    "iss a list": lambda f: f.sign(iss=[f.issuer.url]),
    "iss missing": lambda f: f.sign(iss=None),
    # for whom
    "aud of another server": lambda f: f.sign(aud="https://mail.acme.example/mcp"),
    "aud missing": lambda f: f.sign(aud=None),
    "aud a list without ours": lambda f: f.sign(aud=["https://mail.acme.example/mcp", "account"]),
    "aud an empty list": lambda f: f.sign(aud=[]),
    "aud with a slash": lambda f: f.sign(aud=AUDIENCE + "/"),
    "aud that begins with ours": lambda f: f.sign(aud=AUDIENCE + ".evil.example"),
    "aud that is the beginning of ours": lambda f: f.sign(aud=AUDIENCE[:-4]),
    "aud in another case": lambda f: f.sign(aud=AUDIENCE.upper()),
    "aud a list within a list": lambda f: f.sign(aud=[[AUDIENCE]]),
    "aud a list with a number": lambda f: f.sign(aud=[AUDIENCE, 1]),
    "aud an object": lambda f: f.sign(aud={AUDIENCE: 1}),
    "aud true": lambda f: f.sign(aud=True),
    # when
    "exp missing": lambda f: f.sign(exp=None),
    "exp a text": lambda f: f.sign(exp=str(_now() + 300)),
    "exp true": lambda f: f.sign(exp=True),
    "exp a second ago": lambda f: f.sign(exp=_now() - 1),
    "exp now": lambda f: f.sign(exp=_now()),
    "exp NaN": lambda f: f.good.sign(json.dumps(f.claims(exp=float("nan"))).encode()),
    "exp infinite": lambda f: f.good.sign(json.dumps(f.claims(exp=float("inf"))).encode()),
    "exp beyond a float": lambda f: f.with_text('"exp": ', '"exp": 1e999, "was": '),
    "exp of 400 digits": lambda f: f.sign(exp=10**400),
    "exp of 5,000 digits": lambda f: f.with_text('"exp": ', f'"exp": {"9" * 5000}, "was": '),
    "exp negative": lambda f: f.sign(exp=-1),
    "nbf in two minutes": lambda f: f.sign(nbf=_now() + 120),
    "nbf a text": lambda f: f.sign(nbf="0"),
    "iat in two minutes": lambda f: f.sign(iat=_now() + 120),
    # who
    "sub missing": lambda f: f.sign(sub=None),
    "sub empty": lambda f: f.sign(sub=""),
    "sub a number": lambda f: f.sign(sub=1),
    "sub a list": lambda f: f.sign(sub=["ada"]),
    "sub null": lambda f: f.with_text('"ada"', "null"),
    "sub with a NUL": lambda f: f.sign(sub="ada\x00"),
    "sub with a line's end": lambda f: f.sign(sub="ada\n"),
    "sub that turns the text around": lambda f: f.sign(sub="\u202eada"),
    "sub with half a character": lambda f: f.sign(sub="ada\ud800"),
    "sub of 300 characters": lambda f: f.sign(sub="a" * 300),
    "client_id a list": lambda f: f.sign(client_id=["editor"]),
    "scope an object": lambda f: f.sign(scope={"remit:read": True}),
    "scope a list with a number": lambda f: f.sign(scope=["remit:read", 1]),
    # what kind
    "bound to a key (DPoP)": lambda f: f.sign(cnf={"jkt": "AA"}),
    "bound to a certificate": lambda f: f.sign(cnf={"x5t#S256": "AA"}),
    "an ID token": lambda f: f.good.sign(f.claims(aud="editor", at_hash="AA", nonce="n"), {"typ": "JWT"}),
    "an ID token for our audience": lambda f: f.good.sign(f.claims(at_hash="AA"), {"typ": "JWT"}),
    "an ID token of a client that is the audience too": lambda f: f.good.sign(
        f.claims(scope=None, client_id=None, azp=AUDIENCE), {"typ": "JWT"}
    ),
    "a logout token": lambda f: f.good.sign(
        f.claims(events={"http://schemas.openid.net/event/backchannel-logout": {}}), {"typ": "JWT"}
    ),
}
