"""Asking the person behind a client, by whichever way the client offers, and what comes back (threat T16).

In protocol 2026-07-28 the question ends the call, and the client calls again with the answer and with state
that we sealed (server/protocol/sealing.py). In the handshake era the client is asked in the middle of the
call. A client that offers neither gets the address of our page in a normal result: not an error, which some
clients would answer by calling again at once.
"""

from collections.abc import Callable
from typing import Any, Final

import anyio
import mcp_types as types
from mcp.shared.exceptions import MCPError

from policies.call import Answer, Channel
from policies.canonical import Json, canonical
from policies.question import AnswerNeeded, Question
from server.approvals import Approvals
from server.outcomes import without_rows
from server.protocol import views
from server.protocol.messages import META, Context, is_modern, state_of

CONFIRM: Final = "confirm"
FORM: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "approve": {
            "type": "boolean",
            "title": "Do exactly this",
            "description": "What is shown above, once, and nothing else.",
            "default": False,
        }
    },
    "required": ["approve"],
}
ANSWERED_WITHIN: Final = 600.0
"""Seconds that a client of the handshake era may take to answer a form."""
HELD: Final = 15.0
"""Seconds that a call waits for what a person decides on our page, before it says that it still waits."""
_FORGED: Final = Answer("", Channel.FORM, yes=True)


class Asking:
    def __init__(self, approvals: Approvals, address: Callable[[], str]) -> None:
        """`address` says where people reach our pages now."""
        self._approvals = approvals
        self._address = address

    async def returned(self, params: types.CallToolRequestParams) -> Answer | None:
        """What a call brings of an answer: None where it brings no state of ours, whatever else it says."""
        state = state_of(params)
        if "action" not in state:
            return None
        action, channel = state["action"], Channel(state["channel"])
        said = (params.input_responses or {}).get(CONFIRM)
        if channel is Channel.FORM:
            return _answer(action, said)
        await self._approvals.wait(action, HELD)
        return Answer(action, channel, yes=None)

    async def ask(
        self, context: Context, question: Question, call: str, former: Answer | None
    ) -> "Answer | types.CallToolResult | types.InputRequiredResult":
        """The answer where it comes within this call, else what the call ends with.

        `former` is the answer that this call came with: a person who was sent to our page is not sent again.
        """
        sent = former is not None and (former.action, former.channel) == (question.action, Channel.LINK)
        if question.channel is Channel.PAGE or sent:
            return self._waiting(context, question, call)
        if is_modern(context):
            return self._input_required(question)
        try:
            return await self._elicited(context, question)
        except (MCPError, TimeoutError):
            # The client took it back or never answered: the question stays open on our page.
            return self._waiting(context, question, call)

    async def _elicited(self, context: Context, question: Question) -> Answer:
        with anyio.fail_after(ANSWERED_WITHIN):
            if question.channel is Channel.FORM:
                said = await context.session.elicit_form(_message(question), FORM, context.request_id)
                return _answer(question.action, said)
            await context.session.elicit_url(
                _invitation(question), self._page(question), question.action, context.request_id
            )
        await self._approvals.wait(question.action, HELD)
        return Answer(question.action, Channel.LINK, yes=None)

    def _input_required(self, question: Question) -> types.InputRequiredResult:
        params: types.ElicitRequestFormParams | types.ElicitRequestURLParams
        if question.channel is Channel.FORM:
            params = types.ElicitRequestFormParams(message=_message(question), requested_schema=FORM)
        else:
            params = types.ElicitRequestURLParams(
                message=_invitation(question), url=self._page(question), elicitation_id=question.action
            )
        return types.InputRequiredResult(
            input_requests={CONFIRM: types.ElicitRequest(params=params)},
            request_state=canonical({"action": question.action, "channel": question.channel.value}),
        )

    def _waiting(self, context: Context, question: Question, call: str) -> types.CallToolResult:
        facts: dict[str, Json] = {
            "id": call,
            "code": "stale_confirmation" if question.stale else AnswerNeeded.code,
            "action": question.action,
            "url": self._page(question),
        }
        told = (
            f"Nothing was done yet. {AnswerNeeded(question).message} "
            f"Show the user this link, and call again with the same arguments when they have decided there: "
            f"{self._page(question)}"
        )
        outcome = without_rows(question.source, question.action, "waiting", told, undo=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=outcome.text)],
            structured_content=dict(outcome.structured),
            _meta={META: facts, **views.shown(context, question)},
        )

    def _page(self, question: Question) -> str:
        return f"{self._address().rstrip('/')}/approve/{question.action}"


def _answer(action: str, said: object) -> Answer:
    """A yes is exactly the form, filled in; one that says more or something else is forged."""
    match said:
        case types.ElicitResult(action="accept", content={"approve": bool(yes), **others}) if not others:
            return Answer(action, Channel.FORM, yes)
        case types.ElicitResult(action="decline"):
            return Answer(action, Channel.FORM, yes=False)
        case types.ElicitResult(action="cancel") | None:
            return Answer(action, Channel.FORM, yes=None)
        case _:
            return _FORGED


def _message(question: Question) -> str:
    changed = "The data has changed since you were asked: nothing was done. Look again.\n\n"
    return f"{changed if question.stale else ''}{question.text}"


def _invitation(question: Question) -> str:
    """Without any of the data: it may be shown beside a link, by clients that render it."""
    return f"Look at what would be done, and decide on the page. {AnswerNeeded(question).message}"
