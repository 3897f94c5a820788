"""Each user's own account with a source: connected on a page by that person alone, used for nobody else."""

import base64
from typing import Any, Literal

import mcp_types as types
import pytest
from mcp.client import Client

from policies.call import Answer, Approval, Channel, Transport
from policies.errors import AuditUnavailable, NeedsConnection, Refusal, StaleConfirmation, UpstreamFailed
from policies.question import AnswerNeeded
from server import lapsing
from server.approvals import Approvals
from server.commands.credential import listed, revoked
from server.commands.keys import destroy
from server.connections import Connection
from server.protocol.app import App
from server.transaction import Transaction
from tests.server.desk import ADA, BOB, LOOK, URL, WRITE, Account, Desk, fill_in

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T09")]

Era = Literal["auto", "legacy"]


async def test_nobody_reaches_a_source_that_they_have_not_connected(desk: Desk) -> None:
    with pytest.raises(NeedsConnection, match="You have not connected shop"):
        await desk.person(ADA).rows()


async def test_each_user_reaches_it_with_their_own_account(desk: Desk) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    made = await ada.connect(desk.accounts["ada"])
    assert made.status_code == 200
    assert "shop is connected" in made.text
    with pytest.raises(NeedsConnection):
        await bob.rows()
    await bob.connect(desk.accounts["bob"])
    assert [one.used_at for one in await listed(desk.configuration.document)] == [0, 0]
    assert await ada.rows() == [[1, "of ada"]]
    assert [one.used_at > 0 for one in await listed(desk.configuration.document)] == [True, False]
    assert await bob.rows() == [[2, "of bob"]]
    assert (await desk.events()).count("connected") == 2


@pytest.mark.threat("T02")
async def test_what_one_began_another_can_not_finish(desk: Desk) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    path = await ada.offer()
    answer = await bob.connect(desk.accounts["bob"], path)
    assert answer.status_code == 404
    assert desk.accounts["bob"].login not in answer.text
    for person in (ada, bob):
        with pytest.raises(NeedsConnection):
            await person.rows()
    assert "connection_mismatch" in await desk.events()
    assert "connected" not in await desk.events()


async def test_an_offer_is_good_for_one_connection(desk: Desk) -> None:
    ada = desk.person(ADA)
    path = await ada.offer()
    assert (await ada.connect(desk.accounts["ada"], path)).status_code == 200
    assert (await ada.connect(desk.accounts["bob"], path)).status_code == 404
    assert await ada.rows() == [[1, "of ada"]]


async def test_an_account_that_does_not_work_or_can_do_too_much_is_not_kept(desk: Desk) -> None:
    ada = desk.person(ADA)
    wrong = Account(desk.accounts["ada"].login, "wrong-canary")
    mighty = Account("postgres", desk.postgres.password)
    for account, why in ((wrong, "refused the credential"), (mighty, "SUPERUSER")):
        answer = await ada.connect(account)
        assert answer.status_code == 422
        assert why in answer.text
        assert account.password not in answer.text
        with pytest.raises(NeedsConnection):
            await ada.rows()


async def test_nobody_connects_a_source_that_is_not_enabled_and_whoever_tries_is_on_record(
    desk: Desk,
) -> None:
    ada = desk.person(ADA)
    path = await ada.offer()
    await desk.change("UPDATE source_records SET digest = 'of other settings'")
    assert (await ada.connect(desk.accounts["ada"], path)).status_code == 422
    assert "source_outside_inventory" in await desk.events()
    assert await listed(desk.configuration.document) == []


async def test_guessing_is_slow(desk: Desk) -> None:
    ada = desk.person(ADA)
    path = await ada.offer()
    async with ada.browser() as browser:
        told = [
            (await fill_in(browser, path, login=desk.accounts["ada"].login, secret=f"guess {n}")).status_code
            for n in range(6)
        ]
    assert told == [422] * 5 + [429]


@pytest.mark.parametrize("typed", [{"login": "x"}, {"secret": "x"}, {"login": "x", "secret": "y" * 1_001}])
async def test_what_is_not_an_account_is_asked_for_again(desk: Desk, typed: dict[str, str]) -> None:
    ada = desk.person(ADA)
    path = await ada.offer()
    async with ada.browser() as browser:
        answer = await fill_in(browser, path, **typed)
    assert answer.status_code == 422
    assert "Nothing is connected yet" in answer.text


async def test_a_connection_ends_at_once_and_its_secret_is_gone(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    (connection,) = await listed(desk.configuration.document)
    assert (connection.user, connection.source, connection.login) == (
        "ada",
        "shop",
        desk.accounts["ada"].login,
    )
    assert await revoked(desk.configuration.document, connection.id, "she has left")
    assert not await revoked(desk.configuration.document, connection.id, "once more")
    with pytest.raises(NeedsConnection):
        await ada.rows()
    assert await listed(desk.configuration.document) == []
    assert (await desk.events()).count("disconnected") == 1


@pytest.mark.threat("T28")
@pytest.mark.parametrize("how", ["ended", "due"])
async def test_with_a_connection_go_the_results_that_came_over_it(desk: Desk, how: str) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    for person in (ada, bob):
        await person.connect(desk.accounts[person.who.user])
        await person.rows()
    await desk.change(
        "INSERT INTO context_results SELECT user_id, id, 'shop', '', now_ms(), turns, '' FROM contexts"
    )
    if how == "ended":
        (connection,) = [one for one in await listed(desk.configuration.document) if one.user == "ada"]
        assert await revoked(desk.configuration.document, connection.id, "she has left")
    else:
        await desk.change("UPDATE connections SET due_at = now_ms() WHERE user_id = 'ada'")
        assert await lapsing.sweep(desk.service.connecting.connections) == 1
    assert await desk.service.store.read(_kept_results) == ["bob"]


def _kept_results() -> Transaction[list[str]]:
    rows = yield "SELECT id FROM context_results", ()
    return [row[0] for row in rows]


async def test_who_connects_anew_ends_what_was_connected_before_on_record(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    await desk.change("UPDATE connections SET due_at = 1")
    await ada.connect(desk.accounts["ada"])
    found = [event for event in await desk.events() if event in {"connected", "disconnected"}]
    assert found == ["connected", "disconnected", "connected"]


async def test_a_person_ends_their_own_and_nobody_elses(desk: Desk) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    await ada.connect(desk.accounts["ada"])
    (connection,) = await listed(desk.configuration.document)
    async with bob.browser() as browser:
        page = await browser.get("/connections")
        assert connection.id not in page.text
    async with ada.browser() as browser:
        page = await browser.get("/connections")
        form = page.text.partition(f'action="/connections/{connection.id}"')[2].partition('value="')[2]
        fields = {"form": form.partition('"')[0]}
        assert (await browser.post(f"/connections/{connection.id}", data=fields)).status_code == 303
    with pytest.raises(NeedsConnection):
        await ada.rows()


async def test_an_action_is_not_begun_over_a_connection_that_has_ended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    with pytest.raises(AnswerNeeded) as asked:
        await ada.call("shop_write", WRITE)
    yes = Answer(asked.value.question.action, Channel.TERMINAL, yes=True)
    ask = Approvals.ask

    async def ask_and_end(*arguments: Any) -> Approval:
        # As late as it can be: all is planned and confirmed, and the intent is about to be put on record.
        approval = await ask(*arguments)
        (connection,) = await listed(desk.configuration.document)
        assert await revoked(desk.configuration.document, connection.id, "just now")
        return approval

    monkeypatch.setattr(Approvals, "ask", ask_and_end)
    with pytest.raises(StaleConfirmation, match="has ended"):
        await ada.call("shop_write", WRITE, yes)
    async with desk.postgres.admin(desk.database) as admin:
        assert await admin.fetchval("SELECT note FROM orders WHERE id = 1") == "of ada"


async def test_a_yes_over_one_account_is_none_over_another(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    with pytest.raises(AnswerNeeded) as asked:
        await ada.call("shop_write", WRITE)
    await desk.change("UPDATE connections SET due_at = 1")
    await ada.connect(desk.accounts["ada"])
    yes = Answer(asked.value.question.action, Channel.TERMINAL, yes=True)
    with pytest.raises(AnswerNeeded) as again:
        await ada.call("shop_write", WRITE, yes)
    assert again.value.question.stale
    assert await ada.rows() == [[1, "of ada"]]


async def test_an_action_over_ones_own_connection_is_done_and_taken_back(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    done = ""
    for tool, arguments in (("shop_write", WRITE), ("remit_undo", {"id": "later"})):
        given = {"id": done} if done else arguments
        with pytest.raises(AnswerNeeded) as asked:
            await ada.call(tool, given)
        yes = Answer(asked.value.question.action, Channel.TERMINAL, yes=True)
        done = (await ada.call(tool, given, yes)).action
        shown = await ada.rows()
        assert shown == [[1, "paid" if tool == "shop_write" else "of ada"]]


async def test_a_connection_that_is_due_has_to_be_made_anew(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    await desk.change("UPDATE connections SET due_at = 1")
    with pytest.raises(NeedsConnection, match="due to be renewed"):
        await ada.rows()
    with pytest.raises(NeedsConnection):
        await ada.call("remit_connect", {"source": "shop"})
    assert (await ada.call("remit_sources", {})).structured["rows"] == [
        [
            *("shop", "postgres", "confidential", "no", None, None),
            "ended on 1970-01-01, when it was due: the user connects it anew with remit_connect",
        ]
    ]
    await ada.connect(desk.accounts["ada"])
    assert await ada.rows() == [[1, "of ada"]]


@pytest.mark.threat("T37")
async def test_a_secret_that_was_moved_to_another_row_does_not_open(desk: Desk) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    await ada.connect(desk.accounts["ada"])
    await bob.connect(desk.accounts["bob"])
    await desk.change(
        "UPDATE connections SET sealed = (SELECT sealed FROM connections WHERE user_id = 'ada') "
        "WHERE user_id = 'bob'"
    )
    with pytest.raises(AuditUnavailable):
        await bob.rows()
    with pytest.raises(NeedsConnection):  # it was ended, on record
        await bob.rows()
    assert "disconnected" in await desk.events()
    assert await ada.rows() == [[1, "of ada"]]


async def test_a_row_that_is_given_to_another_user_does_not_open(desk: Desk) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    await ada.connect(desk.accounts["ada"])
    await desk.change("UPDATE connections SET user_id = 'bob'")
    with pytest.raises(AuditUnavailable):
        await bob.rows()


@pytest.mark.threat("T37")
async def test_the_store_alone_tells_no_password(desk: Desk) -> None:
    await desk.person(ADA).connect(desk.accounts["ada"])
    password = desk.accounts["ada"].password.encode()
    kept = b"".join(file.read_bytes() for file in desk.folder.glob("remit.db*"))
    for form in (password, password.hex().encode(), base64.b64encode(password), base64.b16encode(password)):
        assert form not in kept


async def test_the_password_is_changed_behind_us_and_the_refusal_says_nothing_of_it(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    async with desk.postgres.admin(desk.database) as admin:
        await admin.execute(f"ALTER ROLE {desk.accounts['ada'].login} PASSWORD 'another'")
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
            desk.accounts["ada"].login,
        )
    told = ""
    for _ in range(20):  # each connection that was open is found closed once
        with pytest.raises(UpstreamFailed) as failed:
            await ada.rows()
        told = failed.value.message
        if "credential" in told:
            break
    assert "refused the credential" in told
    assert desk.accounts["ada"].password not in told


@pytest.mark.threat("T37")
async def test_who_destroys_a_tenants_key_ends_its_connections(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    assert await ada.rows() == [[1, "of ada"]]
    assert await destroy(desk.configuration.document, "acme", "they have left") == [1]
    with pytest.raises(AuditUnavailable):
        await ada.rows()
    await ada.connect(desk.accounts["ada"])  # under a new key
    assert await ada.rows() == [[1, "of ada"]]


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_a_client_with_url_mode_opens_the_page_and_the_call_goes_on(desk: Desk, era: Era) -> None:
    ada = desk.person(ADA)
    opened: list[str] = []

    async def person(context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
        del context
        assert isinstance(params, types.ElicitRequestURLParams)
        opened.append(params.url)
        made = await ada.connect(desk.accounts["ada"], params.url.removeprefix(URL))
        assert made.status_code == 200
        return types.ElicitResult(action="accept")

    app = App(desk.service, "1", Transport.STDIO)
    async with Client(app, mode=era, elicitation_callback=person) as client:
        await client.call_tool("shop_query", LOOK)
        await desk.change("UPDATE connections SET due_at = 1")
        result = await client.call_tool("shop_query", LOOK)
    assert len(opened) == 2
    assert result.structured_content is not None
    assert result.structured_content["rows"] == [[1, "of ada"]]


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_any_other_client_is_told_the_way(desk: Desk, era: Era) -> None:
    ada = desk.person(ADA)
    app = App(desk.service, "1", Transport.STDIO)
    async with Client(app, mode=era) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        refusal = await client.call_tool("remit_connect", {"source": "shop"})
        assert refusal.meta is not None
        assert refusal.is_error
        told = refusal.meta["remit/call"]
        assert told["code"] == "needs_connection"
        made = await ada.connect(desk.accounts["ada"], told["url"].removeprefix(URL))
        assert made.status_code == 200
        connected = await client.call_tool("remit_connect", {"source": "shop"})
        sources = await client.call_tool("remit_sources", {})
    assert {"remit_connect", "remit_sources"} <= names
    for answer in (connected, sources):
        assert answer.structured_content is not None
        assert answer.structured_content["rows"][0][:4] == ["shop", "postgres", "confidential", "yes"]


@pytest.mark.parametrize("source", ["shelf", "remit", "shop "])
async def test_there_is_no_way_to_what_is_not_there(desk: Desk, source: str) -> None:
    with pytest.raises(Refusal) as refused:
        await desk.person(ADA).call("remit_connect", {"source": source})
    assert refused.value.code == "not_found"


def test_a_connection_has_no_place_for_a_secret() -> None:
    assert "secret" not in Connection.__dataclass_fields__
