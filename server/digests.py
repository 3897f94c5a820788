"""What the audit log says of texts and values that come from outside: never the value itself (threat T46)."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sized
from dataclasses import dataclass
from typing import Any

from policies.canonical import Json

LONGEST = 256  # characters of a text from outside
TYPES: dict[type[Any], str] = {
    type(None): "null", bool: "boolean", int: "number", float: "number", str: "string", list: "array",
    dict: "object",
}  # fmt: skip
MOST = 64  # arguments that are described one by one


def printable(text: str) -> str:
    """The text with whatever could drive a terminal or deceive a reader written out (threat T34).

    What is not printable, and the backslash, becomes an escape, so two texts never read the same. A long one
    ends in `\\+` and the start of its SHA-256.
    """
    if len(text) <= LONGEST and text.isprintable() and "\\" not in text:
        return text
    shown = "".join(
        character
        if character.isprintable() and character != "\\"
        else character.encode("unicode_escape").decode("ascii")
        for character in text[: LONGEST + 1]
    )
    if len(shown) <= LONGEST:
        return shown
    whole = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{shown[: LONGEST - 18]}\\+{whole[:16]}"


@dataclass(frozen=True, slots=True)
class TenantKey:
    """Keyed hashes of one tenant's values: without its salt, no guess at a value can be tested again."""

    _key: bytes

    def of(self, digest: bytes) -> str:
        return hmac.digest(self._key, digest, "sha256").hex()


def tenant_key(key: bytes, tenant: str, salt: str) -> TenantKey:
    return TenantKey(hmac.digest(key, f"{salt}:{tenant}".encode(), "sha256"))


@dataclass(frozen=True, slots=True)
class Shape:
    """One argument: its type as JSON has it, its length where it has one, and the SHA-256 of its value.

    The digest never leaves the process: the log gets it keyed.
    """

    name: str
    type: str
    length: int | None
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of a call. Their names are said only where a tool's schema vouches for them."""

    shapes: tuple[Shape, ...]
    count: int
    vouched: bool

    def facts(self, key: TenantKey) -> dict[str, Json]:
        return {"arguments": self.count, "asked": [self._shape(shape, key) for shape in self.shapes]}

    def _shape(self, shape: Shape, key: TenantKey) -> dict[str, Json]:
        facts: dict[str, Json] = {"type": shape.type}
        if self.vouched:
            facts["name"] = shape.name
        else:
            facts["name_hmac"] = key.of(digest_of_text(shape.name))
        if shape.length is not None:
            facts["length"] = shape.length
        if shape.digest is not None:
            facts["hmac"] = key.of(shape.digest)
        return facts


def describe(arguments: Mapping[str, object], *, vouched: bool) -> Asked:
    shapes = [_shape(name, arguments[name]) for name in sorted(arguments)[:MOST]]
    return Asked(tuple(shapes), len(arguments), vouched)


def digest_of_text(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _shape(name: str, value: object) -> Shape:
    length = len(value) if isinstance(value, Sized) else None
    return Shape(name, TYPES.get(type(value), "other"), length, _digest(value))


def _digest(value: object) -> bytes | None:
    """None for what has no JSON text: too deep, too long a number. It is refused elsewhere, and on record."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return None
    return hashlib.sha256(text.encode("ascii")).digest()
