"""Where a database server is, and how its identity is proven."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from policies.errors import ConfigurationError
from policies.sources import SqlServer
from tools.outbound.tls import ClientContext, Tls, client_context


@dataclass(frozen=True, slots=True)
class Form:
    """Of a kind of server's URLs. `host` is where it is when none is named, `example` and `docs` help out."""

    called: str
    schemes: frozenset[str]
    host: str
    port: int
    example: str
    docs: str


@dataclass(frozen=True, slots=True)
class Address:
    """Parsed by us and handed on part by part.

    A driver would fill gaps from the environment or a file of its user, as PGPASSWORD and ~/.pgpass, and so
    from a credential that nobody connected (threat T09). A host that begins with a slash is a socket's.
    """

    host: str
    port: int
    user: str
    database: str


def parse_address(name: str, source: SqlServer, form: Form) -> Address:
    """Reads `scheme://user@host:port/database`; `host` and `port` may stand in the query instead.

    The user may be left out where each user brings an account of their own. Raises `ConfigurationError`.
    """
    try:
        parts = urlsplit(source.dsn)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        host = unquote(parts.hostname or "") or query.pop("host", "") or form.host
        port = parts.port or int(query.pop("port", str(form.port)))
    except ValueError:
        raise _wrong(name, form, "the dsn is not a database URL") from None
    user, database = unquote(parts.username or ""), unquote(parts.path.removeprefix("/"))
    if parts.scheme not in form.schemes or "/" in database:
        raise _wrong(name, form, f"the dsn is not a {form.called} URL")
    if not database or (not user and source.credential != "user"):
        raise _wrong(name, form, "the dsn names no user or no database")
    if query:
        raise _wrong(name, form, f"the dsn has the parameter {min(query)}, which is not read")
    if "," in host:
        raise _wrong(name, form, "the dsn names several hosts")
    return Address(host, port, user, database)


def tls_context(name: str, source: SqlServer, address: Address, root: Path) -> ClientContext | bool:
    """Built once per source: making one costs more than a query. `False` is no TLS.

    Raises `ConfigurationError` where a file is missing or is no certificate.
    """
    if source.tls_pins and (source.tls == "disable" or address.host.startswith("/")):
        raise ConfigurationError(
            "tls_pins need TLS, and this source is reached without",
            where=f"sources.{name}",
            remedy="Name a host in the dsn and take tls out, or take tls_pins out.",
        )
    if source.tls == "disable":
        return False
    context = client_context(
        Tls(
            f"sources.{name}",
            minimum="1.2",
            ca=root / source.tls_ca if source.tls_ca else None,
            pins=frozenset(source.tls_pins),
            certificate=root / source.tls_certificate if source.tls_certificate else None,
            key=root / source.tls_key if source.tls_key else None,
        )
    )
    context.check_hostname = source.tls == "verify-full"
    # A named authority is there to be checked, whatever the mode.
    if source.tls == "require" and not source.tls_ca:
        context.verify_mode = ssl.CERT_NONE
    return context


def _wrong(name: str, form: Form, message: str) -> ConfigurationError:
    return ConfigurationError(
        message,
        where=f"sources.{name}",
        remedy=f'Write dsn = "{form.example}"; {form.docs} has the other settings.',
    )
