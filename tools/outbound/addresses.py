"""Which addresses and URLs may be connected to (threat T12).

What the operator's configuration names is their own word. Anything else comes from outside, whoever says it:
an issuer's metadata, a redirect, an argument.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, NamedTuple

import httpx2

from policies.host import is_plain
from tools.outbound.errors import BlockedAddress

Address = IPv4Address | IPv6Address

_PORTS: Final = {"https": 443, "http": 80}
_URL: Final = re.compile(r"[\w.~:/?\[\]@!$&'()*+,;=%-]{1,2048}", re.ASCII)  # RFC 3986, without a fragment

# IANA's special-purpose registries, where Python 3.11's `is_global` does not follow them.
_NOT_GLOBAL: Final = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)
_UNICAST: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_METADATA: Final = frozenset(
    map(ip_address, ("100.100.100.200", "168.63.129.16", "169.254.169.254", "192.0.0.192", "fd00:ec2::254"))
)


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def origin(url: httpx2.URL | str) -> Origin:
    url = httpx2.URL(url)
    return Origin(url.scheme, url.raw_host.decode(), url.port or _PORTS.get(url.scheme, 0))


def is_public(address: Address) -> bool:
    """Whether an address is one that anybody on the internet can reach, whatever it is wrapped in."""
    address = _unwrapped(address)
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _UNICAST):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and address not in _METADATA
        and not any(address in network for network in _NOT_GLOBAL)
    )


def may_be_named(address: Address) -> bool:
    """Whether a host that the operator names may have it: a machine, here or in an inner network."""
    address = _unwrapped(address)
    return not (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address in _METADATA
        or address == IPv4Address("255.255.255.255")
    )


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(address.packed[-4:])
    return address


def hold(url: httpx2.URL, named: frozenset[Origin]) -> None:
    """Raises `BlockedAddress` for a URL that can't be right, whatever its host resolves to."""
    there = origin(url)
    if url.userinfo:
        raise BlockedAddress(f"blocked_address: a URL on {there} names a user")
    if there in named:
        return
    if url.scheme != "https":
        raise BlockedAddress(f"blocked_address: {there} is without TLS")
    if there.port != _PORTS["https"]:
        raise BlockedAddress(f"blocked_address: {there} is on a port that nobody named")
    if not _is_right(there.host):
        raise BlockedAddress(f"blocked_address: {there} is no host that remit may connect to")


def _is_right(host: str) -> bool:
    try:
        return is_plain(host) and is_public(ip_address(host))
    except ValueError:
        return True


def outside(text: str, named: frozenset[Origin]) -> httpx2.URL:
    """Reads a URL that somebody else wrote. Raises `BlockedAddress`."""
    try:
        url = httpx2.URL(text) if _URL.fullmatch(text) else None
    except httpx2.InvalidURL:
        url = None
    if url is None:
        raise BlockedAddress("blocked_address: it is no URL that can be connected to")
    hold(url, named)
    return url


def origins(urls: Iterable[str]) -> frozenset[Origin]:
    return frozenset(map(origin, urls))
