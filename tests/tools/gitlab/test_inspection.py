"""What `remit doctor` says of a GitLab source."""

from pathlib import Path

import pytest

from policies.errors import ConfigurationError
from tests.tools.gitlab.code import connector_of, credential_of
from tests.tools.gitlab.site import Site
from tests.tools.rest.faults import Fault

pytestmark = pytest.mark.anyio


async def told(site: Site, *scopes: str, personal: bool = False) -> list[str]:
    token = site.tokens.give("ada", *scopes, personal=personal)
    found = await connector_of(site).inspect(credential_of(token))
    assert not any(finding.fatal for finding in found)
    assert all(finding.remedy for finding in found)
    return [finding.what for finding in found]


async def test_without_a_token_it_only_looks_whether_a_gitlab_is_there(site: Site) -> None:
    assert await connector_of(site).inspect(None) == []
    assert [asked.username for asked in site.gitlab.asked] == [None]
    site.gitlab.faults = [Fault(200, b"<html>It works!</html>")]
    (finding,) = await connector_of(site).inspect(None)
    assert (finding.fatal, "not as GitLab does" in finding.what) == (False, True)


async def test_one_that_is_away_is_told_and_stops_no_start(site: Site) -> None:
    (finding,) = await connector_of(site, url="http://127.0.0.1:1").inspect(None)
    assert (finding.source, finding.fatal, "can't be reached" in finding.what) == ("code", False, True)


@pytest.mark.threat("T09")
async def test_a_token_with_wider_scopes_is_told(site: Site) -> None:
    assert await told(site) == []
    assert await told(site, "read_api", "read_user", personal=True) == []
    wider = ["the token may do more than it must: it has 2 scopes beyond read_api"]
    assert await told(site, "api", "read_api", "sudo") == wider
    assert await told(site, "api", "made_up", personal=True) == wider


async def test_a_token_that_has_ended_is_told(site: Site) -> None:
    token = site.tokens.give("ada")
    site.tokens.end(token)
    (finding,) = await connector_of(site).inspect(credential_of(token))
    assert finding.what == "the token is not taken"


async def test_a_gitlab_of_an_old_version_is_told(site: Site) -> None:
    site.gitlab.version = "14.10.5"
    assert await told(site) == ["its version is 14.10"]
    site.gitlab.version = "SENTINEL"
    assert await told(site) == ["its version is unknown"]


def test_its_users_authorize_a_client_where_gitlab_has_it(site: Site) -> None:
    for url in ("https://gitlab.acme.example/git", "https://gitlab.acme.example/git/"):
        found = connector_of(site, url=url).authorization
        assert (found.authorize, found.token, found.revoke) == (
            "https://gitlab.acme.example/git/oauth/authorize",
            "https://gitlab.acme.example/git/oauth/token",
            "https://gitlab.acme.example/git/oauth/revoke",
        )
        assert (found.issuer, found.read, found.act) == (None, ("read_api",), ("api",))


def test_an_authority_that_cannot_be_read_stops_the_start(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="certificate authority"):
        connector_of(site, tls_ca=str(tmp_path / "missing.pem"))
