"""All that administrators have before them, put together."""

from dataclasses import dataclass
from typing import Self

from policies.decision import Policy
from policies.document import Document
from server.administering.delegating import Delegating
from server.administering.figures import Figures
from server.administering.halts import Halts
from server.administering.rights import Administrators
from server.administering.sources import Sources
from server.administering.work import Work
from server.autonomous.delegations import Delegations
from server.inventory import Inventory
from server.keys import Keys
from server.monitoring import Monitoring
from server.store import Store
from tools.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Administration:
    """Of one process. Make it with `of`."""

    administrators: Administrators
    halts: Halts
    delegating: Delegating
    work: Work
    sources: Sources
    figures: Figures

    @classmethod
    def of(
        cls,
        document: Document,
        *,
        store: Store,
        keys: Keys,
        monitoring: Monitoring,
        policy: Policy,
        catalogue: Catalogue,
        inventory: Inventory,
        delegations: Delegations,
    ) -> Self:
        audit = monitoring.audit
        return cls(
            Administrators(store, policy, catalogue),
            Halts(
                store,
                audit,
                document.sources,
                document.kill_switch.lifted_by,
                keys.derive("lifting on the console"),
            ),
            Delegating(store, audit, delegations),
            Work(store),
            Sources(store, inventory, catalogue),
            Figures(
                store,
                inventory,
                document.anomalies,
                lambda: monitoring.watch.volume_ratio,
                context_minutes=document.context.minutes,
            ),
        )
