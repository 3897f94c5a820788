"""Where a PostgreSQL is, and how its identity is proven."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from policies.document import Source
from policies.errors import ConfigurationError

_DEFAULT_HOST = "/var/run/postgresql"


@dataclass(frozen=True, slots=True)
class Address:
    """Parsed by us and handed on part by part.

    The driver would fill gaps from PGHOST, PGPASSWORD and ~/.pgpass, and so from a credential that nobody
    connected (threat T09).
    """

    host: str
    port: int
    user: str
    database: str


def parse_address(name: str, dsn: str) -> Address:
    """Reads `postgresql://user@host:port/database`; `host` and `port` may stand in the query instead.

    Raises `ConfigurationError`.
    """
    try:
        parts = urlsplit(dsn)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        host = unquote(parts.hostname or "") or query.pop("host", "") or _DEFAULT_HOST
        port = parts.port or int(query.pop("port", "5432"))
    except ValueError:
        raise _wrong(name, "the dsn is not a database URL") from None
    user, database = unquote(parts.username or ""), unquote(parts.path.removeprefix("/"))
    if parts.scheme not in {"postgresql", "postgres"} or "/" in database:
        raise _wrong(name, "the dsn is not a PostgreSQL URL")
    if not user or not database:
        raise _wrong(name, "the dsn names no user or no database")
    if query:
        raise _wrong(name, f"the dsn has the parameter {min(query)}, which is not read")
    if "," in host:
        raise _wrong(name, "the dsn names several hosts")
    return Address(host, port, user, database)


def tls_context(name: str, source: Source, root: Path) -> ssl.SSLContext | bool:
    """Built once per source: making one costs more than a query. `False` is no TLS.

    Raises `ConfigurationError` where a file is missing or is no certificate.
    """
    if source.tls == "disable":
        return False
    try:
        context = ssl.create_default_context(
            ssl.Purpose.SERVER_AUTH, cafile=str(root / source.tls_ca) if source.tls_ca else None
        )
        if source.tls_certificate:
            context.load_cert_chain(
                root / source.tls_certificate,
                root / source.tls_key if source.tls_key else None,
                password=_no_passphrase,
            )
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        raise _wrong(
            name, "tls_ca, tls_certificate or tls_key can't be read as PEM without passphrase"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = source.tls == "verify-full"
    # A named authority is there to be checked, whatever the mode.
    if source.tls == "require" and not source.tls_ca:
        context.verify_mode = ssl.CERT_NONE
    return context


def _no_passphrase() -> str:
    """Without it OpenSSL would ask on the terminal, and a server would hang there."""
    raise ValueError("the key has a passphrase")


def _wrong(name: str, message: str) -> ConfigurationError:
    return ConfigurationError(
        message,
        where=f"sources.{name}",
        remedy='Write dsn = "postgresql://user@host:5432/database"; docs/postgres.md has the other settings.',
    )
