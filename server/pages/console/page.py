"""`/console`: all that administrators see and switch. Each form leads back to it, and it says what was done.

Whether somebody may is asked of policy for each look and each form, and again by what changes something
(server/administering).
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policies.call import TWIN, User
from policies.canonical import Json
from policies.errors import AuditUnavailable, Denied, InvalidArgument, NotFound
from policies.halt import Unreadable
from policies.milliseconds import DAY
from policies.scopes import MOST_DAYS
from policies.visible import visible
from server.administering.administration import Administration
from server.administering.halts import Halted
from server.administering.rights import Rights
from server.halting.asked import LONGEST, LONGEST_NAME
from server.moments import day
from server.pages.console import asked
from server.pages.console.asked import Problem, Unfit
from server.pages.console.charts import chart
from server.pages.decisions import Decider
from server.pages.forms import FormRefused
from server.pages.sessions import SignedIn, fingerprint
from server.pages.site import APPROVALS, CONSOLE, CONSOLE_STYLE, Site
from server.pages.tickets import Kind, Tickets

log = logging.getLogger("remit.pages")

FORMS: Final = ("halt", "resume", "lift", "scope")
NOTE_LASTS: Final = 300  # seconds
REFUSED: Final = (Unfit, Unreadable, Denied, NotFound, InvalidArgument)

Told: TypeAlias = Sequence[str]
"""What was done, in sentences: the first is the heading."""


class NoAdministrator(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    pass


@dataclass(frozen=True, slots=True)
class Sent:
    """A form of an administrator, which came from our own page."""

    request: Request
    signed_in: SignedIn
    rights: Rights
    fields: Mapping[str, str]


class ConsolePages:
    def __init__(
        self, site: Site, administration: Administration, decider: Decider, tickets: Tickets
    ) -> None:
        self._site = site
        self._its = administration
        self._decider = decider
        self._tickets = tickets

    async def look(self, request: Request) -> Response:
        signed_in, rights = await self._who(request)
        told: Told = ()
        note = cast("Any", await self._tickets.look(Kind.NOTE, request.query_params.get("told", "")))
        if note is not None and note["to"] == fingerprint(signed_in.session):
            told = note["told"]
        return await self._page(request, signed_in, rights, told=told)

    async def halt(self, request: Request) -> Response:
        sent = await self._sent(request)
        row = sent.fields.get("row", "")
        form = f"tool-{row}" if row else sent.fields.get("what", "")

        async def halting() -> Told:
            scope, why = asked.halted(sent.fields), asked.why(sent.fields)
            return _halted(await self._its.halts.halt(sent.rights, scope, why))

        return await self._changed(sent, form, halting)

    async def resume(self, request: Request) -> Response:
        sent = await self._sent(request)
        epoch = asked.epoch(sent.fields)

        async def resuming() -> Told:
            scope = await self._its.halts.resume(sent.rights, epoch, asked.why(sent.fields))
            if scope.is_everything:
                return (
                    "You asked to lift the full halt.",
                    "It stands until somebody else confirms it here, within an hour.",
                )
            return (f"It goes on: {visible(str(scope))}.",)

        return await self._changed(sent, f"halt-{epoch}", resuming)

    async def lift(self, request: Request) -> Response:
        sent = await self._sent(request)

        async def lifting() -> Told:
            await self._its.halts.lift(sent.rights, sent.fields.get("request", ""), asked.why(sent.fields))
            return ("The full halt is lifted.", "What is halted by name stays so.")

        return await self._changed(sent, "lift", lifting)

    async def scope(self, request: Request) -> Response:
        sent = await self._sent(request)
        name, do = sent.fields.get("scope", ""), sent.fields.get("do")
        if do not in {"on", "off"}:
            raise FormRefused(400, "Say on or off by one of the two buttons.")

        async def switching() -> Told:
            why = asked.why(sent.fields)
            if do == "on":
                last = asked.last_day(sent.fields)
                await self._its.delegating.switch_on(sent.rights, name, last, why)
                return (f"The scope {visible(name)} is on, until the end of {last} (UTC).",)
            was_on = await self._its.delegating.switch_off(sent.rights, name, why)
            return (
                f"The scope {visible(name)} is off." if was_on else f"The scope {visible(name)} was off.",
            )

        return await self._changed(sent, f"scope-{name}", switching)

    async def refused(self, request: Request, error: Exception) -> Response:
        text = str(error) or (
            "The console is for those who administer a source. Somebody who sets remit up gives that right: "
            "administer, in the roles of a source, or by a policy."
        )
        return self._site.message(
            request, "This page is not open to you", text, 403, onward=("What waits for you", APPROVALS)
        )

    async def _who(self, request: Request) -> tuple[SignedIn, Rights]:
        """Raises `SignInNeeded` or `NoAdministrator`."""
        signed_in = await self._site.person(request, CONSOLE)
        try:
            rights = await self._its.administrators.find(signed_in.user)
        except Denied as denied:
            raise NoAdministrator(denied.message) from denied
        if rights is None:
            raise NoAdministrator
        return signed_in, rights

    async def _sent(self, request: Request) -> Sent:
        signed_in, rights = await self._who(request)
        return Sent(request, signed_in, rights, await self._site.form(request, signed_in))

    async def _changed(self, sent: Sent, form: str, change: Callable[[], Awaitable[Told]]) -> Response:
        """Leads back to the page, which says what was done; or shows the form again, and why nothing was."""
        try:
            told = await change()
        except REFUSED as error:
            problem = Problem.of(form, error, sent.fields)
            return await self._page(sent.request, sent.signed_in, sent.rights, problem=problem)
        except AuditUnavailable:
            return self._site.message(
                sent.request,
                "Nobody can say whether it was done",
                "remit can't reach its store. Look at the console again in a moment, and see.",
                503,
                headers={"retry-after": "5"},
                onward=("The console", CONSOLE),
            )
        return RedirectResponse(f"{CONSOLE}{await self._note(sent.signed_in, told)}", 303)

    async def _note(self, signed_in: SignedIn, told: Told) -> str:
        """The end of the address of the page that tells it. It is for this session alone."""
        try:
            return f"?told={await self._tickets.issue(Kind.NOTE, _content(signed_in, told), NOTE_LASTS)}"
        except AuditUnavailable:
            return ""  # it was done, and the page itself shows it

    async def _page(
        self,
        request: Request,
        signed_in: SignedIn,
        rights: Rights,
        *,
        told: Told = (),
        problem: Problem | None = None,
    ) -> Response:
        its, now = self._its, await self._its.work.now()
        switch = await its.halts.standing(rights)
        scopes = await its.delegating.standing(rights)
        sources = await its.sources.standing(rights)
        tools = its.sources.tools(rights, sources, switch, scopes)
        figures = await its.figures.look() if rights.everything else ()
        return self._site.page(
            request,
            "console/console.html",
            signed_in,
            422 if problem else 200,
            console_style=CONSOLE_STYLE,
            tokens={form: self._site.sessions.form(signed_in, f"{CONSOLE}/{form}") for form in FORMS},
            rights=rights,
            now=now,
            told=told,
            problem=problem,
            switch=switch,
            flights=await its.work.under_way(rights, switch.halts if switch else ()),
            waiting=await its.work.waiting(rights),
            mine=await self._mine(signed_in.user),
            sources=sources,
            tools=tools,
            scopes=scopes,
            figures=[(figure, chart(figure)) for figure in figures],
            today=day(now),
            farthest=day(now + MOST_DAYS * DAY),
            longest=LONGEST,
            longest_name=LONGEST_NAME,
            twin=TWIN,
        )

    async def _mine(self, user: User) -> Collection[str] | None:
        """The actions that are theirs to decide; None where one does not open: the switch is needed then."""
        try:
            return {question.id for question in await self._decider.waiting(user)}
        except AuditUnavailable as error:
            log.warning("what waits for a person can't be read", extra={"detail": error.detail})
            return None


def _halted(halted: Halted) -> Told:
    if halted.flights is None:
        flights = "What is in flight can't be said: look again in a moment."
    elif not halted.flights:
        flights = "Nothing was in flight."
    else:
        flights = f"In flight when it was halted: {len(halted.flights)}. They are listed under In flight."
    unheard = [f"{one[:1].upper()}{one[1:]}: look whether it is spelt right." for one in halted.unheard]
    return (f"Halted, in every process: {visible(str(halted.scope))}.", flights, *unheard)


def _content(signed_in: SignedIn, told: Told) -> Json:
    """What the ticket of a note holds."""
    return {"to": fingerprint(signed_in.session), "told": [*told]}
