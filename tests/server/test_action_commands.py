"""`remit actions`, `undo` and `approvals`, as a person at a terminal uses them."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from policies.call import Caller, Request, Transport
from policies.question import AnswerNeeded
from server.assembly import assemble
from server.commands.approvals import NOTHING
from server.configuration import load
from server.demo.organisation import found
from tests.server.confirmed import Confirmed
from tests.server.test_commands import Run, remit

__all__ = ["remit"]

WRITE = {"sql": "UPDATE orders SET status = 'paid' WHERE id = 3"}
FOUR_EYES = 'forbid (principal, action == Action::"act_unapproved", resource);'


def action_of(configuration: Path) -> str:
    """What ada did, by its id."""

    async def act() -> str:
        async with assemble(load(configuration)) as service:
            return (await Confirmed(service).call("shop_write", **WRITE)).action

    return anyio.run(act)


def test_an_action_is_listed_and_taken_back_at_the_terminal(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    action = action_of(configuration)
    listed = json.loads(remit("actions", "--json", "--config", configuration)[1])
    assert (listed["id"], listed["state"], listed["undo"]) == (action, "done", "yes")
    assert (listed["user"], listed["confirmed_by"], listed["targets"]) == ("ada", "terminal", "orders")
    assert remit("actions", "--user", "bob", "--config", configuration)[1] == "No such action.\n"
    status, _, err = remit("undo", action, "--config", configuration, given="no\n")
    assert status == 1
    assert 'status: "paid" -> "cancelled"' in err
    assert "declined" in err


def test_a_yes_at_the_terminal_takes_it_back_once(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    action = action_of(configuration)
    status, out, _ = remit("undo", action, "--config", configuration, given="yes\n")
    assert status == 0
    assert "Done, as action" in out
    status, _, err = remit("undo", action, "--config", configuration, given="yes\n")
    assert status == 1
    assert "taken back already" in err
    assert "undo: taken back" in remit("actions", "--config", configuration)[1]
    assert remit("undo", "no-such", "--config", configuration)[0] == 1


def test_what_was_changed_since_is_shown_three_ways(remit: Run, tmp_path: Path) -> None:
    import apsw

    configuration = found(tmp_path)
    action = action_of(configuration)
    connection: Any = apsw.Connection(str(tmp_path / "shop.db"))
    connection.execute("UPDATE orders SET status = 'lost' WHERE id = 3")
    connection.close()
    status, _, err = remit("undo", action, "--config", configuration, given="yes\n")
    assert status == 1
    assert 'status was "cancelled", then "paid", is now "lost"' in err


@pytest.mark.threat("T16")
def test_a_second_person_approves_at_the_terminal(remit: Run, tmp_path: Path) -> None:
    configuration = found(tmp_path)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/four.cedar").write_text(FOUR_EYES)
    text = configuration.read_text().replace('act = ["analyst"]', 'act = ["analyst"]\napprove = ["analyst"]')
    configuration.write_text(f'{text}\n[policy]\npath = "policy"\n')
    lead = tmp_path / "lead.toml"
    lead.write_text(configuration.read_text().replace('user = "ada"', 'user = "grace"'))
    action = anyio.run(partial(asked, configuration))
    assert action in remit("approvals", "list", "--config", configuration)[1]
    assert remit("approvals", "approve", action, "--why", "mine", "--config", configuration)[:2] == (
        1,
        f"{NOTHING}\n",
    )
    waiting = json.loads(remit("approvals", "list", "--json", "--config", lead)[1])
    assert (waiting["id"], waiting["role"], waiting["requester"]) == (action, "approve", "ada")
    assert 'status: "cancelled" -> "paid"' in remit("approvals", "list", "--config", lead)[1]
    assert remit("approvals", "approve", action, "--why", "agreed", "--config", lead)[0] == 0
    assert remit("approvals", "list", "--config", lead)[1] == "Nothing waits for you.\n"
    events = remit("audit", "search", "--json", "--user", "grace", "--config", lead)[1]
    assert [(entry["event"], entry["why"]) for entry in map(json.loads, events.splitlines())] == [
        ("approved", "agreed")
    ]


async def asked(configuration: Path) -> str:
    async with assemble(load(configuration)) as service:
        request = Request("c" * 32, Caller(Transport.STDIO, "a client"), "shop_write", WRITE)
        with pytest.raises(AnswerNeeded) as needed:
            await service.pipeline.run(request)
        return needed.value.question.action
