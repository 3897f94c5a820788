"""What a piece of text says in the ways of writing that programs have for bytes and characters.

Each takes a piece that looks like it, and raises `ValueError` for one that is not.
"""

import base64
import re


def base64_bytes(piece: str) -> bytes:
    """RFC 4648, both alphabets, with its padding or without."""
    body = piece.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)


def base32_bytes(piece: str) -> bytes:
    """RFC 4648, in either case, with its padding or without."""
    body = piece.rstrip("=")
    return base64.b32decode(body + "=" * (-len(body) % 8), casefold=True)


def hex_bytes(piece: str) -> bytes:
    """Digits, plain or with what stands before or between the bytes in programs."""
    return bytes.fromhex(re.sub(r"0x|\\x|%|[\s,:;-]", "", piece))


def bits(piece: str) -> bytes:
    digits = "".join(piece.split())
    return bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits) - 7, 8))


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
