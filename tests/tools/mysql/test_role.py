"""The account that remit's own SQL makes: it does all that is configured, and nothing else."""

import pytest

from policies.errors import Denied
from policies.secret import Credential, Secret
from tests.mariadb import MariaDB
from tests.proofs import run
from tests.tools.mysql.lab import Lab
from tests.tools.mysql.writer import TABLES, Desk, make_desk
from tools.mysql.privileges import excess, lacking, read, spare_reads
from tools.mysql.role import role_sql
from tools.sql.rules import Relation, Rules

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T09")]
PASSWORD = "made by the test"


async def made(desk: Desk) -> Credential:
    source = desk.lab.source(tables=TABLES | {"books": {**TABLES["books"], "rows": "owner = :territory"}})
    statements = [line for line in role_sql(source, "desk_made").splitlines() if not line.startswith("--")]
    for _ in range(2):
        await desk.lab.run(*statements)
    await desk.lab.run(f"ALTER USER `desk_made`@`%` IDENTIFIED BY '{PASSWORD}' ACCOUNT UNLOCK")
    return Credential(Secret(PASSWORD))


async def test_the_account_that_remit_asks_for_reads_and_writes_and_doctor_has_nothing_to_mend(
    mariadb: MariaDB,
) -> None:
    desk = await make_desk(mariadb, "desk")
    credential = await made(desk)
    connector = desk.with_settings(dsn=mariadb.dsn("desk", "desk_made"))
    told = [finding.what for finding in await connector.inspect(credential)]
    assert told == [
        "desk.careless can't be written: it is of the engine MyISAM, which takes nothing back",
        "desk.keyless can't be written: its key (id) has no unique index of its own, or may be NULL",
    ]
    rows = await run(connector, "query", {"sql": "SELECT id FROM books"}, credential=credential)
    assert len(rows.rows) == 3
    desk.credential = credential
    _, changes = await desk.carry_out(
        await desk.plan("UPDATE books SET stock = 5 WHERE id = 1", connector=connector), connector=connector
    )
    assert changes[0].after == {"stock": "5"}
    await desk.lab.run("GRANT DELETE ON desk.summed TO `desk_made`@`%`")
    await connector.close()
    fresh = desk.with_settings(dsn=mariadb.dsn("desk", "desk_made"))
    with pytest.raises(Denied):
        await run(fresh, "query", {"sql": "SELECT id FROM books"}, credential=credential)
    await fresh.close()
    await desk.connector.close()


async def test_the_account_has_no_way_in_before_it_has_a_password(mariadb: MariaDB) -> None:
    desk = await make_desk(mariadb, "desk")
    first, *_ = role_sql(desk.lab.source(tables=TABLES), "a`b").splitlines()
    assert first == "CREATE USER IF NOT EXISTS `a``b`@'%' REQUIRE SSL ACCOUNT LOCK;"
    await desk.connector.close()


LINES = {
    "GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*AB' REQUIRE SSL": "",
    "GRANT SELECT (`id`, `odd``name, x`) ON `lab`.`orders` TO `u`@`%`": "",
    "GRANT SELECT, SHOW VIEW ON `lab`.* TO `u`@`%`": "",
    "GRANT EXECUTE ON FUNCTION `lab`.`open_one` TO `u`@`%`": "",
    "GRANT `r` TO `u`@`%`": "has a role",
    "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION": "has a role",
    "SET DEFAULT ROLE `r` FOR `u`@`%`": "has a role",
    "GRANT SELECT ON `lab`.`orders` TO `u`@`%` WITH GRANT OPTION": "pass its rights on",
    "GRANT ALL PRIVILEGES ON `lab`.* TO `u`@`%`": "has ALL PRIVILEGES",
    "GRANT SELECT, RELOAD, SOMETHING NEW ON *.* TO `u`@`%`": "has RELOAD",
    "GRANT BACKUP_ADMIN ON *.* TO `u`@`%`": "another kind",
    "GRANT select ON `lab`.`orders` TO `u`@`%`": "another kind",
    "GRANT EXECUTE ON PROCEDURE `lab`.`open_one` TO `u`@`%`": "may call the procedure",
    "GRANT EXECUTE ON FUNCTION `lab`.`other` TO `u`@`%`": "may call the function",
    "GRANT DELETE ON `lab`.`orders` TO `u`@`%`": "may DELETE",
    "whatever a server may say": "has a role",
}


@pytest.mark.parametrize(("line", "told"), LINES.items())
async def test_whatever_a_grant_says_beyond_reading_is_too_much(lab: Lab, line: str, told: str) -> None:
    rules = Rules.of(lab.source(functions=["open_one"]))
    found = excess(read([line]), rules)
    assert (told in " ".join(found)) if told else found == []


async def test_names_with_odd_signs_are_told_apart(lab: Lab) -> None:
    rules = Rules.of(lab.source())
    held = read(["GRANT SELECT (`id`, `odd``name, x`) ON `lab`.`orders` TO `u`@`%`"])
    assert held.may("SELECT", Relation("lab", "orders"), "ODD`NAME, X")
    assert spare_reads(held, rules, {}) == ["lab.orders"]
    assert any(each.startswith("GRANT SELECT (`amount`") for each in lacking(held, rules))
