"""One request, one answer."""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("remit.web")


def once(app: ASGIApp) -> ASGIApp:
    """What comes after a whole answer, a message or an error, reaches nobody and harms nobody.

    A session that its client ends while a message to it is under way fails on that message, after it was
    accepted.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def pass_on(message: Message) -> None:
            nonlocal answered
            if answered:
                return
            answered = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        try:
            await app(scope, receive, pass_on)
        except Exception as error:
            if not answered:
                raise
            log.info("an error after the answer", extra={"error": type(error).__name__})

    return answer
