"""A master in AWS KMS, which wraps and unwraps and never shows its key.

Region, credentials and endpoint are those of the AWS SDK's own environment; an ARN names its region. Bound
facts go along as the encryption context, which CloudTrail logs.
"""

import base64
import binascii
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import anyio
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from policies.canonical import canonical
from server.digests import printable
from server.keys.master import MasterUnavailable
from server.seal import DoesNotOpen

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from types_aiobotocore_kms import KMSClient

PATIENCE: Final = 10.0  # seconds for one answer, retries included
_REMEDIES: Final = {
    "AccessDeniedException": "Let the role that remit runs as do kms:Encrypt and kms:Decrypt with this key.",
    "NotFoundException": "Make the key, or mend its name in keys.master.",
    "DisabledException": "Enable the key.",
    "KMSInvalidStateException": "Enable the key, or cancel its deletion.",
    "UnrecognizedClientException": "Give remit valid AWS credentials.",
    "ExpiredTokenException": "Give remit valid AWS credentials.",
}


@dataclass(frozen=True, slots=True)
class Kms:
    """`name` is "kms:" and the key's ARN or alias."""

    name: str

    async def wrap(self, key: bytes, *bound: str) -> str:
        """Raises `MasterUnavailable`."""
        async with self._client() as client:
            done = await client.encrypt(KeyId=self._key, Plaintext=key, EncryptionContext=_said(bound))
        return base64.b64encode(done["CiphertextBlob"]).decode()

    async def unwrap(self, text: str, *bound: str) -> bytes:
        """Raises `DoesNotOpen` or `MasterUnavailable`."""
        try:
            blob = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise DoesNotOpen("a wrapped key is not in base64") from error
        async with self._client() as client:
            done = await client.decrypt(KeyId=self._key, CiphertextBlob=blob, EncryptionContext=_said(bound))
        return done["Plaintext"]

    def version(self, text: str) -> str:  # noqa: ARG002 - KMS looks after its versions by itself
        return ""

    @property
    def _key(self) -> str:
        return self.name.removeprefix("kms:")

    @asynccontextmanager
    async def _client(self) -> "AsyncGenerator[KMSClient]":
        """For one call. Raises `DoesNotOpen` or `MasterUnavailable`, without what the other side wrote."""
        region = self._key.split(":")[3] if self._key.startswith("arn:") else None
        settings = AioConfig(connect_timeout=PATIENCE, read_timeout=PATIENCE, retries={"max_attempts": 2})
        try:
            with anyio.fail_after(PATIENCE):
                async with get_session().create_client("kms", region_name=region, config=settings) as client:
                    yield client
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in {"InvalidCiphertextException", "IncorrectKeyException"}:
                raise DoesNotOpen(f"{self.name} does not unwrap it") from None
            remedy = _REMEDIES.get(code, "Look the code up in the documentation of AWS KMS.")
            raise MasterUnavailable(f"{self.name} refuses ({printable(code)})", remedy) from None
        except (BotoCoreError, TimeoutError) as error:
            raise MasterUnavailable(
                f"{self.name} can't be reached ({type(error).__name__})",
                "Give remit a way to AWS KMS, credentials, and a region where the key has no ARN.",
            ) from None


def _said(bound: tuple[str, ...]) -> dict[str, str]:
    return {"remit": canonical(("remit key 1", *bound))}
