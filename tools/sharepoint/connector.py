"""A source of SharePoint: folders of one library, each user under their own token."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial

from policies.errors import NotFound
from policies.secret import Credential
from policies.sources import SharepointSource
from tools.authorization import Authorization
from tools.connector import Finding
from tools.files.connector import FileConnector
from tools.files.store import Store
from tools.graph.api import asking
from tools.graph.entra import authorization
from tools.outbound.tls import ClientContext
from tools.sharepoint import inspection
from tools.sharepoint.api import Api
from tools.sharepoint.library import Library
from tools.sharepoint.scopes import scopes
from tools.sharepoint.tree import Tree


class SharepointConnector(FileConnector[SharepointSource, Api, None]):
    """One source of kind `sharepoint`."""

    @property
    def authorization(self) -> Authorization:
        return authorization(self.source, scopes(self.source))

    def asking(self, tls: ClientContext, credential: Credential | None) -> AbstractAsyncContextManager[Api]:
        made = partial(Api, source=self.source)
        return asking(made, self.name, self.source, tls, credential, size=self.source.max_file_bytes)

    async def looked(self, api: Api) -> None:
        with suppress(NotFound):  # somebody may see one file of it and nothing else
            await api.library()
        scopes(self.source).hold(self.name, self.source, api.scopes)

    def store(self, api: Api, may: None) -> Store:
        del may
        return Library(self.name, self.source, api, Tree(self.name, self.source, api))

    def findings(self, api: Api, credential: Credential | None) -> AsyncIterator[Finding]:
        return inspection.findings(self.name, self.source, api, credential)
