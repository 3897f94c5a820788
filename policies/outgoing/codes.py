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


def _decimals(piece: str) -> bytes:
    return bytes(int(number) for number in re.findall(r"\d+", piece))


CODES: Final[tuple[Code | Piece, ...]] = (
    Code("base64", _ALNUM + b"+/_-", 12, 4, _base64),
    Code("base64", _ALNUM, 12, 4, _base64),
    Code("base32", _LETTERS + b"234567", 16, 8, base32_bytes),
    Code("hex", b"0123456789abcdefABCDEF", 16, 2, _hex, re.compile(r"(?i)0x|\\x|u\+00|&#x0*")),
    Code("bits", b"01", 64, 8, bits),
    Piece("decimals", re.compile(r"(?:\d{2,3}[\s,;.]{1,3}){9,}\d{2,3}"), _decimals),
    Piece("ascii85", re.compile(r"<~[!-uz\s]{12,}~>"), ascii85_bytes),
    Piece("base85", re.compile(r"[0-9A-Za-z!#$%&()*+\-;<=>?@^_`{|}~]{14,}"), base85_bytes, 5),
)
