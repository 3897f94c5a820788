"""A pretended authorization server, whose every answer a test chooses."""

import json
from typing import Any

from policies.call import Tier
from tests.server.oauth.persons import ADA, RETURN, Browser, Desk, said
from tests.server.oidc.issuer import PretendIssuer


class Far:
    """It gives whoever brings a code the tokens `first` and `once`, until a test says otherwise."""

    def __init__(self) -> None:
        self.pretend = PretendIssuer()
        self.url = self.pretend.url
        self.pretend.answer("/realm/oauth/userinfo", b'{"sub": "ada"}')
        self.pretend.answer("/realm/oauth/revoke")
        self.gives(access_token="first", refresh_token="once")

    def gives(self, status: int = 200, **answer: Any) -> None:
        plain = {"token_type": "Bearer", "expires_in": 300} if status == 200 else {}
        self.pretend.answer("/realm/oauth/token", json.dumps({**plain, **answer}).encode(), status)

    def asked(self, grant: str) -> list[dict[str, str]]:
        return [form for form, _ in self.pretend.posted if form.get("grant_type") == grant]

    def revoked(self) -> set[str]:
        return {form["token"] for form, _ in self.pretend.posted if "token" in form}


async def under_way(browser: Browser, page: str, **typed: str) -> str:
    """The `state` of who has set out."""
    return said(await browser.set_out(page, **typed))["state"]


async def connect(desk: Desk, tier: Tier = Tier.READ, **typed: str) -> None:
    """As ada does."""
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        state = await under_way(browser, await ada.offered(tier), **typed)
        done = await browser.come_back(f"{RETURN}?code=c&state={state}")
        assert done.status_code == 200, done.text
