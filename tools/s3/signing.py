"""Signs requests with an access key: AWS Signature Version 4, by botocore."""

from collections.abc import Generator
from typing import Final

import httpx2
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from policies.errors import NeedsConnection
from policies.secret import Credential

_LONGEST: Final = 256  # characters of an access key's id, or of its secret
_SIGNED: Final = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-language",
        "content-type",
        "if-match",
        "if-none-match",
    }
)


class Signed(httpx2.Auth):
    """Of the source `name`. All of a request is signed: its address, its body, and its conditions."""

    requires_request_body = True

    def __init__(self, name: str, credential: Credential, region: str) -> None:
        """Raises `NeedsConnection` for what can be no access key."""
        key, secret = credential.login, credential.secret.reveal()
        if not all(
            each.isascii() and each.isprintable() and 0 < len(each) <= _LONGEST for each in (key, secret)
        ):
            raise NeedsConnection(name, refused=True)
        self._signer = S3SigV4Auth(Credentials(key, secret), "s3", region)

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        kept = {name: value for name, value in request.headers.items() if _is_signed(name)}
        there = request.url
        url = f"{there.scheme}://{there.netloc.decode()}{there.raw_path.decode()}"  # as it is on the wire
        signed = AWSRequest(request.method, url, headers=kept, data=request.content)
        self._signer.add_auth(signed)
        request.headers.update({str(name): str(value) for name, value in signed.headers.items()})
        yield request


def _is_signed(name: str) -> bool:
    return name in _SIGNED or name.startswith("x-amz-")
