"""Sources that an administrator has enabled, and a user connected, before the test begins."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from policies.call import User
from policies.document import Document
from policies.networks import UNRESTRICTED
from policies.secret import Secret
from server.assembly import Service
from server.commands.opened import opened
from server.inventory import Inventory


async def enable_all(document: Document) -> None:
    """As if each had passed its test call: nothing is reached."""
    inventory = Inventory(document.sources)
    async with opened(document) as its:
        for name in document.sources:
            await inventory.test(its.store, its.audit, name, "root", passed=True, unsafe=False)
            assert await inventory.enable(its.store, its.audit, name, "root", "the test needs it") == []


async def connect_all(service: Service, user: User, accounts: Mapping[str, tuple[str, str]]) -> None:
    """Each source with a login, or "", and a secret of the user's own, as they would type it on our page."""
    for source, (login, secret) in accounts.items():
        offer = await service.connecting.find(await service.connecting.offer(user, source, "an editor"), user)
        assert offer is not None
        made = await service.connecting.accept(offer, user, login, Secret(secret), UNRESTRICTED)
        assert made is not None


def tomorrow() -> int:
    """As the end of what is switched on."""
    return round((datetime.now(UTC) + timedelta(days=1)).timestamp() * 1000)
