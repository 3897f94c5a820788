"""The configuration: what it refuses, and where it says the fault is."""

from pathlib import Path

import pytest

from policies.document import Document, parse
from policies.errors import ConfigurationError
from policies.sources import SqlSource, is_loopback

FILE = Path("/etc/remit/remit.toml")

SHOP = """\
[server]
name = "acme"

[sources.shop]
kind = "sqlite"
dsn = "sqlite:shop.db"

[sources.shop.roles]
read = ["analyst"]

[sources.shop.tables."main.customers"]
columns = ["id", "name"]
rows = "territory = :territory"
"""


def refused(text: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, FILE)
    return caught.value


def test_a_small_configuration_reads_as_it_stands() -> None:
    document = parse(SHOP, FILE)
    shop = document.sources["shop"]
    assert isinstance(shop, SqlSource)
    assert shop.tables["main.customers"].columns == ("id", "name")
    assert document.within("policy") == Path("/etc/remit/policy")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            8,
            SHOP.replace("[sources.shop.roles]\n", "[sources.shop.roles]\nreed = []\n").replace(
                "read =", "#"
            ),
        ),
        (12, SHOP.replace("rows =", "row =")),
        (4, SHOP.replace("[sources.shop]", "[sources.Shop]")),
        (2, SHOP.replace('name = "acme"', "name = 7")),
        (5, SHOP.replace('kind = "sqlite"', 'kind = "oracle"')),
        (4, SHOP.replace('kind = "sqlite"\n', "")),
    ],
)
def test_a_fault_is_reported_at_its_line(line: int, text: str) -> None:
    error = refused(text)
    found = int(error.where.rsplit(":", 1)[1])
    assert abs(found - line) <= 1, error
    assert error.remedy


@pytest.mark.parametrize("kind", ['kind = "oracle"\n', ""])
def test_a_kind_that_there_is_not_is_told_with_those_that_there_are(kind: str) -> None:
    error = refused(SHOP.replace('kind = "sqlite"\n', kind))
    assert "sources.shop.kind: " in str(error)
    known = "postgres, sqlite, mysql, snowflake, gitlab, github, slack, s3, drive, teams, sharepoint"
    assert error.remedy == f"Write one of: {known}."


def test_a_setting_of_another_kind_is_refused_by_its_own_name() -> None:
    error = refused(SHOP.replace('dsn = "sqlite:shop.db"', 'dsn = "sqlite:shop.db"\nmax_cost = 7'))
    assert "sources.shop.max_cost: there is no such setting of a source of kind sqlite" in str(error)
    assert error.where == f"{FILE}:7"


@pytest.mark.threat("T35")
@pytest.mark.parametrize(
    "text",
    [
        '[keys]\nmaster = "hunter2hunter2"\n',
        '[sources.s]\nkind = "postgres"\ndsn = "postgresql://ada:hunter2@db/shop"\n',
        '[sources.s]\nkind = "postgres"\ndsn = "postgresql://ada@db/shop?password=hunter2"\n',
        '[sources.s]\nkind = "postgres"\ndsn = "postgresql://db/shop"\npassword = "hunter2"\n',
        '[server]\nstore = "postgresql://ada:hunter2@db/remit"\n',
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(text: str) -> None:
    assert "hunter2" not in str(refused(text))


def test_text_that_is_not_toml_is_refused_with_its_line() -> None:
    assert refused("[server\n").where == f"{FILE}:1"


@pytest.mark.parametrize(
    "dsn", ["postgresql://db.acme.example/shop", "postgresql:///shop?host=db.acme.example"]
)
def test_weak_tls_is_refused_for_a_host_that_is_elsewhere(dsn: str) -> None:
    assert "verify-full" in str(refused(f'[sources.s]\nkind = "postgres"\ndsn = "{dsn}"\ntls = "disable"\n'))


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://127.0.0.1/shop",
        "postgresql://localhost:5433/shop",
        "postgresql://[::1]/shop",
        "postgresql:///shop?host=/run/postgresql",
        "postgresql:///shop?host=%2Frun%2Fpostgresql",
    ],
)
def test_a_socket_and_a_loopback_address_are_this_machine(dsn: str) -> None:
    assert is_loopback(dsn)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://127.0.0.1.evil.example/shop",
        "postgresql://localhost/shop?host=db.acme.example",
        "postgresql://127.0.0.1,db.acme.example/shop",
        "postgresql:///shop?hostaddr=10.0.0.8",
        "postgresql:///shop?HOST=db.acme.example",
        "postgresql:///shop?service=prod",
    ],
)
def test_an_address_elsewhere_is_not_this_machine(dsn: str) -> None:
    assert not is_loopback(dsn)


PIN = f"sha256//{'A' * 43}="
OIDC = '[identity.oidc]\nissuer = "https://idp.acme.example"\ntenant_claim = "tenant"\n'


def test_a_token_is_for_the_server_and_signed_asymmetrically_unless_the_file_says_otherwise() -> None:
    document = parse('[server]\nurl = "https://remit.acme.example/"\n' + OIDC, FILE)
    oidc = document.identity.oidc
    assert oidc is not None
    assert (oidc.audience, document.resource) == (None, "https://remit.acme.example/mcp")
    assert oidc.roles_claim == "groups"
    assert oidc.algorithms == ("RS256", "PS256", "ES256", "EdDSA")


@pytest.mark.parametrize(
    "text",
    [
        OIDC.replace("https://idp.acme.example", "http://idp.acme.example"),
        OIDC.replace("https://idp.acme.example", "http://127.0.0.1.evil.example"),
        OIDC.replace("https://idp.acme.example", "http://localhost@evil.example"),
        OIDC.replace("https://idp.acme.example", "https://idp.acme.example?realm=1"),
        OIDC.replace("https://idp.acme.example", "https://idp.acme.example#1"),
        OIDC.replace("https://idp.acme.example", 'https://idp.acme.example/\\", error=\\"x'),
        OIDC.replace("https://idp.acme.example", "https://idp.acme.example\\n"),
        OIDC.replace("https://idp.acme.example", "https://"),
        OIDC.replace("https://idp.acme.example", "idp.acme.example"),
        OIDC.replace('tenant_claim = "tenant"', ""),
        OIDC + 'tenant = "acme"\n',
        OIDC + 'algorithms = ["none"]\n',
        OIDC + 'algorithms = ["HS256"]\n',
        OIDC + "algorithms = []\n",
        OIDC + 'claims = ["org.territory"]\n',
        OIDC + "claims = [1]\n",
        OIDC + "claims = [[]]\n",
        OIDC + 'secret = "hunter2"\n',
        OIDC + '[identity.oidc.scopes]\nread = "two words"\n',
        OIDC + "[identity.oidc.scopes]\nread = 'a\"quote'\n",
        OIDC.replace("idp.acme.example", "0x7f.1"),
        OIDC.replace("idp.acme.example", "2130706433"),
        OIDC.replace("idp.acme.example", "idp.acme.example."),
        OIDC + 'endpoint_origins = ["https://keys.inner/path"]\n',
        OIDC + 'endpoint_origins = ["http://keys.inner"]\n',
        OIDC + 'tls_minimum = "1.1"\n',
        OIDC + f'tls_pins = ["{PIN}"]\n',
        OIDC + f'tls_pins = ["{PIN}", "{PIN}"]\n',
        OIDC + 'tls_pins = ["sha256//AAAA", "sha256//BBBB"]\n',
        OIDC + 'tls_key = "client.key"\n',
        '[server]\nurl = "http://remit.acme.example"\n' + OIDC,
    ],
)
def test_an_issuer_that_could_be_anybody_is_refused(text: str) -> None:
    assert refused(text).remedy


def test_a_claim_with_a_long_name_has_a_short_one_for_row_filters() -> None:
    text = 'claims = { territory = "https://acme.example/territory" }\n'
    named = parse(OIDC + text, FILE).identity.oidc
    plain = parse(OIDC + 'claims = ["territory"]\n', FILE).identity.oidc
    assert named
    assert plain
    assert named.claims == {"territory": "https://acme.example/territory"}
    assert plain.claims == {"territory": "territory"}


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1:9000", "[::1]:9000"])
def test_an_issuer_on_this_machine_needs_no_tls(host: str) -> None:
    assert parse(OIDC.replace("https://idp.acme.example", f"http://{host}/realm"), FILE).identity.oidc


def test_a_shared_credential_needs_a_reason() -> None:
    assert "reason" in str(
        refused('[sources.s]\nkind = "postgres"\ndsn = "postgresql://db/shop"\ncredential = "shared"\n')
    )


def test_settings_are_frozen() -> None:
    document: Document = parse(SHOP, FILE)
    with pytest.raises(ValueError, match="frozen"):
        document.server = document.server
