"""What the kill switch says of a call, and how it may change."""

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.call import Call, Tier, Tool, Transport, Undoing, User
from policies.errors import Denied, Halted, NotFound
from policies.halt import (
    EVERYTHING,
    LIFTED_WITHIN,
    NOTHING,
    Change,
    KillSwitch,
    Scope,
    Subject,
    Unreadable,
    anew,
    digest,
    hold,
    listed,
    read,
)

pytestmark = pytest.mark.threat("T41")

NOW = 1_800_000_000_000


def change(by: str = "ada", why: str = "a leak", now: int = NOW, recorded: int = 0) -> Change:
    return Change(by, why, now, recorded)


def call(tier: Tier = Tier.ACT, *, undoing: bool = False) -> Call:
    tool = Tool("shop", "write", tier, "", "", {}, {})
    user = User("ada", "acme", frozenset())
    undone = Undoing("a1", (0,), ()) if undoing else None
    return Call("c1", user, tool, "d1", {}, Transport.STDIO, undone)


def of(scope: Scope) -> KillSwitch:
    return NOTHING.halted(scope, change())


HALTING = [
    EVERYTHING,
    Scope(tenant="acme"),
    Scope(user="ada"),
    Scope(source="shop"),
    Scope(tool="shop_write"),
    Scope(tier=Tier.ACT),
    Scope("acme", "ada", "shop", "shop_write", Tier.ACT),
]
OTHERS = [
    Scope(tenant="other"),
    Scope(user="bob"),
    Scope(source="hr"),
    Scope(tool="shop_query"),
    Scope(tier=Tier.AUTO),
    Scope(tier=Tier.READ),
    Scope("acme", "bob"),
    Scope("other", "ada"),
    Scope(tenant="acme", source="hr"),
    Scope(user="ADA"),
]
SCOPES = st.sampled_from([*HALTING, *OTHERS, Scope(user='"\n\\ ä'), Scope(source="")])


@pytest.mark.parametrize("scope", HALTING, ids=str)
def test_what_is_within_a_halt_is_halted_and_not_told_by_what(scope: Scope) -> None:
    with pytest.raises(Halted) as halted:
        hold(of(scope).to_text(), call())
    assert halted.value.code == "halted"
    assert halted.value.message == "This is halted: ask an administrator when it may go on."
    assert str(scope) in halted.value.detail


@pytest.mark.parametrize("scope", OTHERS, ids=str)
def test_what_is_outside_goes_on(scope: Scope) -> None:
    assert hold(of(scope).to_text(), call()) == 1


@pytest.mark.parametrize(
    ("halted", "tier", "is_halted"),
    [
        (halted, tier, tier in reach)
        for (halted, reach), tier in product(
            ((Tier.READ, {Tier.READ}), (Tier.ACT, {Tier.ACT, Tier.AUTO}), (Tier.AUTO, {Tier.AUTO})), Tier
        )
    ],
)
def test_who_halts_what_people_confirm_halts_what_nobody_does_too(
    halted: Tier, tier: Tier, *, is_halted: bool
) -> None:
    assert Scope(tier=halted).covers(Subject.of(call(tier))) is is_halted


def test_a_tool_that_asks_is_halted_with_its_twin_and_the_twin_alone() -> None:
    asking, alone = Subject.of(call(Tier.ACT)), Subject.of(call(Tier.AUTO))
    assert all(Scope(tool="shop_write").covers(each) for each in (asking, alone))
    assert [Scope(tool="shop_write_auto").covers(each) for each in (asking, alone)] == [False, True]


def test_taking_back_goes_by_its_own_name_and_by_that_of_what_it_takes_back() -> None:
    for tool in ("remit_undo", "shop_write"):
        with pytest.raises(Halted):
            hold(of(Scope(tool=tool)).to_text(), call(undoing=True))
    assert hold(of(Scope(tool="remit_undo")).to_text(), call()) == 1


@given(st.lists(SCOPES, max_size=5), SCOPES)
def test_several_stand_at_once_and_each_ends_by_its_own_names(scopes: list[Scope], scope: Scope) -> None:
    switch = NOTHING
    for one in scopes:
        switch = switch.halted(one, change())
    assert {halt.scope for halt in switch.halts} == set(scopes)
    assert switch.epoch == len(scopes)
    if scope.is_everything:
        return
    if scope not in scopes:
        with pytest.raises(NotFound):
            switch.resumed(scope, change())
        return
    after = switch.resumed(scope, change())
    assert {halt.scope for halt in after.halts} == set(scopes) - {scope}
    assert after.epoch == switch.epoch + 1


def test_who_lifts_the_halt_that_they_saw_does_not_lift_one_that_took_its_place() -> None:
    scope = Scope(source="shop")
    switch = NOTHING.halted(scope, change()).halted(scope, change())
    with pytest.raises(NotFound):
        switch.resumed(scope, change(), epoch=1)
    assert switch.resumed(scope, change(), epoch=2).halts == ()


@given(st.lists(st.tuples(SCOPES, st.text(max_size=9)), max_size=4))
def test_what_is_kept_is_read_back(halts: list[tuple[Scope, str]]) -> None:
    switch = NOTHING
    for scope, why in halts:
        switch = switch.halted(scope, change(why=why))
    if any(halt.scope.is_everything for halt in switch.halts):
        switch = switch.asked("code", change())
    assert read(switch.to_text()) == switch


@pytest.mark.threat("T42")
@given(st.data())
def test_one_wrong_character_makes_it_unreadable(data: st.DataObject) -> None:
    text = of(Scope(source="shop")).to_text()
    place = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.characters(exclude_characters=text[place]))
    with pytest.raises(Unreadable):
        read(text[:place] + wrong + text[place + 1 :])


def sealed(**state: Any) -> str:
    text = json.dumps({"version": 1, "epoch": 1, "halts": [], "lifting": None, "events": [], **state})
    return f"{digest(text)} {text}"


WITHOUT = '{"version": 1, "epoch": 1, "lifting": null, "events": []}'
UNNUMBERED = '{"epoch": 1, "halts": [], "lifting": null, "events": []}'
UNREADABLE = {
    "not there": None,
    "empty": "",
    "a number": 7,
    "bytes": b"x",
    "of another version": sealed(version=2),
    "with halts of nothing": sealed(halts=None),
    "without halts": f"{digest(WITHOUT)} {WITHOUT}",
    "with more than is known": sealed(more=[]),
    "with a halt of another form": sealed(halts=[{"scope": {}}]),
    "with a name that is not known": sealed(
        halts=[{"scope": {"region": "eu"}, "by": "", "why": "", "at": 1, "epoch": 1}]
    ),
    "with a tier that is not known": sealed(
        halts=[{"scope": {"tier": "x"}, "by": "", "why": "", "at": 1, "epoch": 1}]
    ),
    "with an event that is not known": sealed(events=[{"event": "melted"}]),
    "with an epoch that is none": sealed(epoch="1"),
    "no object": f"{digest('[]')} []",
}


@pytest.mark.threat("T42")
@pytest.mark.parametrize("kept", UNREADABLE.values(), ids=UNREADABLE)
def test_a_switch_that_cannot_be_read_halts_whoever_acts(kept: object) -> None:
    for acting in (call(Tier.ACT), call(Tier.AUTO), call(undoing=True)):
        for reads_need_it in (False, True):
            with pytest.raises(Halted, match="ask an administrator"):
                hold(kept, acting, reads_need_it=reads_need_it)
    assert hold(kept, call(Tier.READ), reads_need_it=False) == 0
    with pytest.raises(Halted):
        hold(kept, call(Tier.READ))


@pytest.mark.threat("T42")
def test_a_full_halt_takes_two_people_to_lift() -> None:
    switch = of(EVERYTHING).halted(Scope(source="shop"), change())
    with pytest.raises(Denied):
        switch.resumed(EVERYTHING, change())
    asked = switch.asked("code", change("ada"))
    assert asked.halts == switch.halts
    for code, by in (("another", "bob"), (digest("code"), "bob")):
        with pytest.raises(NotFound):
            asked.lifted(code, change(by))
    with pytest.raises(Denied, match="somebody else"):
        asked.lifted("code", change("ada"))
    with pytest.raises(NotFound, match="over an hour old"):
        asked.lifted("code", change("bob", now=NOW + LIFTED_WITHIN))
    lifted = asked.lifted("code", change("bob", now=NOW + LIFTED_WITHIN - 1))
    assert [halt.scope for halt in lifted.halts] == [Scope(source="shop")]
    told = lifted.events[-1]
    assert (told.event, told.by, told.asked_by) == ("resumed", "bob", "ada")
    with pytest.raises(NotFound):
        lifted.lifted("code", change("bob"))


@pytest.mark.threat("T42")
def test_a_request_ends_with_a_new_full_halt_and_with_a_newer_request() -> None:
    asked = of(EVERYTHING).asked("code", change("ada"))
    with pytest.raises(NotFound):
        asked.halted(EVERYTHING, change("eve")).lifted("code", change("bob"))
    with pytest.raises(NotFound):
        asked.asked("newer", change("ada")).lifted("code", change("bob"))
    assert asked.halted(Scope(user="bob"), change()).lifted("code", change("bob")).lifting is None


def test_nobody_asks_to_lift_what_is_not_halted() -> None:
    with pytest.raises(NotFound):
        of(Scope(source="shop")).asked("code", change())


def test_a_code_is_not_in_what_is_kept() -> None:
    assert "a secret code" not in of(EVERYTHING).asked("a secret code", change()).to_text()


def test_a_change_leaves_out_what_is_in_the_log_already() -> None:
    switch = of(Scope(user="ada")).halted(Scope(user="bob"), change()).halted(EVERYTHING, change(recorded=2))
    assert [event.epoch for event in switch.events] == [3]


@pytest.mark.threat("T42")
def test_in_the_place_of_one_that_cannot_be_read_everything_is_halted() -> None:
    switch = anew(7, NOW)
    assert [halt.scope for halt in switch.halts] == [EVERYTHING]
    assert (switch.epoch, switch.events[-1].epoch) == (8, 8)


def test_the_widest_halt_is_listed_first() -> None:
    switch = of(Scope("acme", "ada")).halted(Scope(source="shop"), change()).halted(EVERYTHING, change())
    assert [str(halt.scope) for halt in listed(switch)] == [
        "everything",
        "source shop",
        "tenant acme, user ada",
    ]
