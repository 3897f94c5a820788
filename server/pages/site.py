"""What all pages share: their look, who is there, and the ways in which they say no."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from server.pages.forms import FormRefused, posted
from server.pages.rendering import environment
from server.pages.sessions import Sessions, SignedIn
from server.pages.tries import Tries

APPROVALS: Final = "/approvals"
CONNECTIONS: Final = "/connections"
SIGN_OUT: Final = "/sign-out"
STYLE: Final = "/pages.css"
CONSOLE: Final = "/console"
CONSOLE_STYLE: Final = "/console.css"
# Where somebody may be on the way to when they sign in, and nowhere else: no address of another site.
OWN_PAGE: Final = re.compile(
    r"/approvals|/connections|/console|/approve/[A-Za-z0-9_-]{16,64}|/connect/[A-Za-z0-9_-]{64}"
)


class SignInNeeded(Exception):  # noqa: N818 - a way to another page
    """`page` is where to come back to."""

    def __init__(self, page: str) -> None:
        super().__init__("sign_in_needed")
        self.page = page


class NothingHere(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Unknown, somebody else's, expired or decided: nobody can tell which (threat T06)."""


@dataclass(frozen=True, slots=True)
class Site:
    """`url` is where people reach it, `name` what it is called, `origins` those of its own pages."""

    url: str
    name: str
    origins: frozenset[str]
    sessions: Sessions
    tries: Tries
    templates: Jinja2Templates = field(default_factory=lambda: Jinja2Templates(env=environment()))

    async def visitor(self, request: Request) -> SignedIn | None:
        """Who is there; the request is counted. Raises `LimitReached` or `StoreUnavailable`."""
        signed_in = await self.sessions.find(request)
        if signed_in:
            self.tries.of_browser(signed_in.session)
        else:
            self.tries.of_address(request.client.host if request.client else "")
        return signed_in

    async def person(self, request: Request, back: str = "") -> SignedIn:
        """`back` is the page to come back to, by default this one.

        Raises `SignInNeeded`, `LimitReached` or `StoreUnavailable`.
        """
        signed_in = await self.visitor(request)
        if signed_in is None:
            page = back or request.url.path
            raise SignInNeeded(page if OWN_PAGE.fullmatch(page) else APPROVALS)
        return signed_in

    def named(self, request: Request) -> str:
        """The id in the address, where that is of the form of one of our pages. Raises `NothingHere`."""
        if not OWN_PAGE.fullmatch(request.url.path):
            raise NothingHere
        found: str = request.path_params["id"]
        return found

    async def form(self, request: Request, signed_in: SignedIn) -> Mapping[str, str]:
        """What a form of this very page and session sent. Raises `FormRefused`."""
        fields = await posted(request, self.origins)
        if not self.sessions.is_form(signed_in, request.url.path, fields.get("form", "")):
            raise FormRefused(
                403, "This form was made for somebody else or for another page. Open the page again."
            )
        return fields

    def page(
        self,
        request: Request,
        template: str,
        signed_in: SignedIn | None = None,
        status: int = 200,
        *,
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> Response:
        sign_out = self.sessions.form(signed_in, SIGN_OUT) if signed_in else ""
        context = {
            "site": self,
            "style": STYLE,
            "user": signed_in.user if signed_in else None,
            "sign_out": sign_out,
            **facts,
        }
        return self.templates.TemplateResponse(request, template, context, status, headers)

    def message(
        self,
        request: Request,
        title: str,
        text: str,
        status: int = 200,
        *,
        headers: Mapping[str, str] | None = None,
        onward: tuple[str, str] | None = None,
    ) -> Response:
        """A page with one thing to say. `onward` are the words and the address of a link of ours."""
        return self.page(
            request, "message.html", None, status, headers=headers, title=title, text=text, onward=onward
        )
