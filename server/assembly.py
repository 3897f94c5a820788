"""Puts the rooms together: the configuration in, the running service out."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import anyio
import anyio.to_thread

from policies.document import Document, Source
from policies.errors import ConfigurationError
from policies.limits import Rate
from policies.redaction import Redactor
from server.approvals import Approvals
from server.audit import open_audit
from server.configuration import Configuration
from server.executor import Executor
from server.identity import Identity
from server.keys import open_keys, resolve, store_password
from server.limits import Limits
from server.pipeline import Pipeline
from server.store import open_store
from server.vault import Connected, Vault
from tools.catalogue import Catalogue, connect
from tools.connector import Finding

log = logging.getLogger("remit.start")

GRACE = 5  # seconds beyond a source's own time limit, for its connector to say so itself


@dataclass(frozen=True, slots=True)
class Service:
    """A remit that can answer calls."""

    name: str
    pipeline: Pipeline
    identity: Identity
    catalogue: Catalogue


@asynccontextmanager
async def assemble(configuration: Configuration) -> AsyncGenerator[Service]:
    """Raises `ConfigurationError` for what must not run, an over-privileged role among it."""
    document, policy = configuration.document, configuration.policy
    async with AsyncExitStack() as stack:
        redactor = await anyio.to_thread.run_sync(Redactor)
        keys = open_keys(document.keys.master, document.root)
        store = await stack.enter_async_context(open_store(document, store_password(document)))
        sources = connections(document)
        for source in sources.values():
            stack.push_async_callback(source.connector.close)
        refuse_what_is_unsafe(await inspect(sources))
        audit = await stack.enter_async_context(
            open_audit(store, keys, document.audit, document.within(document.audit.checkpoints))
        )
        tools = [tool for source in sources.values() for tool in source.connector.tools]
        identity = Identity(document.identity.local)
        catalogue = Catalogue(tools, policy.require)
        yield Service(
            document.server.name,
            Pipeline(
                audit=audit,
                identity=identity,
                catalogue=catalogue,
                policy=policy,
                limits=Limits(store, Rate(document.limits.calls_per_minute, document.limits.burst)),
                vault=Vault(sources),
                approvals=Approvals(),
                executor=Executor({name: s.settings.timeout + GRACE for name, s in sources.items()}),
                redactor=redactor,
            ),
            identity,
            catalogue,
        )


def connections(document: Document) -> Mapping[str, Connected]:
    """Every source with its connector and credential; nothing is reached yet. Raises `ConfigurationError`."""
    return {name: _connection(name, source, document) for name, source in document.sources.items()}


def _connection(name: str, source: Source, document: Document) -> Connected:
    security = source.row_security
    key = resolve(security.key, document.root) if security else None
    credential = resolve(source.password, document.root) if source.password else None
    return Connected(source, connect(name, source, document.root, key), credential)


async def inspect(sources: Mapping[str, Connected]) -> list[Finding]:
    """What is wrong with any source that has a credential to look with."""
    findings: list[Finding] = []

    async def look(source: Connected) -> None:
        findings.extend(await source.connector.inspect(source.credential))

    async with anyio.create_task_group() as tasks:
        for source in sources.values():
            if not source.needs_user:
                tasks.start_soon(look, source)
    return findings


def refuse_what_is_unsafe(findings: list[Finding]) -> None:
    """Raises `ConfigurationError` for the first fatal finding; what can mend itself is only logged."""
    for finding in findings:
        if finding.fatal:
            raise ConfigurationError(finding.what, where=f"sources.{finding.source}", remedy=finding.remedy)
        log.warning(finding.what, extra={"source": finding.source, "remedy": finding.remedy})
