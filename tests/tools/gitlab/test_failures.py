"""What a caller is told when GitLab does not answer as it should: what to do, and nothing that it wrote."""

import json
import socket
from typing import Any

import pytest

from policies.errors import (
    Denied,
    InvalidArgument,
    LimitReached,
    NeedsConnection,
    NotFound,
    Refusal,
    UpstreamFailed,
)
from policies.secret import Credential, Secret
from tests.proofs import ADA
from tests.tools.gitlab.code import Code, connector_of, credential_of
from tests.tools.gitlab.site import Site
from tests.tools.rest.faults import Fault

pytestmark = pytest.mark.anyio

ISSUE: dict[str, Any] = {"project": "acme/shop", "issue": 30}


async def warm(site: Site, **settings: Any) -> Code:
    """A source that knows the token already: what comes next is what a call asks."""
    code = Code(site, **settings)
    await code.table("issue", **ISSUE)
    return code


async def refused(code: Code, kind: type[Refusal], verb: str = "issue", **arguments: Any) -> Refusal:
    with pytest.raises(kind) as raised:
        await code.table(verb, **(arguments or ISSUE))
    assert "SENTINEL" not in f"{raised.value.message} {raised.value.detail}"
    assert raised.value.message.endswith(".")
    return raised.value


@pytest.mark.parametrize("why", ["revoked", "expired", "unknown"])
async def test_a_token_that_has_ended_leads_to_connecting_anew(site: Site, why: str) -> None:
    code = await warm(site)
    site.tokens.end(code.token, why)
    await refused(code, NeedsConnection)
    assert await Code(site).records("issue", **ISSUE)


async def test_who_has_not_connected_is_asked_to(site: Site) -> None:
    connector = connector_of(site)
    with pytest.raises(NeedsConnection):
        async with connector.open(ADA, None):
            pass
    for strange in ("", "a b", "a\r\nx-admin: 1", "ключ", "x" * 9000):
        with pytest.raises(NeedsConnection):
            async with connector.open(ADA, Credential(Secret(strange))):
                pass
    assert site.gitlab.asked == []


@pytest.mark.threat("T09")
@pytest.mark.parametrize("personal", [False, True])
async def test_a_token_that_may_write_is_refused_unless_the_source_says_why(
    site: Site, *, personal: bool
) -> None:
    token = site.tokens.give("ada", "read_api", "api", personal=personal)
    with pytest.raises(Denied) as denied:
        async with connector_of(site).open(ADA, credential_of(token)):
            pass
    assert denied.value.rule == "over_privileged"
    async with connector_of(site, overprivileged="until the new application").open(ADA, credential_of(token)):
        pass


async def test_a_token_that_may_not_read_is_refused(site: Site) -> None:
    for scopes in (("openid", "profile"), ("read_user",)):
        with pytest.raises(Denied, match="was not given the right to do this"):
            async with connector_of(site).open(ADA, credential_of(site.tokens.give("ada", *scopes))):
                pass
    code = await warm(site)
    body = json.dumps({"error": "insufficient_scope", "error_description": "SENTINEL"}).encode()
    site.gitlab.faults = [Fault(403, body)]
    denied = await refused(code, Denied)
    assert isinstance(denied, Denied)
    assert denied.rule == "insufficient_scope"


async def test_a_token_is_looked_at_once(site: Site) -> None:
    code = await warm(site)
    await code.table("issue", **ISSUE)
    assert [asked.target for asked in site.gitlab.asked].count("/oauth/token/info") == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidArgument),
        (403, Denied),
        (404, NotFound),
        (418, UpstreamFailed),
        (500, UpstreamFailed),
        (502, UpstreamFailed),
        (204, UpstreamFailed),
    ],
)
async def test_each_status_has_its_refusal(site: Site, status: int, kind: type[Refusal]) -> None:
    code = await warm(site)
    site.gitlab.faults = [Fault(status, b"" if status == 204 else Fault(0).body)]
    found = await refused(code, kind)
    assert type(found) is kind


async def test_a_redirect_is_not_followed(site: Site) -> None:
    code = await warm(site)
    before = len(code.api)
    there = {"location": f"{site.url}/api/v4/projects/13"}
    site.gitlab.faults = [Fault(302, headers=there)]
    await refused(code, NotFound)
    assert code.api[before:] == ["/api/v4/projects/acme%2Fshop"]


@pytest.mark.parametrize(
    ("status", "headers", "kind", "seconds"),
    [
        (429, {"retry-after": "3600"}, LimitReached, 3600),
        (503, {"retry-after": "3600"}, UpstreamFailed, 3600),
        # The source's time is up in 10 seconds: what it would wait for in vain, it says at once.
        (429, {"retry-after": "10"}, LimitReached, 10),
    ],
)
async def test_who_is_to_come_back_later_is_told_when(
    site: Site, status: int, headers: dict[str, str], kind: type[Refusal], seconds: int
) -> None:
    code = await warm(site)
    site.gitlab.faults = [Fault(status, headers=headers)]
    found = await refused(code, kind)
    assert f"in {seconds} s" in found.message
    if isinstance(found, LimitReached):
        assert found.retry_after == seconds


async def test_a_pause_that_there_is_time_for_is_kept(site: Site) -> None:
    code = await warm(site)
    before = len(code.api)
    site.gitlab.faults = [Fault(429, headers={"retry-after": "0"}), Fault(503, headers={"retry-after": "0"})]
    assert (await code.records("issue", **ISSUE))[0]["text"] == "Login fails for Peter Parker"
    assert code.api[before : before + 3] == ["/api/v4/projects/acme%2Fshop"] * 3


async def test_one_that_never_takes_the_call_is_not_asked_for_ever(site: Site) -> None:
    code = await warm(site)
    site.gitlab.faults = [Fault(429, headers={"retry-after": "0"})] * 5
    await refused(code, LimitReached)
    assert len(site.gitlab.faults) == 2


async def test_a_half_answer_is_none(site: Site) -> None:
    code = await warm(site)
    site.gitlab.faults = [Fault(200, b'{"id": 10, "path_with_namespace": "acme/shop"}', half=True)]
    await refused(code, UpstreamFailed)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>SENTINEL</html>",
        b'{"id": 10, "id": 11, "path_with_namespace": "acme/shop"}',
        b'{"id": NaN, "path_with_namespace": "acme/shop"}',
        b'{"id": "10/../13", "path_with_namespace": "acme/shop"}',
        b'{"id": -1, "path_with_namespace": "acme/shop"}',
        b'{"id": true, "path_with_namespace": "acme/shop"}',
        b'{"id": 10, "path_with_namespace": ["acme/shop"]}',
        b'{"id": 10}',
        b'"SENTINEL"',
        b"[" * 100 + b"]" * 100,
        b"\xff\xfe",
    ],
)
async def test_an_answer_in_a_strange_form_is_refused(site: Site, body: bytes) -> None:
    code = await warm(site)
    before = len(code.api)
    site.gitlab.faults = [Fault(200, body)]
    await refused(code, UpstreamFailed)
    assert len(code.api) == before + 1


PROJECT = json.dumps({"id": 10, "path_with_namespace": "acme/shop"}).encode()


@pytest.mark.parametrize(
    ("verb", "arguments", "body"),
    [
        ("issues", {}, b'{"message": "SENTINEL"}'),
        ("issues", {}, b'[{"iid": "1"}]'),
        ("issues", {}, b"[null]"),
        ("search", {"search": "basket"}, b'[{"path": "a", "startline": "1", "data": "SENTINEL"}]'),
        ("read", {}, b'[{"path": "a", "type": "SENTINEL"}]'),
        ("issue", {"issue": 30}, b'{"iid": 30, "title": null}'),
    ],
)
async def test_a_strange_item_is_refused(
    site: Site, verb: str, arguments: dict[str, Any], body: bytes
) -> None:
    code = await warm(site)
    site.gitlab.faults = [Fault(200, PROJECT), Fault(200, body)]
    await refused(code, UpstreamFailed, verb, project="acme/shop", **arguments)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-gitlab-size": "12", "x-gitlab-commit-id": "main"},
        {"x-gitlab-size": "-1", "x-gitlab-commit-id": "0" * 40},
        {"x-gitlab-size": "1e3", "x-gitlab-commit-id": "0" * 40},
    ],
)
async def test_a_file_of_which_the_size_or_the_commit_is_not_told_is_not_read(
    site: Site, headers: dict[str, str]
) -> None:
    code = await warm(site)
    site.gitlab.faults = [Fault(200, PROJECT), Fault(200, b"", headers)]
    await refused(code, UpstreamFailed, "read", project="acme/shop", path="README.md")
    assert not any("/raw" in target for target in code.api)


@pytest.mark.threat("T40")
async def test_a_file_that_grows_while_it_is_read_is_refused(site: Site) -> None:
    code = await warm(site, max_bytes=1000)
    head = {"x-gitlab-size": "12", "x-gitlab-commit-id": "0" * 40}
    site.gitlab.faults = [Fault(200, PROJECT), Fault(200, b"", head), Fault(200, b"x" * 1001)]
    await refused(code, UpstreamFailed, "read", project="acme/shop", path="README.md")


async def test_one_that_is_away_is_said_to_be(site: Site) -> None:
    code = Code(site, url="http://127.0.0.1:1", timeout=5)
    found = await refused(code, UpstreamFailed)
    assert "can't be reached" in found.message


async def test_one_that_is_silent_is_left_when_the_time_is_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        site = Site(f"http://127.0.0.1:{silent.getsockname()[1]}")
        found = await refused(Code(site, timeout=0.2), UpstreamFailed)
    assert "in time" in found.message or "within" in found.message
