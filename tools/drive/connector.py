"""A source of Google Drive: some folders, each user under their own token."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Final

from policies.secret import Credential
from policies.sources import DriveSource
from tools.authorization import Authorization
from tools.connector import Finding
from tools.drive import inspection
from tools.drive.api import Api, asking
from tools.drive.drive import Drive
from tools.drive.tree import Tree
from tools.files.connector import FileConnector
from tools.files.store import Store
from tools.outbound.tls import ClientContext

_OAUTH: Final = "https://oauth2.googleapis.com"
READ: Final = "https://www.googleapis.com/auth/drive.readonly"
ACT: Final = "https://www.googleapis.com/auth/drive"


class DriveConnector(FileConnector[DriveSource, Api, None]):
    """One source of kind `drive`."""

    @property
    def authorization(self) -> Authorization:
        """developers.google.com/identity/protocols/oauth2/web-server: one that lasts has to be asked for."""
        return Authorization(
            issuer=None,
            authorize="https://accounts.google.com/o/oauth2/v2/auth",
            token=f"{_OAUTH}/token",
            revoke=f"{_OAUTH}/revoke",
            read=(READ,),
            act=(ACT,),
            authentication="client_secret_post",
            asking={"access_type": "offline", "prompt": "consent"},
        )

    def asking(self, tls: ClientContext, credential: Credential | None) -> AbstractAsyncContextManager[Api]:
        return asking(self.name, self.source, tls, credential)

    async def looked(self, api: Api) -> None:
        """Which scopes a token has, Drive does not tell; whether it is one, it does."""
        await api.value("about", fields="user(permissionId)")

    def store(self, api: Api, may: None) -> Store:
        del may
        return Drive(self.name, self.source, api, Tree(self.name, self.source, api))

    def findings(self, api: Api, credential: Credential | None) -> AsyncIterator[Finding]:
        return inspection.findings(self.name, self.source, api, credential)
