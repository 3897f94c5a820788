"""What a piece of text says in the ways of writing that programs have for bytes and characters.

Each takes a piece that looks like it, and raises `ValueError` for one that is not.
"""

import base64
import re
from typing import Final

_DIGITS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv")


def base64_bytes(piece: str) -> bytes:
    """RFC 4648, both alphabets, with its padding or without."""
    body = piece.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)


def base32_bytes(piece: str) -> bytes:
    """RFC 4648, in either case, with its padding or without."""
    body = piece.rstrip("=").upper()
    if not body.isascii() or not body.isalnum() or not body:
        raise ValueError("it has other signs")
    # A base that is a power of two is read in linear time, and without a loop in Python.
    size = len(body) * 5 // 8
    return (int(body.translate(_DIGITS), 32) >> len(body) * 5 - size * 8).to_bytes(size, "big")


def hex_bytes(piece: str) -> bytes:
    """Digits, plain or with what stands before or between the bytes in programs."""
    return bytes.fromhex(re.sub(r"0x|\\x|%|[\s,:;-]", "", piece))


def bits(piece: str) -> bytes:
    digits = "".join(piece.split())
    size = len(digits) // 8
    return int(digits[: size * 8], 2).to_bytes(size, "big")


def base85_bytes(piece: str) -> bytes:
    return base64.b85decode(piece)


def ascii85_bytes(piece: str) -> bytes:
    """As Adobe writes it, between <~ and ~>."""
    return base64.a85decode(piece, adobe=True)


def escapes(piece: str) -> str:
    return "".join(chr(int(digits, 16)) for digits in re.findall(r"u\{?([0-9a-fA-F]{4})", piece))


def entities(piece: str) -> str:
    numbers = re.findall(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));", piece)
    return "".join(chr(int(six, 16) if six else int(ten)) for six, ten in numbers)
