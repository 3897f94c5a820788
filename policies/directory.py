"""The organisation's verified directory: where its data may go without leaving it (threat T23).

It is what an administrator wrote, and nothing else: no message, row or sender ever adds to it. Names are
compared by whole labels, as ASCII, in one form; what can be written in two ways is in no directory.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from policies.host import is_plain
from policies.values import Frozen, SourceName

if TYPE_CHECKING:
    from tldextract import TLDExtract

EVERYTHING: Final = "*"
"""Among the places of a source: all that it can reach, but for addresses and links."""

# The address alone, as SMTP's envelope has it (RFC 5321, section 4.1.2), without quotes, routes (`%`, `!`),
# comments and lists.
_ADDRESS: Final = re.compile(r"([A-Za-z0-9._+~#&'*/=?^{|}$-]{1,64})@([A-Za-z0-9.-]{1,253})")
# What stands between the scheme and the path has one reading: no user, no backslash, no escape, no blank.
_LINK: Final = re.compile(r"https?://([A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?(?:[/?#][^\s\\]*)?", re.IGNORECASE)


def _domain(value: str) -> str:
    if not _is_domain(value):
        raise ValueError("write a domain in ASCII, as in acme.example or xn--bcher-kva.example")
    if _is_public_suffix(value):
        raise ValueError(f"{value} is where anybody gets a domain: write the organisation's own below it")
    return value.lower()


def _address(value: str) -> str:
    found = _ADDRESS.fullmatch(value)
    if found is None or not _is_domain(found[2]):
        raise ValueError("write one address alone, as in invoices@partner.example")
    return value.lower()


def _host(value: str) -> str:
    if value.startswith("*."):
        return f"*.{_domain(value[2:])}"
    if not _is_domain(value):
        raise ValueError("write a host in ASCII, as in docs.partner.example or *.partner.example")
    return value.lower()


def _is_domain(value: str) -> bool:
    last = value.rpartition(".")[2]
    return "." in value and is_plain(value) and bool(last) and not last.isdigit()


def _is_public_suffix(domain: str) -> bool:
    return not _suffixes()(domain.lower()).domain


@cache
def _suffixes() -> "TLDExtract":
    """The Public Suffix List as tldextract ships it; nothing is fetched."""
    from tldextract import TLDExtract  # noqa: PLC0415 - takes half a second, and few ask

    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


Place = Annotated[str, Field(min_length=1, max_length=512)]


class Directory(Frozen):
    """Empty, nothing is in it.

    Mail to `domains` and below them, and links to hosts there, stay inside. `addresses` and `hosts` are
    others that were verified: whole addresses, hosts as `docs.partner.example` or `*.partner.example`.
    `places` are, by source, what else its connector names as a destination: channels, workspaces, accounts.
    """

    domains: tuple[Annotated[str, AfterValidator(_domain)], ...] = ()
    addresses: tuple[Annotated[str, AfterValidator(_address)], ...] = ()
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    places: dict[SourceName, tuple[Place, ...]] = Field(default_factory=dict)

    def has(self, source: str, destination: str) -> bool:
        """Whether what the connector of `source` calls `destination` is in it."""
        if "://" in destination:
            return self.has_link(destination)
        if "@" in destination.lstrip("@"):
            return self._has_address(destination)
        places = self.places.get(source, ())
        return destination in places or EVERYTHING in places

    def outside(self, source: str, destinations: Iterable[str]) -> tuple[str, ...]:
        """Those of the destinations that it does not have."""
        return tuple(each for each in destinations if not self.has(source, each))

    def has_link(self, link: str) -> bool:
        found = _LINK.fullmatch(link)
        return found is not None and self.has_host(found[1])

    def has_host(self, host: str) -> bool:
        name = host.lower()
        if not is_plain(name):
            return False
        if name in self.hosts or any(name.endswith(each[1:]) for each in self.hosts if each.startswith("*.")):
            return True
        return self._is_ours(name)

    def _has_address(self, address: str) -> bool:
        found = _ADDRESS.fullmatch(address)
        if found is None:
            return False
        return address.lower() in self.addresses or self._is_ours(found[2].lower())

    def _is_ours(self, name: str) -> bool:
        return _is_domain(name) and any(name == each or name.endswith(f".{each}") for each in self.domains)


def host_of(link: str) -> str:
    """The host that a link names, as far as anybody can say: for people to read, and to decide nothing."""
    try:
        return urlsplit(link).hostname or link
    except ValueError:
        return link
