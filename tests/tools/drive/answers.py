"""How Google says no: developers.google.com/workspace/drive/api/guides/handle-errors."""

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import JSONResponse

from tests.tools.rest.faults import Fault

_CHALLENGE: Final = 'Bearer realm="https://accounts.google.com/", error='


class Refused(Exception):  # noqa: N818 - what is so
    """`location` is the name of the parameter, or of the header, that it is about."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        location: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.answer = JSONResponse(_body(status, reason, message, location), status, dict(headers or {}))


def limited(reason: str = "userRateLimitExceeded", status: int = 403) -> Fault:
    return failing(status, reason, "Rate limit exceeded")


def failing(status: int, reason: str = "backendError", message: str = "SENTINEL-VENDOR went wrong") -> Fault:
    return Fault(status, json.dumps(_body(status, reason, message, None)).encode())


def not_found(file: str) -> Refused:
    return Refused(404, "notFound", f"File not found: {file}.", "fileId")


def not_allowed() -> Refused:
    return Refused(
        403, "insufficientFilePermissions", "The user does not have sufficient permissions for this file."
    )


def invalid(parameter: str) -> Refused:
    return Refused(400, "invalid", "Invalid Value", parameter)


def without_scope() -> Refused:
    return Refused(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        headers={"www-authenticate": f'{_CHALLENGE}"insufficient_scope"'},
    )


def without_token() -> Refused:
    return Refused(403, "forbidden", "Method doesn't allow unregistered callers.")


def bad_token() -> Refused:
    return Refused(
        401,
        "authError",
        "Invalid Credentials",
        "Authorization",
        headers={"www-authenticate": f'{_CHALLENGE}"invalid_token"'},
    )


def _body(status: int, reason: str, message: str, location: str | None) -> dict[str, Any]:
    entry = {"message": message, "domain": "global", "reason": reason}
    if location is not None:
        kind = "header" if location == "Authorization" else "parameter"
        entry |= {"location": location, "locationType": kind}
    return {"error": {"code": status, "message": message, "errors": [entry]}}
