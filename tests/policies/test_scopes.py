"""What a scope lets through without a person, and that it lets nothing else through."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.call import User
from policies.canonical import Json
from policies.change import Change, Effect, Kind
from policies.scope_doubts import doubts
from policies.scopes import Hours, Scope, is_within, judge
from policies.sources import GitlabSource, PostgresSource, Roles, Source, SqliteSource, TableRules
from tools.sql.toolset import toolset

ADA = User("ada", "acme", frozenset({"clerk"}))
NOW = 1_764_241_200_000  # Thursday, 2025-11-27, 11:00 UTC
SHOP = PostgresSource(
    kind="postgres",
    dsn="postgresql://localhost/shop",
    tables={
        "stock": TableRules(columns=("id", "quantity", "status"), key=("id",), write=("quantity", "status"))
    },
)
FILE = SqliteSource(kind="sqlite", dsn="sqlite:shop.db")
CODE = GitlabSource(kind="gitlab", reason="a test", projects=("acme/shop",))
RESTOCK: Mapping[str, Any] = {
    "tool": "shop_write",
    "roles": ["clerk"],
    "targets": ["stock"],
    "kinds": ["update"],
    "fields": {"quantity": {"min": 0, "max": 500}, "status": {"one_of": ["open", "closed"]}},
    "where": {"status": {"one_of": ["open"]}},
    "rows": 3,
    "per_hour": {"calls": 5, "rows": 10},
    "per_day": {"calls": 20, "rows": 50},
}


def scope(**changed: object) -> Scope:
    return Scope.model_validate({**RESTOCK, **changed})


def update(number: int = 1, *, target: str = "public.stock", status: str = "open", **after: Json) -> Change:
    before: dict[str, Json] = {"id": number, "quantity": 1, "status": status}
    return Change(target, {"id": number}, before, after or {"quantity": 2})


def why(
    effect: Effect | Change,
    by: Scope | None = None,
    *,
    user: User = ADA,
    source: Source = SHOP,
    now: int = NOW,
) -> tuple[str, ...]:
    whole = Effect((effect,)) if isinstance(effect, Change) else effect
    return judge(by or scope(), user, source, whole, now)


def test_what_fits_a_scope_goes_without_a_person() -> None:
    assert why(Effect((update(1), update(2, status="open", quantity="500")))) == ()


@pytest.mark.parametrize(
    ("effect", "reason"),
    [
        (Effect(tuple(update(number) for number in range(4))), "It changes 4 records, of at most 3 at once."),
        (Effect(()), "It does not say what it would change."),
        (update(target="public.stocks"), "public.stocks is not among its targets."),
        (update(target="sales.stock"), "sales.stock is not among its targets."),
        (update(price=1), "price is not among its fields."),
        (update(quantity=501), "quantity would hold what it does not allow."),
        (update(status="closed"), "A record of public.stock is none that it covers, by status."),
        (
            Change("public.stock", {"id": 1}, {"status": "open"}, None),
            "It may not delete a record of public.stock.",
        ),
        (
            Change("public.stock", {}, None, {"quantity": 1, "status": "open"}),
            "It may not create a record of public.stock.",
        ),
        (Effect((update(),), final="it sends mail"), "It can't be taken back."),
        (Effect((update(),), hidden=("trigger log",)), "The system may do more than is shown."),
        (Effect((update(),), destinations=("#sales",)), "Others would see it, to whom it is not open."),
    ],
)
def test_what_does_not_fit_is_said_by_its_name_alone(effect: Effect | Change, reason: str) -> None:
    assert why(effect) == (reason,)


def test_a_scope_is_for_those_that_fit_all_that_it_says_of_them() -> None:
    both = scope(users=["ada"], roles=["clerk"], tenants=["acme"])
    assert both.covers(ADA)
    for other in (
        User("bob", "acme", frozenset({"clerk"})),
        User("ada", "other", frozenset({"clerk"})),
        User("ada", "acme", frozenset({"lead"})),
    ):
        assert not both.covers(other)
        assert why(update(), both, user=other) == ("It is not for this user.",)


@pytest.mark.parametrize("said", ["users", "roles", "tenants", "targets", "kinds", "fields"])
def test_an_empty_list_is_nobody_and_nothing(said: str) -> None:
    nothing: object = {} if said == "fields" else []
    assert why(update(), scope(**{said: nothing}))


def test_a_scope_that_does_not_say_who_is_none() -> None:
    with pytest.raises(ValidationError, match="say who"):
        scope(roles=None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": 11},
        {"rows": 21, "per_hour": {"calls": 5, "rows": 50}},
        {"per_day": {"calls": 4, "rows": 50}},
        {"per_day": {"calls": 20, "rows": 9}},
        {"fields": {"quantity": {"min": 3, "max": 2}}},
        {"fields": {"quantity": {"min": 3, "max": "2026-01-01"}}},
        {"fields": {"quantity": {"any": True, "max": 2}}},
        {"fields": {"quantity": {"max": float("nan")}}},
        {"hours": {"days": ["mon"], "from": "08:00", "to": "18:00", "zone": "Europe/Nowhere"}},
        {"targets": ["*"]},
        {"targets": ["acme/*/shop"]},
        {"unknown": True},
    ],
)
def test_a_scope_that_contradicts_itself_is_none(wrong: Mapping[str, object]) -> None:
    with pytest.raises(ValidationError):
        scope(**wrong)


def test_what_is_spelled_out_may_be_final_and_seen() -> None:
    effect = Effect((update(),), destinations=("#sales",), final="it sends mail", hidden=("trigger log",))
    assert why(effect, scope(irreversible=True, destinations=["#sales"])) == ()
    # Whom the directory does not have, the flow asks about (policies/flow.py).
    assert why(effect, scope(irreversible=True, destinations=["*"])) == ()


def test_a_record_that_is_made_has_to_be_one_that_is_covered() -> None:
    creating = scope(kinds=["create"])
    assert why(Change("public.stock", {}, None, {"quantity": 1, "status": "open"}), creating) == ()
    assert why(Change("public.stock", {}, None, {"quantity": 1, "status": "closed"}), creating)
    assert why(Change("public.stock", {}, None, {"quantity": 1}), creating)


def test_tables_are_named_with_and_without_their_schema() -> None:
    for named in ("stock", "public.stock", "public.*"):
        assert why(update(), scope(targets=[named])) == ()
    assert why(update(target="stock"), scope(targets=["stock"]), source=FILE) == ()
    assert why(update(target="stock"), scope(targets=["main.stock"]), source=FILE) == ()
    for named in ("other.*", "stoc", "public.stock.*"):
        assert why(update(), scope(targets=[named]))


def test_a_project_is_compared_by_segments() -> None:
    below = scope(targets=["acme/*"], fields={"quantity": {"any": True}})
    assert why(update(target="acme/shop/deep"), below, source=CODE) == ()
    for other in (
        "acme",
        "acme-evil/shop",
        "acme/../other",
        "acme//shop",
        "acme/./shop",
        "acme/*",
        "acmeshop",
    ):
        assert why(update(target=other), below, source=CODE), other


NAMES = st.text("ab./*", min_size=1, max_size=8)


@given(NAMES, NAMES)
def test_no_target_is_within_another_by_a_part_of_a_segment(target: str, of: str) -> None:
    parts, limits = target.split("/"), of.split("/")
    if is_within(parts, limits):
        assert not {"", ".", "..", "*"} & {*parts}
        fixed = limits[:-1] if limits[-1] == "*" else limits
        assert fixed
        assert parts[: len(fixed)] == fixed
        assert limits[-1] == "*" or len(parts) == len(fixed)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 1000),
    st.floats(),
    st.sampled_from(["open", "closed", "7", "500", "500.1", "1e3", "NaN", "inf", "٧", "7\n", " 7", "-0", ""]),
)
CHANGES = st.builds(
    Change,
    st.sampled_from(["public.stock", "public.stock2", "stock"]),
    st.just({"id": 1}),
    st.none() | st.fixed_dictionaries({"quantity": VALUES, "status": VALUES}),
    st.none() | st.dictionaries(st.sampled_from(["quantity", "status", "price"]), VALUES),
).filter(lambda change: change.before is not None or change.after is not None)


@given(st.lists(CHANGES, max_size=5).map(tuple))
def test_nothing_is_let_through_that_a_scope_does_not_say(changes: tuple[Change, ...]) -> None:
    if why(Effect(changes)):
        return
    assert 1 <= len(changes) <= 3
    for change in changes:
        assert change.kind is Kind.UPDATE
        assert change.target in {"public.stock", "stock"}
        assert change.before
        assert change.before["status"] == "open"
        written = dict(change.after or {})
        assert written.pop("status", "open") in ("open", "closed")
        quantity = written.pop("quantity", 0)
        assert not isinstance(quantity, bool)
        assert isinstance(quantity, str | int | float)
        assert 0 <= float(quantity) <= 500
        assert not written


@given(
    st.lists(CHANGES, max_size=5).map(tuple),
    st.sampled_from(["roles", "targets", "kinds", "fields", "where"]),
)
def test_less_said_is_never_more_let_through(changes: tuple[Change, ...], said: str) -> None:
    if why(Effect(changes)):
        narrower: object = {"where": {**RESTOCK["where"], "quantity": {"min": 1}}}.get(
            said, {} if said == "fields" else []
        )
        assert why(Effect(changes), scope(**{said: narrower}))


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        ({}, [], [None, 1, "", True]),
        ({"any": True}, [None, 1, "x", {"a": 1}], []),
        ({"null": True}, [None], [0, "", False]),
        ({"one_of": []}, [], [None, 1, ""]),
        ({"one_of": [True]}, [True, "true"], [1, "1", "True", False]),
        ({"one_of": [1, "x"]}, [1, 1.0, "1", "1.0", "x"], [True, "X", "x ", 2]),
        ({"min": 0.5}, [0.5, "0.5", 2], [0.4, "0.49999999999999999999", None, "x", float("nan")]),
        (
            {"min": "2026-01-01", "max": "2026-12-31"},
            ["2026-06-30"],
            ["2027-01-01", "2026-06-31", 2026, "2026"],
        ),
        ({"max_length": 2}, ["", "ab"], ["abc", 1, None]),
        ({"max": 5, "null": True}, [None, 5], [6]),
    ],
)
def test_a_rule_allows_what_it_says(
    rule: Mapping[str, object], inside: list[Json], outside: list[Json]
) -> None:
    parsed = {
        key: datetime.fromisoformat(value).date()
        if key in {"min", "max"} and isinstance(value, str)
        else value
        for key, value in rule.items()
    }
    its = scope(fields={"x": parsed}).fields["x"]
    assert [value for value in inside if not its.allows(value)] == []
    assert [value for value in outside if its.allows(value)] == []


def hours(**changed: object) -> Hours:
    return Hours.model_validate(
        {"days": ["mon", "thu"], "from": "08:00", "to": "18:00", "zone": "Europe/Berlin", **changed}
    )


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("time", "held"),
    [
        ("2025-11-27T06:59:59", False),
        ("2025-11-27T07:00:00", True),  # 08:00 in winter
        ("2025-11-27T16:59:59", True),
        ("2025-11-27T17:00:00", False),
        ("2025-07-31T06:00:00", True),  # 08:00 in summer
        ("2025-11-28T10:00:00", False),  # a Friday
    ],
)
def test_hours_are_those_of_the_zone(time: str, held: bool) -> None:  # noqa: FBT001
    assert hours().hold(at(time)) is held
    assert (why(update(), scope(hours=hours().model_dump(by_alias=True)), now=at(time)) == ()) is held


@pytest.mark.parametrize(
    ("time", "held"),
    [
        ("2025-11-27T21:00:00", True),  # Thursday 22:00
        ("2025-11-28T04:59:00", True),  # which goes on until Friday 06:00
        ("2025-11-28T05:00:00", False),
        ("2025-11-28T21:00:00", False),  # and begins on no Friday
        ("2025-11-27T04:00:00", False),  # Wednesday's night
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(time: str, held: bool) -> None:  # noqa: FBT001
    assert hours(**{"from": "22:00", "to": "06:00"}).hold(at(time)) is held


TOOLS = {tool.name: tool for tool in toolset("shop", SHOP)}


def open_shop(**changed: object) -> PostgresSource:
    return SHOP.model_copy(update={"roles": Roles(act_unconfirmed=("clerk",)), **changed})


def doubted(by: Scope, source: PostgresSource | None = None) -> str:
    return " ".join(doubt.what for doubt in doubts(by, {"shop": source or open_shop()}, TOOLS))


def test_a_scope_that_something_can_come_of_raises_no_doubt() -> None:
    assert doubted(scope()) == ""
    assert doubted(scope(targets=["public.*"])) == ""


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tool": "shop_wirte"}, "there is no tool shop_wirte that acts"),
        ({"tool": "shop_query"}, "there is no tool shop_query that acts"),
        ({"users": []}, "users is empty"),
        ({"roles": ["lead"]}, "none of its roles is in act_unconfirmed"),
        ({"targets": []}, "targets is empty"),
        ({"targets": ["stock", "stok"]}, "nothing may be written in stok"),
        ({"kinds": []}, "kinds is empty"),
        ({"fields": {}}, "it names no fields"),
        ({"fields": {"quantity": {}}}, "the rule of quantity allows nothing"),
        ({"fields": {"price": {"any": True}}}, "none of its targets has a field price"),
        ({"hours": {"days": [], "from": "08:00", "to": "18:00", "zone": "UTC"}}, "hours has no days"),
    ],
)
def test_a_scope_of_which_nothing_can_come_raises_a_doubt(changed: Mapping[str, object], told: str) -> None:
    assert told in doubted(scope(**changed))


def test_a_scope_is_doubted_where_nobody_may_act_alone() -> None:
    assert "no role may act on shop without being asked" in doubted(scope(), SHOP)
    assert "shop is restricted" in doubted(scope(), open_shop(classification="restricted"))
