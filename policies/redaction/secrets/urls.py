"""URLs that hold a password: `postgresql://app:...@db/shop` (RFC 3986, section 3.2.1)."""

from collections.abc import Iterator
from typing import Final

from policies.redaction.linear import Pattern, Screen
from policies.redaction.secrets.looks import is_placeholder
from policies.redaction.spans import Finding, Weight

_WITH_USER: Final = Pattern(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,30})://(?P<user>[^\s/:\"'<>|]{0,128}):(?P<password>[^\s/\"'<>|"
    r"]{1,256})@(?P<rest>[^\s\"'<>|\\`]*)"
)
SCREEN: Final = Screen([_WITH_USER], hint="://")
_FAMILIES: Final = (
    ("postgres", "postgres_url"),
    ("pg", "postgres_url"),
    ("mysql", "mysql_url"),
    ("mariadb", "mysql_url"),
    ("mongodb", "mongodb_url"),
    ("redis", "redis_url"),
    ("amqp", "amqp_url"),
)


def find_urls(text: str) -> Iterator[Finding]:
    """The whole URL: host and database help whoever finds the password."""
    if not SCREEN.passes(text):
        return
    for match in _WITH_USER.find(text):
        password = (
            match["password"].rpartition("@")[2] if match["password"].endswith("@") else match["password"]
        )
        if is_placeholder(password) or "${" in password:
            continue
        scheme = match["scheme"].lower().removeprefix("jdbc:")
        label = next((label for prefix, label in _FAMILIES if scheme.startswith(prefix)), "url_password")
        end = match.end()
        query = text.find("?", match.start("rest"), end)
        amp = text.find("&", match.start("rest"), end)
        if amp >= 0 and query < 0:
            end = amp  # the URL is itself the value of a query's parameter
        while end > match.start("rest") and text[end - 1] in ".,;:)]}!?":
            end -= 1
        yield Finding(match.start(), end, label, Weight.SECRET)
