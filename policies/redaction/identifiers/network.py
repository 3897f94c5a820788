"""E-mail, IP and hardware addresses."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from policies.redaction.identifiers.cues import cue
from policies.redaction.identifiers.shapes import stands_alone
from policies.redaction.linear import Pattern, Screen
from policies.redaction.spans import Finding, Weight

# Hosts without a dot too: mail inside an organisation goes to `ada@mailhost`.
_EMAIL: Final = Pattern(
    r"[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]*[\p{L}\p{N}_+-]@[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)*"
)
EMAILS: Final = Screen([Pattern("@")])
_EDGES: Final = "!#$%&'*/=?^`{|}~."
_FILES: Final = frozenset(
    {"png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "ts", "py", "json", "yml", "yaml", "md"}
)
_LOCAL_HOSTS: Final = frozenset({"localhost", "intranet", "mail", "mailhost", "smtp", "exchange"})
# Resolvers that everybody may use: they are in documentation, configuration and code, and name nobody.
_RESOLVERS: Final = frozenset(
    {"1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "208.67.222.222", "208.67.220.220"}
)
_IP4: Final = Pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_IP6: Final = Pattern(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%[a-z0-9]+)?")
_MAC: Final = Pattern(
    r"[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}"
)
_WALLET: Final = Pattern(r"0x[0-9a-fA-F]{40}")
IPS: Final = Screen([_IP4, _IP6])
HARDWARE: Final = Screen([_MAC])
WALLETS: Final = Screen([_WALLET], hint="0x")
_VERSION_LIKE: Final = (
    30  # releases rarely have a first number beyond, hosts rarely one below with no high octet
)
_LOW_OCTET: Final = 100


def find_emails(text: str) -> Iterator[Finding]:
    """Addresses of RFC 5322 without quoting or comments, and their internationalised form (RFC 6531)."""
    if "@" not in text:
        return
    for match in _EMAIL.find(text):
        start = match.start()
        while text[start] in _EDGES:
            start += 1
        local, _, host = text[start : match.end()].rpartition("@")
        after = text[match.end() : match.end() + 1]
        if "/" in local or "=" in local:  # a path, or `name=` before an address
            start += max(local.rfind("/"), local.rfind("=")) + 1
            local = text[start : match.end()].rpartition("@")[0]
        if local and _is_host(host, local, after):
            yield Finding(start, match.end(), "EMAIL_ADDRESS", Weight.PROOF)


def _is_host(host: str, local: str, after: str) -> bool:
    last = host.rpartition(".")[2].lower()
    if "." not in host:
        named = host.lower() in _LOCAL_HOSTS or any(sign in local for sign in ".+_")
        return named and host[0].isalpha() and after not in {":", "@"}
    return not last.isdigit() and len(last) > 1 and last not in _FILES


def find_ips(text: str, before: str) -> Iterator[Finding]:
    """Addresses on the public internet. Private and special ones name no person (RFC 6890)."""
    if not IPS.passes(text):
        return
    if text.count(".") >= 3:
        for match in _IP4.find(text):
            start, end = match.span()
            if (
                stands_alone(text, start, end, joints=".-")
                and _is_public(match[0])
                and text[end : end + 1] != "/"
            ):
                if (
                    _reads_as_version(match[0])
                    and cue(text, start, before) != "address"
                    and not _opens_log(text, start, end)
                ):
                    continue
                if cue(text, start, before) == "version" or text[start - 1 : start] in {"v", "V", "^", "~"}:
                    continue
                yield Finding(start, end, "IP_ADDRESS", Weight.SHAPE)
    if text.count(":") >= 2:
        for match in _IP6.find(text):
            start, end = match.span()
            if text[start:end].count(":") in {2, 3} and "::" not in text[start:end]:
                continue  # a time of day
            while end > start and text[end - 1] == ":" and text[end - 2 : end] != "::":
                end -= 1
            if stands_alone(text, start, end) and _is_public(text[start:end]):
                yield Finding(start, end, "IP_ADDRESS", Weight.SHAPE)


def _is_public(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    special = (
        address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
        or address.is_unspecified or (isinstance(address, ipaddress.IPv4Address) and address.is_reserved)
    )  # fmt: skip
    return not special and text not in _RESOLVERS


def _reads_as_version(text: str) -> bool:
    octets = [int(octet) for octet in text.split(".")]
    return octets[0] <= _VERSION_LIKE and max(octets) < _LOW_OCTET


def _opens_log(text: str, start: int, end: int) -> bool:
    """The common log format begins with the client's address."""
    return (start == 0 or text[start - 1] == "\n") and text[end : end + 3] in {" - ", " [2"}


def find_wallets(text: str) -> Iterator[Finding]:
    """Accounts of Ethereum (EIP-55, in either case): those of Bitcoin have a checksum, see language.py."""
    for match in _WALLET.find(text) if "0x" in text else ():
        if stands_alone(text, match.start(), match.end()):
            yield Finding(match.start(), match.end(), "CRYPTO", Weight.SHAPE)


def find_hardware(text: str) -> Iterator[Finding]:
    for match in _MAC.find(text) if HARDWARE.passes(text) else ():
        start, end = match.span()
        if stands_alone(text, start, end, joints=":-.") and any(c.isalpha() for c in match[0]):
            yield Finding(start, end, "MAC_ADDRESS", Weight.SHAPE)
