"""The authorization servers of the sources that have one."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from policies.errors import ConfigurationError
from server.keys import resolve
from server.oauth.far import AuthorizationServer
from tools.outbound.tls import Tls, client_context

if TYPE_CHECKING:
    from server.vault import Connected


def authorization_servers(
    sources: Mapping[str, "Connected"], root: Path
) -> Mapping[str, AuthorizationServer]:
    """`root` is the folder of the configuration. Nothing is reached yet. Raises `ConfigurationError`."""
    found: dict[str, AuthorizationServer] = {}
    for name, source in sources.items():
        settings, known = source.settings.authorized_by, source.connector.authorization
        if settings is None:
            continue
        if known is None:
            raise ConfigurationError(
                f"nobody authorizes a client at {name}",
                where=f"sources.{name}.oauth",
                remedy="Take oauth out: users type a secret of their own instead.",
            )
        secret = resolve(settings.client_secret, root) if settings.client_secret else None
        tls = client_context(Tls.of(f"sources.{name}.oauth", settings, root))
        found[name] = AuthorizationServer(name, settings, known, secret=secret, tls=tls)
    return found
