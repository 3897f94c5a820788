"""Who can read something, as Graph tells it."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.tools.sharepoint import shown
from tests.tools.sharepoint.world import Grant, Role
from tools.sharepoint.people import ALL, ANYONE, COLLEAGUES, EMPLOYEES, UNKNOWN, grantees

OWNER: Mapping[str, Any] = shown.permission(Grant("user", "ada", Role.OWNER))


@pytest.mark.threat("T23")
@pytest.mark.parametrize(
    ("grant", "called"),
    [
        (Grant("user", "bob"), "bob@acme.example"),
        (Grant("user", "guest", email="jd@partner.example"), "jd@partner.example"),
        (Grant("group", "Shop Members"), "the site's group Shop Members (3)"),
        (Grant("everyone", ""), ALL),
        (Grant("employees", ""), EMPLOYEES),
        (Grant("invited", "jd@partner.example"), "jd@partner.example"),
        (Grant("link", "anonymous"), ANYONE),
        (Grant("link", "organization"), COLLEAGUES),
        (Grant("link", "something new"), UNKNOWN),
    ],
)
def test_each_is_named_as_the_directory_names_them(grant: Grant, called: str) -> None:
    assert called in grantees([OWNER, shown.permission(grant)])
    assert (UNKNOWN in grantees([OWNER, shown.permission(grant)])) == (called == UNKNOWN)


def test_a_link_for_some_people_opens_it_to_these() -> None:
    people: list[Any] = [{"user": {"email": "jd@partner.example"}}, {"siteUser": {"loginName": "i:0#.f|x"}}]
    link: Any = {"roles": ["read"], "link": {"scope": "users"}, "grantedToIdentitiesV2": people}
    assert {"jd@partner.example", UNKNOWN} < {*grantees([OWNER, link])}
    assert grantees([OWNER, {"roles": ["read"], "link": {"scope": "existingAccess"}}]) == (
        "ada@acme.example",
    )


def test_a_group_of_another_name_is_another_one() -> None:
    twins: list[Any] = [
        {"roles": [], "grantedToV2": {"group": {"id": id_, "displayName": "Shop"}}} for id_ in "ab"
    ]
    assert {"the group Shop (a)", "the group Shop (b)"} < {*grantees([OWNER, *twins])}


@pytest.mark.threat("T23")
@pytest.mark.parametrize(
    ("identity", "called"),
    [
        (
            {"group": {"id": "9f", "displayName": "Partners", "email": "partners@acme.example"}},
            "the group Partners (9f)",
        ),
        (
            {
                "siteUser": {
                    "id": "7",
                    "displayName": "Partners",
                    "loginName": "c:0t.c|tenant|9f",
                    "email": "partners@acme.example",
                }
            },
            "the group Partners (7)",
        ),
        ({"user": {"email": "jd_partner.example#EXT#@acme.example"}}, UNKNOWN),
    ],
)
def test_neither_a_group_nor_a_guest_is_known_by_an_address_of_the_organisation(
    identity: Any, called: str
) -> None:
    assert called in grantees([OWNER, {"roles": ["read"], "grantedToV2": identity}])
    assert not any(
        "partners@" in each or "#EXT#" in each
        for each in grantees([OWNER, {"roles": [], "grantedToV2": identity}])
    )


@pytest.mark.threat("T23")
def test_who_is_no_owner_does_not_know_all_of_them() -> None:
    own = shown.permission(Grant("user", "bob", Role.WRITE))
    assert grantees([own]) == ("bob@acme.example", UNKNOWN)
    assert grantees([]) == grantees(None) == (UNKNOWN,)
    assert UNKNOWN in grantees([OWNER, {"roles": ["read"]}])
    assert UNKNOWN in grantees(
        [OWNER, {"roles": ["read"], "grantedToV2": {"user": {"displayName": "Guest"}}}]
    )
