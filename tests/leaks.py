"""Finds a secret in bytes, however it was written down.

Plain or as an unkeyed digest; backwards, in UTF-16 or UTF-32, in hex, in numbers; in base32, base64 or base85
at every alignment; with escapes of JSON, URLs, HTML, C or SQL; packed by gzip or zlib; and one of these in
another. A keyed digest (HMAC) is none of them: without its key it tells nothing.
"""

import base64
import codecs
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Final

SHORTEST: Final = 12  # bytes; what is shorter could be found by chance
DEEPEST: Final = 3  # encodings inside one another
_MOST: Final = 20_000_000  # bytes that are unpacked of one archive
_TRIED: Final = 256  # bytes that show whether it is an archive at all
_DIGESTS: Final = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s")
_LINE: Final = re.compile(rb"[^\x00-\x1f]+")  # no escape holds a character of control
_MARKS: Final = re.compile(rb"[\\%&]")
_SPACE: Final = re.compile(rb"(?:\\+[nrt]|[\s:])+")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_HEX: Final = re.compile(rb"[0-9a-fA-F]{16,}")
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_BACKSLASH: Final = re.compile(rb"\\(?:u00([0-9a-fA-F]{2})|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|(.))", re.DOTALL)
_MEANT: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_REFERENCE: Final = re.compile(
    rb"%([0-9a-fA-F]{2})|&#(\d{1,3});|&#[xX]([0-9a-fA-F]{1,2});|&(amp|lt|gt|quot);"
)
_NAMED: Final = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"'}
_PACKED: Final = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")


@cache
def forms(secret: str) -> Mapping[str, bytes]:
    """The letters that betray it, in small letters, by the name of the encoding. It must be ASCII."""
    raw = secret.encode("ascii")
    assert len(raw) >= SHORTEST
    found = {
        "plain": raw,
        "backwards": raw[::-1],
        "rot13": codecs.encode(secret, "rot13").encode(),
        # The bytes of both orders, but for the zeros at the ends.
        "UTF-16": secret.encode("utf-16-le")[:-1],
        "UTF-32": secret.encode("utf-32-le")[:-3],
        "hex": raw.hex().encode(),
        "numbers": ",".join(map(str, raw)).encode(),
    }
    for name in _DIGESTS:
        digest = hashlib.new(name, raw).digest()
        found |= {
            name: digest,
            f"{name} in hex": digest.hex().encode(),
            f"{name} in base64": base64.b64encode(digest)[:-4],
            f"{name} in base64url": base64.urlsafe_b64encode(digest)[:-4],
        }
    for name, encode, step, letters in (
        ("base32", base64.b32encode, 5, 8),
        ("base64", base64.b64encode, 3, 4),
        ("base64url", base64.urlsafe_b64encode, 3, 4),
        ("base85", base64.b85encode, 4, 5),
        ("ascii85", base64.a85encode, 4, 5),
    ):
        found |= {f"{name} at {shift}": _middle(raw, encode, step, letters, shift) for shift in range(step)}
    return {name: letters.lower() for name, letters in found.items()}


def _middle(raw: bytes, encode: Callable[[bytes], bytes], step: int, letters: int, shift: int) -> bytes:
    """Its letters where `shift` bytes stand before it, without those that depend on what stands beside."""
    return encode(b"x" * shift + raw)[letters * bool(shift) : (shift + len(raw)) // step * letters]


def leaks(sinks: Mapping[str, bytes], *secrets: str) -> list[str]:
    """Which form of which secret is in which sink, or in something that is encoded or packed there."""
    looked_for = [
        (letters, f"{form} of {secret[:24]}") for secret in secrets for form, letters in forms(secret).items()
    ]
    return sorted(
        {
            f"{what} in {sink}"
            for sink, content in sinks.items()
            for layer in layers(content)
            for letters, what in looked_for
            if letters in layer
        }
    )


def layers(content: bytes) -> Iterator[bytes]:
    """The content and all that can be decoded from it, in small letters."""
    known: set[bytes] = set()
    waiting = [content]
    for _ in range(DEEPEST):
        yield from (layer.lower() for layer in waiting)
        yield from (_SPACE.sub(b"", layer).lower() for layer in waiting)
        waiting = [decoded for layer in waiting for decoded in _decoded(layer, known) if decoded]
    yield from (layer.lower() for layer in waiting)


def _decoded(layer: bytes, known: set[bytes]) -> Iterator[bytes]:
    """What is encoded there and was not `known` before, decoded; pieces stand together with gaps."""
    lines = _new(filter(_MARKS.search, _LINE.findall(layer)), known)
    yield _together(_BACKSLASH.sub(_without_backslash, line) for line in lines)
    yield _together(_REFERENCE.sub(_without_reference, line) for line in lines)
    yield from _unpacked(layer)
    digits = _new(_HEX.findall(layer), known)
    letters = digits + _new((run.translate(_URL_SAFE) for run in _BASE64.findall(layer)), known)
    yield from (_together(_from_base64(run[shift:]) for run in letters) for shift in range(4))
    yield from (_together(_from_hex(run[shift:]) for run in digits) for shift in range(2))


def _new(pieces: Iterable[bytes], known: set[bytes]) -> list[bytes]:
    found = [piece for piece in dict.fromkeys(pieces) if piece not in known]
    known.update(found)
    return found


def _together(pieces: Iterable[bytes]) -> bytes:
    return b"\n\n".join(pieces)


def _without_backslash(found: re.Match[bytes]) -> bytes:
    if number := found[1] or found[2]:
        return bytes.fromhex(number.decode())
    return bytes([int(found[3], 8)]) if found[3] else _MEANT.get(found[4], found[4])


def _without_reference(found: re.Match[bytes]) -> bytes:
    percent, decimal, hexadecimal, name = found.groups()
    if name:
        return _NAMED[name]
    number = int(decimal) if decimal else int(percent or hexadecimal, 16)
    return bytes([number]) if number < 256 else found[0]


def _unpacked(layer: bytes) -> Iterator[bytes]:
    view = memoryview(layer)
    for magic in _PACKED.finditer(layer):
        opened, start = zlib.decompressobj(wbits=47), magic.start()
        try:
            first = opened.decompress(view[start : start + _TRIED])
            yield first + opened.decompress(view[start + _TRIED :], _MOST)
        except zlib.error:
            continue


def _from_base64(run: bytes) -> bytes:
    # One letter alone after the last four is the half of a byte; two or three are whole ones.
    whole = run[: len(run) - (len(run) % 4 == 1)]
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _from_hex(run: bytes) -> bytes:
    return bytes.fromhex(run[: len(run) // 2 * 2].decode())
