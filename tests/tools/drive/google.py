"""Google's own client, on the far side that tests have: it reads the description that it ships with."""

import json
from collections.abc import Callable
from typing import Any, cast

import httplib2  # type: ignore[import-untyped]
from googleapiclient import discovery, errors, http  # type: ignore[import-untyped]
from googleapiclient.discovery_cache import get_static_doc  # type: ignore[import-untyped]

Google = Callable[[str], Any]
"""A client with a token."""


class _Bearer:
    """Without a proxy, and with no second try for a token that is refused."""

    def __init__(self, token: str | None) -> None:
        self._http: Any = cast("Any", httplib2).Http(proxy_info=None, timeout=30)
        self._token = token

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Any = None, **more: Any
    ) -> Any:
        own = {"authorization": f"Bearer {self._token}"} if self._token else {}
        return self._http.request(uri, method, body=body, headers={**(headers or {}), **own}, **more)

    def close(self) -> None:
        self._http.close()


def client(url: str, token: str | None) -> Any:
    """For a Drive at another address: where it uploads to, no option says."""
    document = json.loads(cast("str", get_static_doc("drive", "v3")))
    document["rootUrl"] = document["baseUrl"] = f"{url}/"
    return cast("Any", discovery).build_from_document(document, http=_Bearer(token))


def upload(content: bytes, mime: str) -> Any:
    return cast("Any", http).MediaInMemoryUpload(content, mimetype=mime, resumable=False)


def download(request: Any, into: Any, piece: int) -> None:
    """In pieces of that many bytes."""
    loading = cast("Any", http).MediaIoBaseDownload(into, request, chunksize=piece)
    done = False
    while not done:
        _, done = loading.next_chunk()


def refusal(request: Any) -> tuple[int, str]:
    """The status and the reason. Raises `AssertionError` if it is not refused."""
    try:
        request.execute()
    except errors.HttpError as refused:
        told: Any = refused
        return told.resp.status, json.loads(told.content)["error"]["errors"][0]["reason"]
    raise AssertionError("it was done")
