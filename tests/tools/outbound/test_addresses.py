"""Which addresses count as reachable by anybody, and which URLs can't be right."""

from ipaddress import ip_address

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.outbound.addresses import hold, is_public, may_be_named, origin, origins, outside
from tools.outbound.errors import BlockedAddress

pytestmark = pytest.mark.threat("T12")

ANYBODYS = ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
NOBODYS = [
    "0.0.0.0",
    "0.1.2.3",
    "255.255.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "169.254.1.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
]
OURS = [
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "10.0.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "fd12::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
]
STRANGE = [
    "::127.0.0.1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "2001:db8::1",
    "3fff::1",
    "fec0::1",
    "100::1",
    "64:ff9b:1::1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
]


@pytest.mark.parametrize("address", ANYBODYS)
def test_an_address_on_the_internet_is_anybodys(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOBODYS + OURS + STRANGE)
def test_an_inner_or_strange_address_is_not(address: str) -> None:
    assert not is_public(ip_address(address))


def test_a_host_that_the_operator_names_is_a_machine_and_no_metadata_service() -> None:
    assert all(may_be_named(ip_address(address)) for address in ANYBODYS + OURS)
    named = [address for address in NOBODYS if may_be_named(ip_address(address))]
    assert named == ["0.1.2.3", "240.0.0.1"]


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_inside_ipv6(address: object) -> None:
    assert isinstance(address, type(ip_address("127.0.0.1")))
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(ip_address(wrapped)) == is_public(address)
    assert not is_public(ip_address(f"::{address}"))


NAMED = origins(["https://idp.inner:8443/realm", "http://127.0.0.1:9000"])


@pytest.mark.parametrize(
    "url",
    [
        "https://login.example/a?b=c",
        "https://LOGIN.example:443/",
        "https://93.184.215.14/",
        "https://[2606:4700::1111]/",
        "https://a_b.example/@x",
        "https://xn--bcher-kva.example/",
        "https://idp.inner:8443/keys",
        "http://127.0.0.1:9000/keys",
    ],
)
def test_a_url_that_can_be_right_is_kept_to_the_letter(url: str) -> None:
    assert outside(url, NAMED) == httpx2.URL(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example/",
        "http://login.example:443/",
        "https://login.example:8443/",
        "https://idp.inner:8444/",
        "http://idp.inner:8443/",
        "https://127.0.0.1:9000/",
        "http://127.0.0.1/",
        "http://localhost:9000/",
        "https://me@login.example/",
        "https://me@idp.inner:8443/",
        "https://@127.0.0.1/",
        "https://login.example/#here",
        "https://login.example\\@127.0.0.1/",
        "https://login.example/ a",
        "https://login.example/\r\nhost: x",
        "https://löwe.example/",
        "https://-.example/",
        "https://a..example/",
        "https://login.example./",
        "https://10.1/",
        "https://a.0x10/",
        "",
        "login.example",
        "//login.example/",
        "https://" + "a" * 2048,
        pytest.param("a:$(calc)", marks=pytest.mark.threat("T15")),
        pytest.param("--config=x", marks=pytest.mark.threat("T15")),
        pytest.param("javascript:alert(1)", marks=pytest.mark.threat("T15")),
    ],
)
def test_a_url_that_can_not_be_right_is_refused(url: str) -> None:
    with pytest.raises(BlockedAddress, match="blocked_address"):
        outside(url, NAMED)


def test_a_user_in_a_url_is_refused_though_the_parser_drops_nothing() -> None:
    with pytest.raises(BlockedAddress):
        hold(httpx2.URL("https://me:secret@idp.inner:8443/"), NAMED)


def test_an_origin_is_written_as_one() -> None:
    for url in ("https://login.example", "http://127.0.0.1:9000", "https://[::1]:8443"):
        assert str(origin(url + "/path")) == url
