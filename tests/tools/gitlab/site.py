"""A pretend GitLab on loopback."""

from collections.abc import Generator
from contextlib import contextmanager

from starlette.types import Receive, Scope, Send

from tests.loopback import listening
from tests.tools.gitlab.fake import GitLab, Tokens


class Site:
    """One address, and behind it a GitLab that each test gets anew."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.renew()

    def renew(self) -> None:
        self.tokens = Tokens()
        self.gitlab = GitLab(self.tokens)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.gitlab(scope, receive, send)


@contextmanager
def serving() -> Generator[Site]:
    with listening(Site) as site:
        yield site
