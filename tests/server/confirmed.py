"""A user who says yes at a terminal to whatever is asked, in front of the pipeline itself."""

import secrets
from dataclasses import replace

from policies.call import Answer, Caller, Channel, Reply, Request, Transport
from policies.document import LocalIdentity
from policies.question import AnswerNeeded
from server.assembly import Service
from server.history import search
from server.identity import Identity

TERMINAL = Caller(Transport.STDIO, "a client", channels=frozenset({Channel.TERMINAL}))


class Confirmed:
    """`asked` are the questions."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.asked: list[str] = []
        self._pipeline = service.pipeline

    async def put(self, **values: str | None) -> Reply:
        return await self.call("shelf_put", values=values)

    async def undo(self, action: str, items: list[int] | None = None) -> Reply:
        return await self.call("remit_undo", id=action, **({"items": items} if items else {}))

    async def call(self, tool: str, **arguments: object) -> Reply:
        try:
            return await self._run(tool, arguments, None)
        except AnswerNeeded as needed:
            self.asked.append(needed.question.text)
            answer = Answer(needed.question.action, Channel.TERMINAL, yes=True)
        return await self._run(tool, arguments, answer)

    async def _run(self, tool: str, arguments: dict[str, object], answer: Answer | None) -> Reply:
        return await self._pipeline.run(
            Request(secrets.token_hex(16), TERMINAL, tool, arguments, answer=answer)
        )

    def as_somebody_else(self) -> "Confirmed":
        """In the same tenant, with the same roles."""
        return self._as("analyst")

    def as_somebody_without_roles(self) -> "Confirmed":
        return self._as()

    def _as(self, *roles: str) -> "Confirmed":
        other = Confirmed(self.service)
        bob = LocalIdentity(user="bob", tenant="acme", roles=roles)
        other._pipeline = replace(self._pipeline, identity=Identity(bob))
        return other

    async def events(self) -> list[str]:
        return [str(entry.columns[1]) for entry in reversed(await search(self.service.store))]
