"""How a host may be written: one way, so that nobody reads it in two."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

_NAME: Final = re.compile(
    r"(?!.{254})([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?",
    re.IGNORECASE,
)
_NUMERIC: Final = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)", re.IGNORECASE)  # what inet_aton takes for IPv4


def is_plain(host: str) -> bool:
    """A name in ASCII, or an address in its usual form: not octal, hexadecimal, shortened or with a zone."""
    if ":" in host:
        try:
            return not IPv6Address(host).scope_id
        except AddressValueError:
            return False
    if _NUMERIC.fullmatch(host):
        try:
            IPv4Address(host)
        except AddressValueError:
            return False
        return True
    return bool(_NAME.fullmatch(host))
