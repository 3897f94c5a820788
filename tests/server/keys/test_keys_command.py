"""`remit keys`, as an administrator uses it."""

import json
from pathlib import Path

import anyio
import pytest

from server.assembly import assemble
from server.configuration import load
from server.demo.organisation import found
from server.keys import Ring, open_masters
from server.keys.local import open_local
from server.store import open_store
from server.transaction import Transaction
from tests.server.keys.test_ring import opens
from tests.server.test_commands import Run, remit

__all__ = ["remit"]


def sealed(configuration: Path, tenant: str = "acme") -> str:
    async def seal() -> str:
        loaded = load(configuration)
        async with assemble(loaded) as service:
            masters = await open_masters(loaded.document, service.store)
            return await Ring(service.store, masters).seal(tenant, "token", "ada")

    return anyio.run(seal)


def opened(configuration: Path, text: str, tenant: str = "acme") -> bool:
    async def open_it() -> bool:
        loaded = load(configuration)
        async with assemble(loaded) as service:
            masters = await open_masters(loaded.document, service.store)
            return await opens(Ring(service.store, masters), tenant, text, "ada")

    return anyio.run(open_it)


def under(configuration: Path, *names: str) -> None:
    """Configures local masters of these names, the current one first."""
    former = ", ".join(f'"file:{name}"' for name in names[1:])
    lines = configuration.read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("master ="))
    rest = [line for line in lines[place + 1 :] if not line.startswith("former =")]
    configuration.write_text(
        "\n".join([*lines[:place], f'master = "file:{names[0]}"', f"former = [{former}]", *rest])
    )


def name(folder: Path, key: str) -> str:
    return open_local(f"file:{key}", folder, make=True).name


@pytest.mark.threat("T37")
def test_a_master_is_rotated_away_and_then_removed(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    text = sealed(configuration)
    old, new = name(tmp_path, "master.key"), name(tmp_path, "new.key")
    under(configuration, "new.key")
    status, _, err = remit("keys", "rotate", "--config", configuration)
    assert status == 1
    assert f"wrapped by the master {old}" in err
    under(configuration, "new.key", "master.key")
    listed = json.loads(remit("keys", "list", "--json", "--config", configuration)[1])
    assert listed["under_former"] == 2
    assert [(each["name"], each["current"], each["keys"]) for each in listed["masters"]] == [
        (new, True, 0),
        (old, False, 2),
    ]
    status, out, _ = remit("keys", "rotate", "--config", configuration)
    assert status == 0
    assert f"{new} wraps all keys: 2 now, 0 before." in out
    assert f"No key needs {old} any more: take it out of keys.former." in out
    again = json.loads(remit("keys", "rotate", "--json", "--config", configuration)[1])
    assert again == {"master": new, "rewrapped": 0, "kept": 2, "removable": [old]}
    under(configuration, "new.key")
    (tmp_path / "master.key").unlink()
    assert opened(configuration, text)
    assert remit("audit", "verify", "--config", configuration)[0] == 0
    assert "keys_rotated" in remit("audit", "search", "--config", configuration)[1]


@pytest.mark.threat("T37")
def test_a_tenants_key_is_destroyed_for_good_and_on_record(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    text, other = sealed(configuration), sealed(configuration, "zeta")
    destroy = ("keys", "destroy", "--tenant", "acme", "--why", "they left", "--config", configuration)
    status, _, err = remit(*destroy, given="no\n")
    assert status == 1
    assert "Nothing was destroyed" in err
    assert opened(configuration, text)
    assert remit(*destroy, given="yes\n")[0] == 0
    assert not opened(configuration, text)
    assert opened(configuration, other, "zeta")
    assert remit(*destroy, "--yes")[0] == 1
    entry = json.loads(
        next(
            line
            for line in remit("audit", "search", "--json", "--config", configuration)[1].splitlines()
            if "key_destroyed" in line
        )
    )
    assert (entry["tenant"], entry["versions"], entry["why"]) == ("acme", [1], "they left")
    listed = remit("keys", "list", "--config", configuration)[1]
    assert "acme 1, made" in listed
    assert "destroyed" in listed


def test_a_new_store_has_no_keys_and_listing_makes_none(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)

    async def only_a_store() -> None:
        async with open_store(load(configuration).document, None):
            pass

    anyio.run(only_a_store)
    for more in ([], ["--json"]):
        status, out, _ = remit("keys", "list", "--config", configuration, *more)
        assert status == 0
        assert "no keys yet" in out or json.loads(out)["root"] is None
    assert not (tmp_path / "master.key").exists()


@pytest.mark.threat("T37")
def test_with_a_tenants_key_its_contexts_end(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    sealed(configuration)

    def begin() -> Transaction[None]:
        for tenant in ("acme", "zeta"):
            yield (
                """INSERT INTO contexts
                (tenant, user_id, client, id, session, begun_at, used_at, turns, sources)
                VALUES ($1, 'ada', 'stdio ', $1, '', 0, 0, 1, '')""",
                (tenant,),
            )
            yield "INSERT INTO context_pages VALUES ($1, 1, 'sealed')", (tenant,)

    def left() -> Transaction[list[str]]:
        rows = yield "SELECT id FROM contexts JOIN context_pages ON context = id", ()
        return [row[0] for row in rows]

    async def write() -> None:
        async with open_store(load(configuration).document, None) as store:
            await store.run(begin)

    async def read() -> list[str]:
        async with open_store(load(configuration).document, None) as store:
            return await store.read(left)

    anyio.run(write)
    destroying = ("keys", "destroy", "--tenant", "acme", "--why", "t", "--yes", "--config", configuration)
    assert remit(*destroying)[0] == 0
    assert anyio.run(read) == ["zeta"]
