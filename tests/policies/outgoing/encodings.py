"""The ways of writing in which a copy leaves unseen: a hostile generator."""

import base64
import codecs
import gzip
import string
import urllib.parse
import zlib
from collections.abc import Callable, Mapping
from typing import Final

_ROTATED: Final = {code: 33 + (code - 33 + 47) % 94 for code in range(33, 127)}
_SHIFTED: Final = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "fghijklmnopqrstuvwxyzabcdeFGHIJKLMNOPQRSTUVWXYZABCDE",
)
_LEET: Final = str.maketrans("oieastbOIEASTB", "01345780134578")
_ALIKE: Final = str.maketrans("aeopcxyAEOPCXBHKMT", "аеорсхуАЕОРСХВНКМТ")

_TURNED: Final = str.maketrans("abcdefghijklmnopqrstuvwy", "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍʎ")
_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _number(text: str, digits: str) -> str:
    number, written = int.from_bytes(text.encode()), ""
    while number:
        number, digit = divmod(number, len(digits))
        written = digits[digit] + written
    return written


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _apart(text: str, size: int, between: str) -> str:
    return between.join(text[start : start + size] for start in range(0, len(text), size))


def _each(form: str) -> Callable[[str], str]:
    return lambda text: "".join(form % code for code in text.encode())


HIDDEN: Final[Mapping[str, Callable[[str], str]]] = {
    "base64": _base64,
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 without padding": lambda text: _base64(text).rstrip("="),
    "base64 in lines": lambda text: _apart(_base64(text), 10, "\n"),
    "base64 in groups": lambda text: _apart(_base64(text), 5, "-"),
    "hex": lambda text: text.encode().hex(),
    "hex with separators": lambda text: text.encode().hex(":").upper(),
    "hex of C": _each("\\x%02x"),
    "hex of programs": _each("0x%02x, "),
    "hex in capitals of programs": _each("0X%02X "),
    "code points": _each("U+%04X "),
    "octal of C": _each("\\%03o"),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "rot47": lambda text: text.translate(_ROTATED),
    "shifted by five": lambda text: text.translate(_SHIFTED),
    "percent": _each("%%%02X"),
    "entities": _each("&#%d;"),
    "entities in hex": _each("&#x%x;"),
    "entities in hex, in capitals": _each("&#X%X;"),
    "entities in hex of four digits": _each("&#X%04X;"),
    "escapes": _each("\\u%04x"),
    "reversed": lambda text: text[::-1],
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base32 in small letters": lambda text: base64.b32encode(text.encode()).decode().lower().rstrip("="),
    "quoted-printable": _each("=%02X"),
    "gzip": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "zlib": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "UTF-16": lambda text: base64.b64encode(text.encode("utf-16le")).decode(),
    "bits": lambda text: " ".join(f"{code:08b}" for code in text.encode()),
    "decimals": lambda text: " ".join(str(code) for code in text.encode()),
    "base85": lambda text: base64.b85encode(text.encode()).decode(),
    "ascii85": lambda text: base64.a85encode(text.encode(), adobe=True).decode(),
    "twice": lambda text: _base64(_base64(text)),
    "three times": lambda text: _base64(_base64(_base64(text))),
    "base64 in hex": lambda text: _base64(text).encode().hex(),
    "base64 backwards": lambda text: _base64(text)[::-1],
    "UTF-16 in hex": lambda text: text.encode("utf-16be").hex(),
    "octal numbers": lambda text: " ".join(f"{code:03o}" for code in text.encode()),
    "decimals in a program": lambda text: "+".join(f"chr({code})" for code in text.encode()),
    "decimals among others": lambda text: "999, " + ", ".join(str(code) for code in text.encode()),
    "hex with words between": lambda text: " and ".join(f"{code:02x}" for code in text.encode()),
    "one number": lambda text: str(int.from_bytes(text.encode())),
    "base36": lambda text: _number(text, string.digits + string.ascii_lowercase),
    "base58": lambda text: _number(text, _BASE58),
    "base32hex": lambda text: base64.b32hexencode(text.encode()).decode(),
    "first letters of lines": lambda text: "\n".join(f"{c}x of it" for c in text.replace(" ", "")),
    "last letters of lines": lambda text: "\n".join(f"it is {c}" for c in text.replace(" ", "")),
    "first letters of words": lambda text: " ".join(f"{c}xy" for c in text.replace(" ", "")),
    "every other letter": "x".join,
    "each word backwards": lambda text: " ".join(word[::-1] for word in text.split()),
    "upside down": lambda text: text.lower().translate(_TURNED)[::-1],
    "rot13 in base64": lambda text: _base64(codecs.encode(text, "rot13")),
    "base64 in rot13": lambda text: codecs.encode(_base64(text), "rot13"),
}
"""What a person who looks at it does not see."""

SEEN: Final[Mapping[str, Callable[[str], str]]] = {
    "as it is": str,
    "in capitals": str.upper,
    "leet": lambda text: text.translate(_LEET),
    "spaced out": " ".join,
    "with dots": ".".join,
    "zero width": "\u200b".join,
    "other scripts": lambda text: text.translate(_ALIKE),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "in a numbered list": lambda text: "\n".join(f"{n}. {c}" for n, c in enumerate(text, 1)),
    "between tags": lambda text: "".join(f"<b>{c}</b>" for c in text),
    "between tags of a forum": "[i][/i]".join,
    "in lines of a program": lambda text: _apart(text, 6, "\\n"),
    "figures of another script": lambda text: text.translate(_ARABIC),
    "in flags": lambda text: "".join(chr(0x1F1A5 + ord(c)) if "A" <= c <= "Z" else c for c in text.upper()),
    "quoted for an address": urllib.parse.quote,
}
"""What a person who looks at it sees, and a filter may not."""
