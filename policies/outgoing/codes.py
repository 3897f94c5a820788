"""Bytes that are written as letters and digits, however they are broken up and wherever they begin.

What stands around them need not be told apart first. All that has no place in an alphabet is left out, the
rest is read from each place where a group may begin, and only what then reads as text counts.
"""

import bz2
import lzma
import re
import string
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from policies.decoding import ascii85_bytes, base32_bytes, base64_bytes, base85_bytes, bits

_PIECES: Final = 64
_PACKED: Final = 8  # packed pieces in one run of bytes
_UNPACKED: Final = 200_000  # bytes of each
_SHORTEST_TEXT: Final = 10

_TEXT: Final = re.compile(rf"[^\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]{{{_SHORTEST_TEXT},}}")
_MAGIC: Final = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|BZh[1-9]|\xfd7zXZ\x00")


@dataclass(frozen=True, slots=True)
class Code:
    """`least` characters of its `alphabet` make a piece, and a group of `group` says whole bytes.

    `beside` stands before a character in programs.
    """

    way: str
    alphabet: bytes
    least: int
    group: int
    undone: Callable[[str], bytes]
    beside: re.Pattern[str] | None = None

    def says(self, text: str) -> Iterator[str]:
        """The texts that it may be."""
        if self.beside is not None:
            text = self.beside.sub("", text)
        pieces = [self._squeezed(text)]
        if "\n" in text:
            # The longest word of each line: what was told in parts, each with words around it.
            words = [max(line.split(), key=len, default="") for line in text.split("\n")]
            pieces.append(self._squeezed("".join(words)))
        for piece in dict.fromkeys(pieces):
            if len(piece) >= self.least:
                for start in range(self.group):
                    yield from _read(self.undone, piece[start:])

    def _squeezed(self, text: str) -> str:
        written = text.encode("ascii", "ignore")
        return written.translate(None, written.translate(None, self.alphabet)).decode()


@dataclass(frozen=True, slots=True)
class Piece:
    """A code that stands in a text as a whole, with signs that other text has too."""

    way: str
    form: re.Pattern[str]
    undone: Callable[[str], bytes]
    group: int = 1

    def says(self, text: str) -> Iterator[str]:
        for found in islice(self.form.finditer(text), _PIECES):
            for start in range(self.group):
                yield from _read(self.undone, found[0][start:])


@dataclass(frozen=True, slots=True)
class Numbers:
    """Each byte a number by itself, whatever stands between them; what is no byte is left out."""

    way: str
    unit: re.Pattern[str]
    base: int

    def says(self, text: str) -> Iterator[str]:
        numbers = [int(unit, self.base) for unit in self.unit.findall(text)]
        if len(numbers) >= _SHORTEST_TEXT:
            yield from _read(lambda _: bytes(each for each in numbers if each < 256), "")


def _read(undone: Callable[[str], bytes], piece: str) -> Iterator[str]:
    try:
        data = undone(piece)
    except ValueError:
        return
    if text := _text(data):
        yield text
    for found in islice(_MAGIC.finditer(data), _PACKED):
        if text := _text(_unpacked(data[found.start() :])):
            yield text


def _text(data: bytes) -> str:
    """What reads as text in it; as UTF-16 where every other byte is zero."""
    if b"\x00" in data and data.count(0) * 3 > len(data):
        data = data.replace(b"\x00", b"")
    return "\n".join(_TEXT.findall(data.decode("utf-8", "replace")))


def _unpacked(data: bytes) -> bytes:
    unpackers = {
        b"\x1f": lambda: zlib.decompressobj(31).decompress(data, _UNPACKED),
        b"\x78": lambda: zlib.decompressobj().decompress(data, _UNPACKED),
        b"B": lambda: bz2.BZ2Decompressor().decompress(data, _UNPACKED),
        b"\xfd": lambda: lzma.LZMADecompressor(memlimit=1 << 26).decompress(data, _UNPACKED),
    }
    try:
        return unpackers[data[:1]]()
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        return b""


_LETTERS: Final = string.ascii_letters.encode()
_ALNUM: Final = _LETTERS + string.digits.encode()


def _base64(piece: str) -> bytes:
    return base64_bytes(piece[:-1] if len(piece) % 4 == 1 else piece)


def _hex(piece: str) -> bytes:
    return bytes.fromhex(piece[: len(piece) & ~1])


def _digits_of(alphabet: str) -> Callable[[str], bytes]:
    """The whole piece is one number, with these digits."""
    values = {digit: value for value, digit in enumerate(alphabet)}

    def undone(piece: str) -> bytes:
        number = 0
        for digit in piece:
            number = number * len(alphabet) + values[digit]
        return number.to_bytes((number.bit_length() + 7) // 8, "big")

    return undone


def _base32hex(piece: str) -> bytes:
    """RFC 4648, section 7."""
    size = len(piece) * 5 // 8
    return (int(piece, 32) >> len(piece) * 5 - size * 8).to_bytes(size, "big")


_FIGURES: Final = string.digits
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

CODES: Final[tuple[Code | Piece | Numbers, ...]] = (
    Code("base64", _ALNUM + b"+/_-", 12, 4, _base64),
    Code("base64", _ALNUM, 12, 4, _base64),
    Code("base32", _LETTERS + b"234567", 16, 8, base32_bytes),
    Code("hex", b"0123456789abcdefABCDEF", 16, 2, _hex, re.compile(r"(?i)0x|\\x|u\+00|&#x0*")),
    Code("bits", b"01", 64, 8, bits),
    Numbers("decimals", re.compile(r"(?<!\d)[0-9]{2,3}(?!\d)"), 10),
    Numbers("octal numbers", re.compile(r"(?<![\d])0?([0-3]?[0-7]{2})(?!\d)"), 8),
    Numbers("hex", re.compile(r"(?<![^\W_])[0-9a-fA-F]{2}(?![^\W_])"), 16),
    Piece("one number", re.compile(r"[0-9]{24,600}"), _digits_of(_FIGURES)),
    Piece("base36", re.compile(r"[0-9a-z]{18,400}"), _digits_of(_FIGURES + string.ascii_lowercase)),
    Piece("base58", re.compile(rf"[{_BASE58}]{{16,400}}"), _digits_of(_BASE58)),
    Piece("base32hex", re.compile(r"[0-9A-Va-v]{20,}"), _base32hex, 8),
    Piece("ascii85", re.compile(r"<~[!-uz\s]{12,}~>"), ascii85_bytes),
    Piece("base85", re.compile(r"[0-9A-Za-z!#$%&()*+\-;<=>?@^_`{|}~]{14,}"), base85_bytes, 5),
)
