"""`/sign-out/back-channel`: the issuer's own word that somebody has signed out there.

OpenID Connect Back-Channel Logout 1.0. It needs no browser and no session: the logout token is signed by the
issuer, for this client, and counts once (`policies.bearer.vouch_logout`, section 2.6). The answers are those
of section 2.8; the reason goes to the log alone.
"""

import logging
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from policies.bearer import TokenRefused
from policies.document import Oidc
from policies.errors import AuditUnavailable
from server.endings import Endings
from server.issuer import IssuerUnreachable
from server.pages.forms import FormRefused, sent
from server.pages.openid import OpenId
from server.pages.site import SIGN_OUT

log = logging.getLogger("remit.sign_in")

BACK_CHANNEL: Final = f"{SIGN_OUT}/back-channel"
TOKEN: Final = "logout_token"  # noqa: S105 - a field's name


class LoggingOut:
    def __init__(self, openid: OpenId | None, endings: Endings, oidc: Oidc | None) -> None:
        self._openid = openid
        self._endings = endings
        self._tenant = (oidc.tenant if oidc else None) or ""
        self._ends_connections = bool(oidc and oidc.sign_in and oidc.sign_in.logout_ends_connections)

    async def hear(self, request: Request) -> Response:
        try:
            text = (await sent(request)).get(TOKEN, "")
            await self._log_out(text)
        except (FormRefused, TokenRefused) as refused:
            why = refused.why if isinstance(refused, TokenRefused) else refused.text
            log.warning("a logout token was refused", extra={"why": why})
            return JSONResponse({"error": "invalid_request"}, 400)
        except (IssuerUnreachable, AuditUnavailable) as unavailable:
            why = unavailable.why if isinstance(unavailable, IssuerUnreachable) else unavailable.detail
            log.error("nobody could be signed out", extra={"why": why})  # noqa: TRY400
            return JSONResponse({"error": "temporarily_unavailable"}, 400)
        return Response(status_code=200)

    async def _log_out(self, text: str) -> None:
        """Raises `TokenRefused`, `IssuerUnreachable` or `AuditUnavailable`."""
        if self._openid is None:
            raise TokenRefused("nobody signs in at an issuer here")
        logout = await self._openid.logout(text)
        if not await self._endings.log_out(logout, self._tenant, keep_connections=not self._ends_connections):
            raise TokenRefused("it has counted before")
