"""What the policies permit, and that silence, a forbid and an error are each a no."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from policies.call import Call, Obligation, Tier, Tool, Transport, User
from policies.decision import Action, Policy
from policies.errors import ConfigurationError, Denied
from policies.sources import Roles, SqliteSource

HOME = Path(__file__).parents[2] / "policies"
SCHEMA = (HOME / "schema.cedarschema").read_text()
SHIPPED = {"policies/default.cedar": (HOME / "default.cedar").read_text()}
SHOP = SqliteSource(
    kind="sqlite",
    dsn="sqlite:shop.db",
    roles=Roles(
        read=("analyst", "support"),
        act=("support",),
        act_unconfirmed=("robot",),
        approve=("lead",),
        administer=("keeper",),
    ),
)
HR = SqliteSource(kind="sqlite", dsn="sqlite:hr.db")


def policy(extra: Mapping[str, str] | None = None) -> Policy:
    return Policy(SCHEMA, {**SHIPPED, **(extra or {})}, {"shop": SHOP, "hr": HR})


def user(*roles: str, name: str = "ada") -> User:
    return User(name, "acme", frozenset(roles))


def tool(tier: Tier = Tier.READ, source: str = "shop", verb: str = "query") -> Tool:
    return Tool(source, verb, tier, "", "", {}, {})


def call(who: User, what: Tool) -> Call:
    return Call("c1", who, what, "d1", {}, Transport.STDIO)


def test_a_listed_role_may_read_and_the_permit_names_the_policy() -> None:
    permit = policy().decide(call(user("analyst"), tool()))
    assert permit.policies == ("roles.read",)
    assert permit.obligations == frozenset()


@pytest.mark.threat("T10")
@pytest.mark.parametrize("tier", list(Tier))
@pytest.mark.parametrize("roles", [(), ("lead",), ("Analyst",), ("analyst ",), ("robot",)])
def test_silence_is_a_no(tier: Tier, roles: tuple[str, ...]) -> None:
    with pytest.raises(Denied):
        policy().decide(call(user(*roles), tool(tier)))


@pytest.mark.parametrize("tier", list(Tier))
def test_a_source_without_role_lists_is_closed_to_everybody(tier: Tier) -> None:
    with pytest.raises(Denied):
        policy().decide(call(user("analyst", "support", "robot", "lead"), tool(tier, "hr")))


@pytest.mark.threat("T10")
def test_who_administers_a_source_may_do_that_and_nothing_else_there() -> None:
    keeper = user("keeper")
    allowed = {action for action in Action if policy().judge(action, keeper, tool(), Transport.HTTP).allowed}
    assert allowed == {Action.ADMINISTER}
    for what, who in ((tool(source="hr"), keeper), (tool(source="remit", verb="undo"), keeper)):
        assert not policy().judge(Action.ADMINISTER, who, what, Transport.HTTP).allowed
    for role in ("analyst", "support", "robot", "lead"):
        assert not policy().judge(Action.ADMINISTER, user(role), tool(), Transport.HTTP).allowed


def test_who_may_act_must_still_confirm() -> None:
    permit = policy().decide(call(user("support"), tool(Tier.ACT, verb="write")))
    assert permit.obligations == {Obligation.CONFIRM}


def test_who_may_only_read_may_not_act() -> None:
    with pytest.raises(Denied):
        policy().decide(call(user("analyst"), tool(Tier.ACT, verb="write")))


def test_acting_unconfirmed_needs_both_permissions() -> None:
    with pytest.raises(Denied):
        policy().decide(call(user("support"), tool(Tier.AUTO, verb="write_auto")))
    permit = policy().decide(call(user("support", "robot"), tool(Tier.AUTO, verb="write_auto")))
    assert permit.policies == ("roles.act", "roles.act_unconfirmed")


def test_a_policy_that_withholds_acting_alone_asks_for_an_approver() -> None:
    extra = '@id("four eyes") forbid (principal, action == Action::"act_unapproved", resource);'
    permit = policy({"extra.cedar": extra}).decide(call(user("support"), tool(Tier.ACT, verb="write")))
    assert permit.obligations == {Obligation.CONFIRM, Obligation.APPROVE}


def test_a_forbid_outweighs_a_permit_and_the_log_learns_its_name() -> None:
    extra = '@id("not on thursdays") forbid (principal == User::"ada", action, resource in Source::"shop");'
    with pytest.raises(Denied) as caught:
        policy({"extra.cedar": extra}).decide(call(user("analyst"), tool()))
    assert caught.value.policies == ("not on thursdays",)
    assert "not on thursdays" not in caught.value.message


def test_a_policy_that_errs_denies_although_another_permits() -> None:
    """Cedar skips a policy that errs; a forbid that is skipped would permit."""
    extra = '@id("overflows") forbid (principal, action, resource) when { 9223372036854775807 + 1 == 0 };'
    with pytest.raises(Denied) as caught:
        policy({"extra.cedar": extra}).decide(call(user("analyst"), tool()))
    assert "overflows" in caught.value.detail


@pytest.mark.threat("T36")
def test_a_tool_that_is_closed_and_one_that_is_forbidden_are_refused_in_the_same_words() -> None:
    with pytest.raises(Denied) as silent:
        policy().decide(call(user(), tool()))
    extra = "forbid (principal, action, resource);"
    with pytest.raises(Denied) as forbidden:
        policy({"x.cedar": extra}).decide(call(user("analyst"), tool()))
    assert (silent.value.message, silent.value.rule) == (forbidden.value.message, forbidden.value.rule)


def test_a_verdict_depends_on_the_user_and_not_on_who_asked_before() -> None:
    shared = policy()
    assert shared.judge(Action.READ, user("analyst"), tool(), Transport.STDIO).allowed
    assert not shared.judge(Action.READ, user(), tool(), Transport.STDIO).allowed
    assert shared.judge(Action.READ, user("analyst", name="bob"), tool(), Transport.STDIO).allowed


def test_a_user_named_like_a_role_does_not_have_it() -> None:
    with pytest.raises(Denied):
        policy().decide(call(user(name="analyst"), tool()))


def test_the_version_changes_with_a_role_list_and_with_a_policy() -> None:
    other = SHOP.model_copy(update={"roles": Roles(read=("analyst",))})
    versions = {
        policy().version,
        Policy(SCHEMA, SHIPPED, {"shop": other, "hr": HR}).version,
        policy({"x.cedar": "forbid (principal, action, resource);"}).version,
    }
    assert len(versions) == 3
    assert policy().version in versions


@pytest.mark.parametrize(
    ("line", "text", "says"),
    [
        (2, '// two\npermit (principal, action == Action::"reed", resource);', "reed"),
        (1, "permit (principal, action, resource", "end of input"),
        (
            3,
            "permit (principal,action,resource);\n\nforbid (principal,action,resource) when {principal.pay};",
            "pay",
        ),
    ],
)
def test_a_policy_that_does_not_hold_stops_the_start_at_its_line(line: int, text: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        policy({"policy/extra.cedar": text})
    assert caught.value.where == f"policy/extra.cedar:{line}"
    assert says in caught.value.message


def test_two_policies_of_one_id_stop_the_start() -> None:
    with pytest.raises(ConfigurationError, match=r"roles\.read"):
        policy({"x.cedar": '@id("roles.read") permit (principal, action, resource);'})
