"""From which networks something may be used, and from where somebody calls."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

THIS_MACHINE: Final = IPv4Address("127.0.0.1")
_MAPPED: Final = 96  # bits before the IPv4 address in an IPv6 one (RFC 4291, section 2.5.5.2)


def address_of(text: str) -> Address | None:
    """None for what is no address. IPv4 that is mapped into IPv6 is IPv4; a zone is of no account."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv4Address):
        return found
    return found.ipv4_mapped or IPv6Address(int(found))


def network_of(text: str) -> Network:
    """As in 10.20.0.0/16 or 2001:db8::/32; an address is the network of itself. Raises `ValueError`."""
    try:
        found = ip_network(text)
    except ValueError:
        raise ValueError(
            f"{text[:64]!r} is no network: write it as in 10.20.0.0/16 or 2001:db8::/32"
        ) from None
    mapped = found.network_address.ipv4_mapped if isinstance(found, IPv6Network) else None
    if mapped is not None and found.prefixlen >= _MAPPED:
        return IPv4Network((mapped, found.prefixlen - _MAPPED))
    return found


def is_within(address: Address | None, networks: Iterable[Network]) -> bool:
    """Who calls from an address that nobody knows is within none."""
    return address is not None and any(address in network for network in networks)


def caller_address(peer: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> Address | None:
    """Where a request comes from: the far end of its connection.

    Where that is one of `proxies`, it is who the proxy says that it had the request from: the last of the
    addresses in `forwarded`, the values of X-Forwarded-For. What stands before that, anybody may have
    written, unless that is a proxy of ours again. None where the address is none.
    """
    address = address_of(peer)
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    while hops and is_within(address, proxies):
        address = address_of(hops.pop())
    return address


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What somebody holds a connection of their own to: `networks` with spaces between them, "" for any.

    `per_minute` is the most calls in any minute, 0 for as many as there may be. Both as the store keeps them.
    """

    networks: str = ""
    per_minute: int = 0

    @property
    def bound(self) -> tuple[str, ...]:
        """What a seal binds: another text for other restrictions."""
        return (self.networks, str(self.per_minute)) if self.networks or self.per_minute else ()

    def allow(self, address: Address | None) -> bool:
        if not self.networks:
            return True
        try:
            return is_within(address, map(network_of, self.networks.split()))
        except ValueError:
            return False  # it was changed behind our back, and its secret does not open either


UNRESTRICTED: Final = Restrictions()
MOST_NETWORKS: Final = 16
MOST_PER_MINUTE: Final = 100_000


def restrictions_of(networks: str, per_minute: str, ceiling: Sequence[Network]) -> Restrictions:
    """What a person typed. Raises `ValueError` with what to type instead."""
    named = [network_of(text) for text in re.split(r"[\s,]+", networks.strip()) if text]
    if len(named) > MOST_NETWORKS:
        raise ValueError(f"Name {MOST_NETWORKS} networks at the most")
    if outside := [each for each in named if ceiling and not _covered(each, ceiling)]:
        allowed = ", ".join(map(str, ceiling))
        raise ValueError(f"{outside[0]} is not among the networks that are allowed at all: {allowed}")
    typed = per_minute.strip()
    if typed and not (re.fullmatch(r"[0-9]{1,6}", typed) and 1 <= int(typed) <= MOST_PER_MINUTE):
        raise ValueError(f"Calls a minute are a number from 1 to {MOST_PER_MINUTE}")
    return Restrictions(" ".join(map(str, named)), int(typed or 0))


def _covered(network: Network, ceiling: Sequence[Network]) -> bool:
    for each in ceiling:
        if isinstance(network, IPv4Network) and isinstance(each, IPv4Network) and network.subnet_of(each):
            return True
        if isinstance(network, IPv6Network) and isinstance(each, IPv6Network) and network.subnet_of(each):
            return True
    return False
