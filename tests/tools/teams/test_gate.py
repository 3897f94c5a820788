"""The pretend Graph, driven by a client that is not ours, which takes it for the real one."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from O365 import Account, MSGraphProtocol  # type: ignore[import-untyped]
from requests import HTTPError, Session

from tests.backlot import MINUTES
from tests.loopback import HERE
from tests.tools.rest.faults import Fault
from tests.tools.teams.team import Team

Client = Callable[[str], Any]


@pytest.fixture
def client(team: Team) -> Client:
    team.gate.links = team.url

    def made(token: str) -> Any:
        protocol = MSGraphProtocol()
        protocol.protocol_url, protocol.service_url = f"{team.url}/", f"{team.url}/v1.0/"
        account = Account(("remit", "made up"), protocol=protocol, request_retries=0, requests_delay=0)
        account.con.session = Session()
        account.con.session.headers["Authorization"] = f"Bearer {token}"
        return account.teams()

    return made


def ask(team: Team, method: str, path: str, token: str, body: Any = None) -> httpx2.Response:
    """Where O365 has no word for it."""
    headers = {"authorization": f"Bearer {token}"}
    return httpx2.request(method, f"{team.url}/v1.0/{path}", json=body, headers=headers, **HERE)


def channel_of(team: Team, client: Any, name: str) -> Any:
    (joined,) = client.get_my_teams()
    assert joined.object_id == team.id
    return next(each for each in joined.get_channels() if each.display_name == name)


def test_each_user_sees_the_channels_that_they_are_in(team: Team, client: Client) -> None:
    def mine(login: str) -> set[str]:
        (joined,) = client(team.give(login)).get_my_teams()
        return {each.display_name for each in joined.get_channels()}

    assert mine("ada") == {"general", "shop", "notes", "board"}
    assert mine("bob") == {"general", "shop", "notes"}
    board = team.channel("board").replace("/", "/channels/")
    for path in (f"teams/{board}", f"teams/{board}/messages"):
        assert ask(team, "GET", path, team.give("bob")).status_code == 403
    team.gate.outside.add("eve")
    assert client(team.give("eve")).get_my_teams() == []


def test_a_message_is_posted_and_answered_and_pages_lead_on(team: Team, client: Client) -> None:
    ada, bob = (channel_of(team, client(team.give(login, acts=True)), "shop") for login in ("ada", "bob"))
    root = ada.send_message("See https://a.example/x")
    assert (root.content, root.content_type, root.from_display_name) == (
        "See https://a.example/x",
        "text",
        "Ada Lovelace",
    )
    for number in range(3):
        root.send_reply(f"Reply {number}")
        bob.send_message(f"Message {number}")
    told = [each.content for each in bob.get_messages(batch=2)]
    assert told[:4] == ["Message 2", "See https://a.example/x", "Message 1", "Message 0"]
    said = next(each for each in bob.get_messages() if each.content.startswith("See"))
    assert [each.content for each in said.get_replies(batch=2)] == ["Reply 2", "Reply 1", "Reply 0"]
    assert bob.get_message(root.object_id).content == "See https://a.example/x"


def test_what_backlot_has_is_told_by_backlot(team: Team, client: Client) -> None:
    notes = channel_of(team, client(team.give("bob")), "notes")
    first = next(each for each in notes.get_messages() if each.object_id == MINUTES)
    assert "<at id=" in first.content
    assert len(list(first.get_replies())) == 3
    own = team.gate.say("ada", team.channel("notes"), "In memory").told()
    (there,) = (each for each in team.gate.behind.graph(_messages(team, "notes"), "ada")["value"][-2:-1])
    assert own.keys() == there.keys()
    assert own["from"]["user"].keys() == there["from"]["user"].keys()


def _messages(team: Team, channel: str) -> str:
    return f"teams/{team.channel(channel).replace('/', '/channels/')}/messages"


def test_a_message_is_changed_deleted_and_put_back_by_whoever_wrote_it(team: Team) -> None:
    message = team.post("ada", "shop", "Old")
    ada, bob = (team.give(login, acts=True) for login in ("ada", "bob"))
    at = f"{_messages(team, 'shop')}/{message}"
    body = {"body": {"contentType": "text", "content": "New"}}
    assert ask(team, "PATCH", at, bob, body).status_code == 403
    assert ask(team, "PATCH", at, ada, body).status_code == 204
    told = ask(team, "GET", at, bob).json()
    assert (told["body"]["content"], told["lastEditedDateTime"] is None) == ("New", False)
    assert ask(team, "POST", f"{at}/softDelete", ada).status_code == 204
    told = ask(team, "GET", at, bob).json()
    assert (told["body"]["content"], told["deletedDateTime"] is None) == ("", False)
    assert ask(team, "POST", f"{at}/undoSoftDelete", ada).status_code == 204
    assert ask(team, "GET", at, bob).json()["body"]["content"] == "New"


def test_chats_are_of_those_who_are_in_them(team: Team, client: Client) -> None:
    team.chat("ada", "eve", topic="Lunch")
    (chat,) = client(team.give("ada", acts=True, direct=True)).get_my_chats()
    chat.send_message("At one")
    assert [each.content for each in chat.get_messages()] == ["At one"]
    assert {each.display_name for each in chat.get_members()} == {"Ada Lovelace", "Eve Moneypenny"}
    assert list(client(team.give("bob")).get_my_chats()) == []


def test_messages_are_found_where_the_user_may_read(team: Team) -> None:
    team.post("ada", "shop", "The basket is slow")
    team.post("ada", "board", "The basket is secret")

    def found(login: str) -> list[str]:
        wanted = {"entityTypes": ["chatMessage"], "query": {"queryString": '"basket is"'}, "size": 25}
        told = ask(team, "POST", "search/query", team.give(login), {"requests": [wanted]}).json()
        (container,) = told["value"][0]["hitsContainers"]
        return [hit["summary"] for hit in container["hits"]]

    assert len(found("ada")) == 2
    assert found("bob") == ["...The basket"]


def test_tokens_end_and_have_permissions(team: Team, client: Client) -> None:
    token = team.give("ada")
    channel = channel_of(team, client(token), "shop")
    with pytest.raises(HTTPError):
        channel.send_message("No")
    body = {"body": {"content": "No"}}
    assert ask(team, "POST", _messages(team, "shop"), token, body).status_code == 403
    team.gate.end(token)
    assert ask(team, "GET", "me", token).status_code == 401


def test_it_fails_as_it_is_told(team: Team, client: Client) -> None:
    channel = channel_of(team, client(team.give("ada", acts=True)), "shop")
    team.gate.faults = [Fault(429, headers={"retry-after": "30"})]
    with pytest.raises(HTTPError) as refused:
        channel.get_messages()
    answer: Any = refused.value.response
    assert answer.headers["retry-after"] == "30"
    team.gate.losses = [Fault(502)]
    with pytest.raises(HTTPError):
        channel.send_message("Done all the same")
    assert team.texts("shop") == ["Done all the same"]
