"""`/approve/{id}` and `/approvals`: a person looks at exactly what would be done, and says yes or no."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from server.pages.decisions import Decider, Question
from server.pages.forms import FormRefused
from server.pages.sessions import SignedIn
from server.pages.showing import groups, phrase
from server.pages.site import NothingHere, Site

LONGEST_WHY: Final = 500  # characters


class Approving:
    def __init__(self, site: Site, decider: Decider) -> None:
        self._site = site
        self._decider = decider

    async def waiting(self, request: Request) -> Response:
        signed_in = await self._site.person(request)
        questions = await self._decider.waiting(signed_in.user)
        return self._site.page(request, "approvals.html", signed_in, questions=questions)

    async def look(self, request: Request) -> Response:
        signed_in = await self._site.person(request)
        return self._asked(request, signed_in, await self._question(request, signed_in))

    async def decide(self, request: Request) -> Response:
        """A yes counts for what this person was shown, which is what `digest` says."""
        signed_in = await self._site.person(request)
        fields = await self._site.form(request, signed_in)
        question = await self._question(request, signed_in)
        yes = _is_yes(fields)
        why = fields.get("why", "").strip()
        problems = _problems(question, fields, why, yes=yes)
        if problems:
            return self._asked(request, signed_in, question, problems, why)
        digest = fields.get("digest", "")
        if not await self._decider.decide(question.id, signed_in.user, yes=yes, why=why, digest=digest):
            raise NothingHere
        return self._site.page(request, "decided.html", signed_in, question=question, yes=yes)

    async def _question(self, request: Request, signed_in: SignedIn) -> Question:
        """Raises `NothingHere`."""
        question = await self._decider.question(self._site.named(request), signed_in.user)
        if question is None:
            raise NothingHere
        return question

    def _asked(
        self,
        request: Request,
        signed_in: SignedIn,
        question: Question,
        problems: Mapping[str, str] | None = None,
        why: str = "",
    ) -> Response:
        return self._site.page(
            request,
            "question.html",
            signed_in,
            422 if problems else 200,
            question=question,
            groups=groups(question.effect),
            effect=question.effect,
            risk=question.risk,
            reasons=question.reasons,
            phrase=phrase(question.effect) if question.risk == "high" else "",
            form=self._site.sessions.form(signed_in, request.url.path),
            problems=problems or {},
            why=why,
            longest=LONGEST_WHY,
        )


def _is_yes(fields: Mapping[str, str]) -> bool:
    """Raises `FormRefused` for anything but one of the two buttons."""
    said = fields.get("decision")
    if said not in {"yes", "no"}:
        raise FormRefused(400, "Say yes or no by one of the two buttons.")
    return said == "yes"


def _problems(question: Question, fields: Mapping[str, str], why: str, *, yes: bool) -> dict[str, str]:
    """What is still to be filled in, by field."""
    problems: dict[str, str] = {}
    typed = fields.get("typed", "").strip().casefold()
    if yes and question.risk == "high" and typed != phrase(question.effect):
        problems["typed"] = f"Type {phrase(question.effect)}, or decline."
    if yes and question.role == "approve" and not why:
        problems["why"] = "Say why you approve this: the reason is kept."
    if len(why) > LONGEST_WHY:
        problems["why"] = f"Write {LONGEST_WHY} characters at most."
    return problems
