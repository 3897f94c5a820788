"""A source of S3: folders of one bucket, each user under an access key of their own."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from policies.secret import Credential
from policies.sources import S3Source
from tools.authorization import Authorization
from tools.connector import Finding
from tools.files.connector import FileConnector
from tools.files.store import Store
from tools.outbound.tls import ClientContext
from tools.s3 import inspection, rights
from tools.s3.api import Api, asking
from tools.s3.bucket import Bucket


class S3Connector(FileConnector[S3Source, Api, None]):
    """One source of kind `s3`. Users type the id of their access key and its secret."""

    authorization: Authorization | None = None

    def asking(self, tls: ClientContext, credential: Credential | None) -> AbstractAsyncContextManager[Api]:
        return asking(self.name, self.source, tls, credential)

    async def looked(self, api: Api) -> None:
        await rights.hold(self.name, self.source, api)

    def store(self, api: Api, may: None) -> Store:
        del may
        return Bucket(self.name, self.source, api)

    def findings(self, api: Api, credential: Credential | None) -> AsyncIterator[Finding]:
        return inspection.findings(self.name, self.source, api, credential)
