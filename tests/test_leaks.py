"""A secret that is in some bytes is found there, and one that is not is not."""

import base64
import codecs
import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.leaks import SHORTEST, forms, leaks

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=40)
BESIDE = st.binary(max_size=40)
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "capitals": bytes.upper,
    "backwards": lambda raw: raw[::-1],
    "base64": base64.b64encode,
    "base64 without padding": lambda raw: base64.b64encode(raw).rstrip(b"="),
    "base64 in lines": base64.encodebytes,
    "base64url": base64.urlsafe_b64encode,
    "base32": base64.b32encode,
    "base85": base64.b85encode,
    "ascii85": base64.a85encode,
    "hex": lambda raw: raw.hex().encode(),
    "hex in capitals": base64.b16encode,
    "hex with colons": lambda raw: raw.hex(":").encode(),
    "a dump": lambda raw: raw.hex(" ", 2).encode(),
    "escapes of C": lambda raw: "".join(f"\\x{byte:02x}" for byte in raw).encode(),
    "escapes of SQL": lambda raw: "".join(f"\\{byte:03o}" for byte in raw).encode(),
    "escapes of JSON": lambda raw: "".join(f"\\u00{byte:02X}" for byte in raw).encode(),
    "JSON in JSON": lambda raw: json.dumps(json.dumps(raw.decode("latin-1"))).encode(),
    "percents": lambda raw: "".join(f"%{byte:02X}" for byte in raw).encode(),
    "percents twice": lambda raw: quote(quote(raw, safe=""), safe="").encode(),
    "a form": lambda raw: quote(raw, safe="").encode(),
    "HTML": lambda raw: "".join(f"&#{byte};" for byte in raw).encode(),
    "HTML in hex": lambda raw: "".join(f"&#x{byte:x};" for byte in raw).encode(),
    "numbers": lambda raw: str(list(raw)).encode(),
    "UTF-16 LE": lambda raw: raw.decode("latin-1").encode("utf-16-le"),
    "UTF-16 BE": lambda raw: raw.decode("latin-1").encode("utf-16-be"),
    "UTF-32 BE": lambda raw: raw.decode("latin-1").encode("utf-32-be"),
    "rot13": lambda raw: codecs.encode(raw.decode("latin-1"), "rot13").encode("latin-1"),
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zlib, best": lambda raw: zlib.compress(raw, 9),
}
TELLING = {"sha256", "sha1", "md5", "sha512", "blake2b"}


@given(secret=SECRETS, before=BESIDE, after=BESIDE, outside=BESIDE, name=st.sampled_from(sorted(ENCODINGS)))
def test_a_secret_is_found_in_any_encoding_at_any_place(
    secret: str, before: bytes, after: bytes, outside: bytes, name: str
) -> None:
    inner = before.hex().encode() if name == "rot13" else before
    planted = outside + b" " + ENCODINGS[name](inner + secret.encode() + after) + b" " + outside
    assert leaks({"a sink": planted}, secret), planted


@given(secret=SECRETS, before=BESIDE, inner=st.sampled_from(["gzip", "zlib", "hex", "base64", "percents"]))
@pytest.mark.parametrize("outer", ["base64", "base64url", "hex", "gzip", "JSON in JSON", "a form"])
def test_a_secret_is_found_in_one_encoding_inside_another(
    secret: str, before: bytes, inner: str, outer: str
) -> None:
    planted = b"{" + ENCODINGS[outer](ENCODINGS[inner](before + secret.encode())) + b"}"
    assert leaks({"a sink": planted}, secret), planted


@given(
    secret=SECRETS, name=st.sampled_from(sorted(TELLING)), coded=st.sampled_from(["plain", "hex", "base64"])
)
def test_a_digest_that_anybody_can_make_is_found_and_a_keyed_one_is_not(
    secret: str, name: str, coded: str
) -> None:
    digest = ENCODINGS[coded](hashlib.new(name, secret.encode()).digest())
    assert leaks({"a sink": b"before " + digest + b" after"}, secret)
    keyed = ENCODINGS[coded](hmac.digest(b"a key", secret.encode(), name))
    assert leaks({"a sink": b"before " + keyed + b" after"}, secret) == []


@given(secret=SECRETS, other=SECRETS, beside=st.binary(max_size=400))
def test_what_is_not_there_is_not_found(secret: str, other: str, beside: bytes) -> None:
    if secret.lower() in other.lower() or other.lower() in secret.lower():
        return
    told = (
        json.dumps({"other": other}).encode() + beside + gzip.compress(other.encode()) + beside.hex().encode()
    )
    assert leaks({"a sink": told}, secret) == []
    assert leaks({"a sink": told}, other)


def test_half_of_a_secret_is_not_the_secret() -> None:
    secret = "CANARY-4b1d-7f3a-9c2e"
    assert leaks({"a sink": secret[:12].encode()}, secret) == []


def test_what_could_be_there_by_chance_is_not_looked_for() -> None:
    with pytest.raises(AssertionError):
        forms("x" * (SHORTEST - 1))
