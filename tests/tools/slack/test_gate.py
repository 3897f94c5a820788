"""The pretend Slack, driven by Slack's own client, which takes it for the real one."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.tools.rest.faults import Fault
from tests.tools.slack.workspace import Workspace

Client = Callable[[str], Any]


@pytest.fixture
def client(workspace: Workspace) -> Client:
    def made(token: str) -> Any:
        return WebClient(token=token, base_url=f"{workspace.url}/api/", retry_handlers=[])

    return made


def error_of(error: SlackApiError) -> str:
    answer: Any = error.response
    return str(answer["error"])


def test_each_user_sees_the_channels_that_they_are_in(workspace: Workspace, client: Client) -> None:
    def mine(login: str) -> dict[str, bool]:
        told = client(workspace.give(login, private=True)).conversations_list(
            types="public_channel,private_channel"
        )
        return {each["name"]: each["is_private"] for each in told["channels"] if each["is_member"]}

    assert mine("ada") == {"board": True, "general": False, "shop": False}
    assert mine("eve") == {"general": False}
    told = client(workspace.give("ada")).conversations_info(
        channel=workspace.channel("shop"), include_num_members=True
    )
    assert (told["channel"]["num_members"], told["channel"]["is_ext_shared"]) == (2, False)
    with pytest.raises(SlackApiError) as refused:
        client(workspace.give("bob", private=True)).conversations_history(channel=workspace.channel("board"))
    assert error_of(refused.value) == "channel_not_found"


def test_a_message_is_posted_answered_changed_and_deleted(workspace: Workspace, client: Client) -> None:
    ada, bob = (client(workspace.give(login, acts=True)) for login in ("ada", "bob"))
    channel = workspace.channel("shop")
    root = ada.chat_postMessage(channel=channel, text="See https://a.example/x")["ts"]
    bob.chat_postMessage(channel=channel, text="I do", thread_ts=root)
    (told,) = ada.conversations_history(channel=channel)["messages"]
    assert (told["text"], told["reply_count"]) == ("See <https://a.example/x>", 1)
    thread = ada.conversations_replies(channel=channel, ts=root)["messages"]
    assert [each["user"] for each in thread] == [workspace.user("ada"), workspace.user("bob")]
    with pytest.raises(SlackApiError) as refused:
        bob.chat_update(channel=channel, ts=root, text="Of bob")
    assert error_of(refused.value) == "cant_update_message"
    ada.chat_update(channel=channel, ts=root, text="Changed")
    assert "edited" in ada.conversations_history(channel=channel)["messages"][0]
    ada.chat_delete(channel=channel, ts=root)


def test_messages_are_found_by_words_in_the_channels_of_the_user(
    workspace: Workspace, client: Client
) -> None:
    workspace.post("ada", "shop", "The basket is slow")
    workspace.post("ada", "board", "The basket is secret")
    found = client(workspace.give("ada")).search_messages(query='"basket is" in:#shop')["messages"]
    assert [each["text"] for each in found["matches"]] == ["The basket is slow"]
    assert found["paging"]["pages"] == 1
    found = client(workspace.give("bob")).search_messages(query='"basket"')["messages"]
    assert [each["channel"]["name"] for each in found["matches"]] == ["shop"]


def test_an_old_message_is_told_whatever_was_asked(workspace: Workspace, client: Client) -> None:
    old = workspace.put("shop", "Of long ago", days=400)
    ada = client(workspace.give("ada"))
    told = ada.conversations_history(channel=workspace.channel("shop"), oldest="1700000000.000000")
    assert [each["ts"] for each in told["messages"]] == [old]
    assert len(ada.search_messages(query='"long ago"')["messages"]["matches"]) == 1


def test_tokens_end_and_have_scopes(workspace: Workspace, client: Client) -> None:
    token = workspace.give("ada")
    ada = client(token)
    told = ada.auth_test()
    assert told["user_id"] == workspace.user("ada")
    assert "channels:read" in told.headers["x-oauth-scopes"]
    with pytest.raises(SlackApiError) as refused:
        ada.chat_postMessage(channel=workspace.channel("shop"), text="No")
    assert error_of(refused.value) == "missing_scope"
    workspace.gate.end(token)
    with pytest.raises(SlackApiError) as refused:
        ada.auth_test()
    assert error_of(refused.value) == "token_revoked"


def test_it_fails_as_it_is_told(workspace: Workspace, client: Client) -> None:
    ada = client(workspace.give("ada", acts=True))
    workspace.gate.faults = [Fault(429, b'{"ok": false, "error": "ratelimited"}', {"retry-after": "30"})]
    with pytest.raises(SlackApiError) as refused:
        ada.conversations_list()
    assert error_of(refused.value) == "ratelimited"
    workspace.gate.losses = [Fault(502)]
    with pytest.raises(SlackApiError):
        ada.chat_postMessage(channel=workspace.channel("shop"), text="Done all the same")
    assert workspace.texts("shop") == ["Done all the same"]
