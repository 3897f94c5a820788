"""Puts the rooms together: the configuration in, the running service out."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import anyio

from policies.call import Tier, Tool, Transport, User
from policies.document import Document
from policies.errors import ConfigurationError
from policies.language_model import installed_version
from policies.limits import Buckets
from policies.secret import Credential
from policies.sources import OWN, AnySource
from server import lapsing, loading
from server.administering.administration import Administration
from server.alerts.delivering import Delivering, enrolled
from server.alerts.masking import Masking
from server.anomalies.findings import Findings
from server.apart import Apart
from server.approvals import Approvals
from server.audit import Audit, open_audit
from server.autonomous.delegations import Delegations
from server.autonomous.mandates import Mandates
from server.configuration import Configuration
from server.connecting import Connecting
from server.connections import Connections
from server.context import sweeping
from server.context.contexts import Contexts
from server.context.memories import Memories
from server.context.results import Results
from server.deciding import Deciding
from server.decisions import Decisions
from server.endings import Endings
from server.enforcing import refuse_old
from server.executor import Executor
from server.gate import Gate
from server.halting.recording import Recording
from server.identity import Identity
from server.inventory import START, Inventory, entries, known
from server.keys import Keys, Ring, open_keys, open_masters, resolve, store_password
from server.limits import Limits
from server.loading import Loading
from server.monitoring import Monitoring
from server.oauth.granting import Granting
from server.oauth.renewing import Renewing
from server.oauth.revoking import Revoking
from server.oauth.servers import authorization_servers
from server.outgoing import Outgoing
from server.own.connector import TOOLS as OWN_TOOLS
from server.own.connector import Own, OwnSession
from server.pages.tickets import Tickets
from server.pipeline import Pipeline
from server.recovery import Recovery
from server.redaction import Redaction
from server.remembering import Remembered
from server.rollback import Rollback
from server.sources import Sources
from server.steady_clock import SteadyClock
from server.store import Store, open_store
from server.switches import Switches
from server.telemetry.tracing import open_tracing
from server.transaction import now_ms
from server.turns import Turns
from server.vault import Connected, Vault
from tools.catalogue import Catalogue, connect, with_twins
from tools.connector import Finding

log = logging.getLogger("remit.start")

GRACE = 5  # seconds beyond a source's own time limit, for its connector to say so itself


@dataclass(frozen=True, slots=True)
class Service:
    """A remit that can answer calls. `address` is where people reach its pages."""

    name: str
    pipeline: Pipeline
    identity: Identity
    catalogue: Catalogue
    switches: Switches
    store: Store
    deciding: Deciding
    connecting: Connecting
    endings: Endings
    halting: Recording
    monitoring: Monitoring
    inventory: Inventory
    administration: Administration
    remembered: Remembered
    redaction: Loading
    keys: Keys = field(repr=False)
    address: str


@asynccontextmanager
async def assemble(
    configuration: Configuration, sources: Mapping[str, Connected] | None = None
) -> AsyncGenerator[Service]:
    """`sources` stand in for the connections that the configuration describes.

    Raises `ConfigurationError` for what must not run, an over-privileged role among it.
    """
    installed_version()
    document, policy = configuration.document, configuration.policy
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(document, store_password(document)))
        masters = await open_masters(document, store)
        keys = await open_keys(masters, store)
        told = await enrolled(document, store)
        sources = connected(document) if sources is None else sources
        for source in sources.values():
            stack.push_async_callback(source.connector.close)
        settings = {name: source.settings for name, source in sources.items()}
        inventory = Inventory(settings)
        records = await store.read(entries)
        new = [name for name in sources if inventory.tests_itself(name, records.get(name))]
        tried = {name: it for name, it in sources.items() if inventory.may_be_tried(name, records.get(name))}
        refuse_what_is_unsafe(await inspect(tried))
        deadlines = {name: source.settings.timeout + GRACE for name, source in sources.items()}
        mandates = Mandates(Delegations(document.scopes), settings, SteadyClock())
        redaction = Loading(
            partial(
                loading.load,
                watching=document.injection.detector,
                recognizers=document.redaction.recognizers,
            )
        )
        turns = Turns()
        memories = Memories(
            store,
            (keys.derive("prints"), keys.derive("memories")),
            settings,
            loading=redaction,
            turns=turns,
            may_act=lambda user, transport: any(catalogue.is_open(user, tool, transport) for tool in acting),
        )
        audit = await stack.enter_async_context(
            open_audit(
                store,
                keys,
                document.audit,
                document.within(document.audit.checkpoints),
                leases={name: round(seconds * 1000) for name, seconds in deadlines.items()},
                memories=memories,
                mandates=mandates,
            )
        )
        for name in new:
            await inventory.take_in(store, audit, name)
        monitoring = Monitoring.of(store, audit, document.anomalies)
        await tell_what_is_outside(inventory, store, audit, monitoring.findings)
        decisions, tickets = Decisions(store, audit), Tickets(store, keys)
        ring = Ring(store, masters)
        connections = Connections(store, audit, ring)
        contexts = Contexts(store, ring, keys.derive("pseudonyms"), document.context)
        results = Results(store, ring, document.results)
        servers = authorization_servers(sources, document.root)

        def is_open(user: User, tool: Tool, transport: Transport) -> bool:
            return catalogue.is_open(user, tool, transport)

        open_to = Sources(sources, is_open)
        vault = Vault(
            sources,
            Own(OwnSession(store, audit.actions, connections, open_to, contexts, results)),
            connections,
            Renewing(store, ring, connections, servers),
            enabled=partial(inventory.hold, store),
        )
        recovery = Recovery(store, audit, vault)
        await recovery.look()
        tools = [
            *with_twins(tool for source in sources.values() for tool in source.connector.tools),
            *OWN_TOOLS,
        ]
        identity = Identity(document.identity.local, document.identity.oidc)
        switches = Switches(store, inventory, mandates.delegations)
        await switches.look()
        remembered = Remembered(store)
        await remembered.look()

        acting = [tool for tool in tools if tool.tier is Tier.ACT and tool.source != OWN]
        catalogue = Catalogue(tools, Gate(switches, policy, open_to, acting))
        await refuse_old(store, policy)
        await audit.put(
            "", lambda _: {"event": "serving", "catalogue": catalogue.version, "policy": policy.version}
        )
        halting = Recording(store, audit)
        stack.push_async_callback(monitoring.watch.stop)
        _keep_going(
            stack,
            halting.watch(),
            monitoring.run(),
            recovery.watch(),
            lapsing.watch(connections),
            sweeping.watch(contexts, results),
            Delivering(store, told, Masking(redaction)).watch(),
            *([Revoking(store, audit, ring, connections, servers).watch()] if servers else ()),
        )
        yield Service(
            document.server.name,
            (await stack.enter_async_context(open_tracing(document)))(
                Pipeline(
                    audit=audit,
                    identity=identity,
                    rollback=Rollback(store, audit.actions),
                    catalogue=catalogue,
                    policy=policy,
                    limits=Limits(
                        store,
                        Buckets(document.limits, document.sources),
                        inventory,
                        document.context,
                        monitoring.findings,
                        switch=document.kill_switch,
                        clock=mandates.clock,
                    ),
                    contexts=contexts,
                    vault=vault,
                    approvals=Approvals(
                        store,
                        audit.actions,
                        decisions,
                        Outgoing(settings, document.directory, document.flow, memories, redaction, turns),
                        mandates,
                        questions_per_hour=document.limits.questions_per_hour,
                    ),
                    executor=Executor({OWN: GRACE, **deadlines}, audit.guard),
                    redaction=Redaction(
                        redaction,
                        settings,
                        contexts,
                        results,
                        turns,
                        Apart(
                            turns,
                            watching=document.injection.detector,
                            recognizers=document.redaction.recognizers,
                        ),
                    ),
                )
            ),
            identity,
            catalogue,
            switches,
            store,
            Deciding(store, audit.actions, decisions, policy, catalogue),
            Connecting(
                sources,
                connections,
                tickets,
                audit,
                Granting(servers, tickets),
                admitted=partial(inventory.hold_on_record, store, audit, finding=monitoring.findings.outside),
            ),
            Endings(store, audit, connections, decisions),
            halting,
            monitoring,
            inventory,
            Administration.of(
                document,
                store=store,
                keys=keys,
                monitoring=monitoring,
                policy=policy,
                catalogue=catalogue,
                inventory=inventory,
                delegations=mandates.delegations,
            ),
            remembered,
            redaction,
            keys,
            document.server.url,
        )


async def tell_what_is_outside(inventory: Inventory, store: Store, audit: Audit, findings: Findings) -> None:
    """What is beside the way that sources are enabled, on record; and reviews that are due."""
    has = await store.read(known)
    for finding in inventory.outside(has):
        await inventory.alert(audit, finding.source, START, finding.what, findings.outside)
        log.warning(finding.what, extra={"source": finding.source, "remedy": finding.remedy})
    for finding in inventory.due(has.entries, await store.read(now_ms)):
        log.warning(finding.what, extra={"source": finding.source, "remedy": finding.remedy})


def _keep_going(stack: AsyncExitStack, *watching: Coroutine[None, None, None]) -> None:
    for each in watching:
        task = asyncio.create_task(each)
        task.add_done_callback(_report)
        stack.push_async_callback(_stopped, task)


def _report(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("something that watches has stopped: restart this server", exc_info=error)


async def _stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait({task})


def connected(document: Document) -> Mapping[str, Connected]:
    """Every source with its connector and credential; nothing is reached yet. Raises `ConfigurationError`."""
    return {name: _connection(name, source, document) for name, source in document.sources.items()}


def _connection(name: str, source: AnySource, document: Document) -> Connected:
    secret = partial(resolve, root=document.root)
    credential = Credential(secret(source.shared_secret)) if source.shared_secret else None
    connector = connect(name, source, document.root, secret)
    verbs = [tool.verb for tool in connector.tools]
    if strange := sorted(source.tool_limits.keys() - set(verbs)):
        raise ConfigurationError(
            f"{name} has no tool {strange[0]}",
            where=f"sources.{name}.tool_limits",
            remedy=f"It has: {', '.join(verbs)}.",
        )
    return Connected(source, connector, credential)


async def inspect(sources: Mapping[str, Connected]) -> list[Finding]:
    """What is wrong with any source that has a credential to look with, or can be looked at without one."""
    findings: list[Finding] = []

    async def look(source: Connected) -> None:
        findings.extend(await source.connector.inspect(source.credential))

    async with anyio.create_task_group() as tasks:
        for source in sources.values():
            if not source.settings.takes_accounts or source.settings.is_seen_by_anybody:
                tasks.start_soon(look, source)
    return findings


def refuse_what_is_unsafe(findings: list[Finding]) -> None:
    """Raises `ConfigurationError` for the first fatal finding; what can mend itself is only logged."""
    for finding in findings:
        if finding.fatal:
            raise ConfigurationError(finding.what, where=f"sources.{finding.source}", remedy=finding.remedy)
        log.warning(finding.what, extra={"source": finding.source, "remedy": finding.remedy})
