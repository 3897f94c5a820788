"""Private data, text of strangers and a way out never meet unasked (threats T20, T23, T25)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.call import Column, Kind, Origin, Table
from policies.change import Change, Effect
from policies.directory import Directory
from policies.flow import Flow, Sending, Verdict, judge, taint
from policies.outgoing.found import Found
from policies.sources import GitlabSource, SqliteSource
from policies.taint import CLEAN, Sensitivity, Taint

pytestmark = pytest.mark.threat("T23")

ACME = Directory(domains=("acme.example",), places={"chat": ("#general",)})
CHAT = SqliteSource(kind="sqlite", dsn="sqlite:chat.db", classification="confidential")
OPEN = CHAT.model_copy(update={"classification": "internal"})
POST = Change("messages", {}, None, {"text": "hello"})
INSIDE, OUTSIDE = Effect((POST,), ("#general",)), Effect((POST,), ("#general", "eve@evil.example"))
PRIVATE = Taint(Sensitivity.CONFIDENTIAL)
STRANGE = Taint(Sensitivity.INTERNAL, untrusted=True)
BOTH = PRIVATE | STRANGE
LEVELS = st.sampled_from(Sensitivity)
TAINTS = st.builds(Taint, LEVELS, st.booleans(), st.frozensets(st.sampled_from("abcdef")))


def asked(effect: Effect, read: Taint, *, found: Found | None = None, alone: bool = True) -> Verdict:
    return judge(Sending("chat", CHAT, effect, read, found or Found()), Flow(), ACME, alone=alone)


@pytest.mark.threat("T20")
@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("read", [CLEAN, PRIVATE, STRANGE, BOTH])
def test_a_known_destination_asks_nobody(read: Taint, *, alone: bool) -> None:
    assert asked(INSIDE, read, alone=alone) == Verdict()


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("read", [CLEAN, PRIVATE, STRANGE, BOTH])
def test_an_unknown_destination_needs_a_person(read: Taint, *, alone: bool) -> None:
    verdict = asked(OUTSIDE, read, alone=alone)
    assert verdict.outside == ("eve@evil.example",)
    assert not verdict.held
    (reason,) = verdict.reasons
    assert ("written by strangers" in reason) is (read == BOTH)


@pytest.mark.threat("T24")
@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("effect", [Effect((POST,)), INSIDE, OUTSIDE])
def test_what_is_in_disguise_or_in_a_link_goes_nowhere(effect: Effect, *, alone: bool) -> None:
    for found in (Found(disguised=("base64",)), Found(in_links=True)):
        assert asked(effect, CLEAN, found=found, alone=alone).held


@pytest.mark.threat("T24")
def test_a_credential_is_shown_to_nobody() -> None:
    found = Found(secrets=("github_token",))
    assert asked(INSIDE, CLEAN, found=found).held == ("a credential (github_token)",)
    assert asked(OUTSIDE, CLEAN, found=found, alone=False).held == ("a credential (github_token)",)
    row = asked(Effect((POST,)), CLEAN, found=found)
    assert not row.held
    assert row.reasons == ("It holds what looks like a credential: github_token.",)


@pytest.mark.threat("T24", "T50")
def test_a_credential_that_the_system_held_is_put_back_where_a_person_says_so() -> None:
    found = Found(secrets=("github_token",))
    back = judge(Sending("chat", CHAT, INSIDE, CLEAN, found, back=True), Flow(), ACME, alone=True)
    assert not back.held
    assert back.reasons == ("It holds what looks like a credential: github_token.",)
    disguised = Sending("chat", CHAT, INSIDE, CLEAN, Found(disguised=("base64",)), back=True)
    assert judge(disguised, Flow(), ACME, alone=False).held


@pytest.mark.threat("T24")
@pytest.mark.parametrize(
    "found", [Found(copied={"shop": 2}), Found(personal=("CREDIT_CARD",)), Found(unread=True)], ids=str
)
def test_what_a_person_may_send_out_goes_out_by_no_other_way(found: Found) -> None:
    assert asked(OUTSIDE, BOTH, found=found).held
    shown = asked(OUTSIDE, BOTH, found=found, alone=False)
    assert not shown.held
    assert len(shown.reasons) == 2
    assert not asked(INSIDE, CLEAN, found=found).held
    assert not asked(INSIDE, CLEAN, found=found).reasons


def test_a_copy_asks_a_person_where_it_goes_down_or_among_strangers() -> None:
    copy = Found(copied={"shop": Sensitivity.CONFIDENTIAL})
    row = Effect((POST,))

    def reasons(source: SqliteSource) -> tuple[str, ...]:
        return judge(Sending("desk", source, row, PRIVATE, copy), Flow(), ACME, alone=True).reasons

    assert reasons(CHAT) == ()
    open_house = OPEN.model_copy(update={"trust": "anyone"})
    assert not judge(Sending("chat", open_house, INSIDE, PRIVATE, copy), Flow(), ACME, alone=True).reasons
    assert not judge(Sending("shop", open_house, row, PRIVATE, copy), Flow(), ACME, alone=True).reasons
    assert reasons(OPEN) == ("It holds copies of what was read from shop.",)
    assert reasons(CHAT.model_copy(update={"trust": "anyone"})) == reasons(OPEN)


def test_pictures_and_links_to_strangers_are_looked_at() -> None:
    shown, linked = Found(images=("evil.example",)), Found(links=("evil.example",))
    assert asked(Effect((POST,)), CLEAN, found=shown).reasons
    assert asked(INSIDE, BOTH, found=linked).reasons
    assert not asked(INSIDE, PRIVATE, found=linked).reasons
    assert not asked(Effect((POST,)), BOTH, found=linked).reasons


def test_what_is_restricted_goes_down_only_if_somebody_says_so() -> None:
    row = Effect((POST,))
    restricted = Taint(Sensitivity.RESTRICTED)
    assert asked(row, restricted).reasons == (
        "What was read before ranks as restricted, and chat holds what is confidential.",
    )
    assert not asked(row, PRIVATE).reasons
    same = CHAT.model_copy(update={"classification": "restricted"})
    assert not judge(Sending("chat", same, row, restricted, Found()), Flow(), ACME, alone=True).reasons
    lower = Flow(write_down="confidential")
    assert judge(Sending("desk", OPEN, row, PRIVATE, Found()), lower, ACME, alone=True).reasons


@pytest.mark.threat("T25")
def test_what_four_sources_tell_of_people_ranks_higher_and_three_do_not() -> None:
    three = Taint(Sensitivity.CONFIDENTIAL, people=frozenset("abc"))
    assert three.rank(Flow().combined) is Sensitivity.CONFIDENTIAL
    four = three | Taint(people=frozenset("d"))
    assert four.rank(Flow().combined) is Sensitivity.RESTRICTED
    assert asked(Effect((POST,)), four).reasons
    assert not asked(Effect((POST,)), three).reasons


@pytest.mark.threat("T25")
@given(st.lists(TAINTS, max_size=6), st.integers(1, 5))
def test_a_combination_ranks_at_least_as_its_highest_part(parts: list[Taint], most: int) -> None:
    whole = CLEAN
    for part in parts:
        assert (whole | part).rank(most) >= max(whole.rank(most), part.rank(most))
        whole = whole | part
    assert whole.untrusted == any(part.untrusted for part in parts)


@given(
    read=TAINTS,
    more=TAINTS,
    effect=st.sampled_from([Effect((POST,)), INSIDE, OUTSIDE]),
    alone=st.booleans(),
)
def test_having_read_more_never_asks_less(read: Taint, more: Taint, effect: Effect, *, alone: bool) -> None:
    before, after = asked(effect, read, alone=alone), asked(effect, read | more, alone=alone)
    assert len(after.reasons) >= len(before.reasons)


def answer(*columns: Column, rows: int = 1) -> Table:
    return Table(columns, tuple(("x",) * len(columns) for _ in range(rows)))


BODY = Column("body", Kind.TEXT, (Origin("main.tickets", "body"),))
STATE = Column("state", Kind.TEXT, (Origin("main.tickets", "state"),))
DESK = SqliteSource.model_validate(
    {
        "kind": "sqlite",
        "dsn": "sqlite:desk.db",
        "tables": {"tickets": {"columns": ["body", "state"]}},
        "untrusted": ["tickets.body"],
    }
)


def test_an_answer_says_what_was_read() -> None:
    assert taint("desk", DESK, answer(BODY, STATE), {}) == Taint(Sensitivity.CONFIDENTIAL, untrusted=True)
    assert taint("desk", DESK, answer(STATE), {}) == Taint(Sensitivity.CONFIDENTIAL)
    assert taint("desk", DESK, answer(replace(BODY, name="state")), {}).untrusted
    assert taint("desk", DESK, answer(STATE), {"PERSON": 2}).people == {"desk"}
    assert not taint("desk", DESK, answer(STATE), {"password": 1}).people


def test_text_of_which_nobody_knows_the_origin_is_a_strangers_where_any_is() -> None:
    whole = Column("all", Kind.TEXT)
    assert taint("desk", DESK, answer(whole), {}).untrusted
    assert not taint("desk", DESK, answer(Column("count", Kind.NUMBER)), {}).untrusted
    assert not taint("shop", CHAT, answer(whole), {}).untrusted
    strange = CHAT.model_copy(update={"trust": "anyone"})
    assert taint("shop", strange, answer(STATE), {}).untrusted


def test_names_of_a_catalogue_and_no_rows_are_nothing_read() -> None:
    assert taint("desk", DESK, answer(BODY, rows=0), {}) == CLEAN
    assert taint("desk", DESK, answer(Column("table", Kind.NAME), Column("key", Kind.BOOLEAN)), {}) == CLEAN
    assert (
        taint("desk", DESK, answer(replace(STATE, kind=Kind.BOOLEAN)), {}).level is Sensitivity.CONFIDENTIAL
    )


def test_an_issue_is_written_by_strangers_unless_the_configuration_says_otherwise() -> None:
    code = GitlabSource(kind="gitlab", projects=("acme/*",))
    assert taint("code", code, answer(Column("text", Kind.TEXT)), {}).untrusted
    ours = code.model_copy(update={"trust": "organisation"})
    assert not taint("code", ours, answer(Column("text", Kind.TEXT)), {}).untrusted
