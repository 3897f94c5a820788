"""From where somebody calls, whoever writes what into a header."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from policies.networks import (
    MOST_NETWORKS,
    THIS_MACHINE,
    Network,
    Restrictions,
    address_of,
    caller_address,
    is_within,
    network_of,
    restrictions_of,
)

V4, V6 = st.ip_addresses(v=4), st.ip_addresses(v=6)
ADDRESSES = st.one_of(V4, V6)
JUNK = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["unknown", "_hidden", "127.1", "0x7f000001", "2130706433", "010.0.0.1", "10.0.0.1:80", "[::1]:80"]
    ),
    st.sampled_from(["127.0.0.1%lo", "1.2.3.4/8", "::1%", "::ffff:1.2.3.4.5", "localhost", ""]),
)


def networks(version: int) -> SearchStrategy[Network]:
    bits = 32 if version == 4 else 128

    def made(address: IPv4Address | IPv6Address, prefix: int) -> Network:
        return ip_network(f"{address}/{prefix}", strict=False)

    return st.builds(made, V4 if version == 4 else V6, st.integers(0, bits))


@given(V4)
def test_ipv4_inside_ipv6_is_ipv4(address: IPv4Address) -> None:
    assert address_of(f"::ffff:{address}") == address == address_of(f"::ffff:{address}%eth0")
    assert address_of(IPv6Address(f"::ffff:{address}").exploded) == address


@given(V6, st.text("abcdefgh0123456789", min_size=1))
def test_a_zone_makes_no_other_address(address: IPv6Address, zone: str) -> None:
    assert address_of(f"{address}%{zone}") == address_of(str(address))


@given(V4, networks(4))
def test_a_mapped_network_holds_the_addresses_of_the_ipv4_one(address: IPv4Address, network: Network) -> None:
    mapped = network_of(f"::ffff:{network.network_address}/{96 + network.prefixlen}")
    assert mapped == network
    assert is_within(address_of(f"::ffff:{address}"), [mapped]) == (address in network)


@given(ADDRESSES, st.lists(st.one_of(networks(4), networks(6)), max_size=4))
def test_an_address_is_within_what_holds_it_and_in_no_network_of_the_other_kind(
    address: IPv4Address | IPv6Address, among: list[Network]
) -> None:
    found = address_of(str(address))
    assert found is not None
    assert is_within(found, among) == any(
        found.version == each.version and int(each[0]) <= int(found) <= int(each[-1]) for each in among
    )
    assert not is_within(None, [*among, network_of("0.0.0.0/0"), network_of("::/0")])


@given(ADDRESSES, st.lists(st.one_of(JUNK, ADDRESSES.map(str)), max_size=6))
def test_no_header_counts_that_does_not_come_from_a_proxy_of_ours(
    peer: IPv4Address | IPv6Address, said: list[str]
) -> None:
    proxies = [network_of("10.9.9.0/24")]
    found = caller_address(str(peer), said, proxies)
    if not is_within(address_of(str(peer)), proxies):
        assert found == address_of(str(peer))
    assert caller_address(str(peer), said, []) == address_of(str(peer))


@given(st.lists(st.one_of(JUNK, ADDRESSES.map(str)), max_size=4), ADDRESSES)
def test_of_what_came_through_our_proxy_the_last_address_counts_and_nothing_before_it(
    before: list[str], client: IPv4Address | IPv6Address
) -> None:
    proxies = [network_of("10.9.9.0/24")]
    if is_within(address_of(str(client)), proxies):
        return
    told = [*before, str(client)]
    for header in (told, [", ".join(told)], [*before, f"{client}, 10.9.9.7"]):
        assert caller_address("10.9.9.9", header, proxies) == address_of(str(client))


@given(JUNK)
def test_junk_from_a_proxy_is_nobodys_address_and_is_let_in_nowhere(junk: str) -> None:
    last = junk.rsplit(",", 1)[-1].strip()
    if address_of(last) is not None:
        return
    found = caller_address("10.9.9.9", [f"192.0.2.1, {junk}"], [network_of("10.9.9.0/24")])
    assert found is None
    assert not Restrictions("0.0.0.0/0 ::/0").allow(found)


@pytest.mark.parametrize("peer", ["", "unix", "/run/remit.sock", "example.org"])
def test_a_far_end_without_an_address_is_nobody(peer: str) -> None:
    assert caller_address(peer, ["192.0.2.1"], [network_of("0.0.0.0/0")]) is None


@given(st.text(max_size=40), st.text(max_size=8))
def test_what_was_typed_is_a_restriction_or_is_refused(typed: str, per_minute: str) -> None:
    try:
        found = restrictions_of(typed, per_minute, ())
    except ValueError:
        return
    assert restrictions_of(found.networks, str(found.per_minute or ""), ()) == found
    assert (found.bound == ()) == (not found.networks and not found.per_minute)


@given(st.lists(networks(4), min_size=1, max_size=3), st.lists(networks(4), min_size=1, max_size=3), V4)
def test_nobody_widens_what_an_administrator_allows(
    ceiling: list[Network], typed: list[Network], address: IPv4Address
) -> None:
    try:
        found = restrictions_of(" ".join(map(str, typed)), "", ceiling)
    except ValueError:
        return
    assert not found.allow(address) or is_within(address, ceiling)


def test_what_is_too_much_or_no_number_is_refused() -> None:
    many = " ".join(f"10.0.{n}.0/24" for n in range(MOST_NETWORKS + 1))
    for networks_typed, calls in (
        (many, ""),
        ("10.0.0.1/8", ""),
        ("", "0"),
        ("", "-1"),
        ("", "1e3"),
        ("", "١"),
    ):
        with pytest.raises(ValueError, match=r"[a-z]"):
            restrictions_of(networks_typed, calls, ())
    assert restrictions_of(" 10.0.0.1,\n::1 ", " 5 ", ()) == Restrictions("10.0.0.1/32 ::1/128", 5)


def test_what_was_changed_in_the_store_lets_nobody_in() -> None:
    assert not Restrictions("anything").allow(ip_address("192.0.2.1"))
    assert Restrictions().allow(None)
    assert is_within(THIS_MACHINE, [IPv4Network("127.0.0.0/8")])
