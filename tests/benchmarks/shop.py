"""What is asked of both servers: a shop's customers, with people's data in most columns."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from policies.document import parse
from policies.sources import PostgresSource
from tests.backends import Postgres
from tools.postgres.role import role_sql

ROWS = 500_000
SEED = 20_260_728

TABLE = """
CREATE TABLE customers (
    id int PRIMARY KEY, name text, email text, phone text, city text, company text, territory text, note text,
    amount numeric(10, 2), status text, active boolean, created_at timestamptz
)
"""
COLUMNS = (
    "id", "name", "email", "phone", "city", "company", "territory", "note", "amount", "status", "active",
    "created_at",
)  # fmt: skip

CONFIGURATION = """\
[server]
name = "bench"
store = "{store}"
{store_password}

[identity.local]
user = "ada"
tenant = "acme"
roles = ["analyst"]

# Counted like any other, and never met.
[results]
characters = 10000000

[limits]
calls_per_minute = 100000
burst = 10000
tenant = {{ calls_per_minute = 100000, burst = 10000 }}
source = {{ calls_per_minute = 100000, burst = 10000 }}

[sources.shop]
kind = "postgres"
dsn = "{dsn}"
credential = "shared"
reason = "one reporting role"
password = "env:SHOP_PASSWORD"
tls_ca = "{ca}"
max_rows = 1000
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.shop.roles]
read = ["analyst"]

[sources.shop.tables.customers]
columns = [{columns}]
"""

_GIVEN = (
    "Lena", "Aiko", "Tomás", "Priya", "Jonas", "Fatima", "Liam", "Chiara", "Kwame", "Sofia", "Mateusz",
    "Ingrid", "Rahul", "Nadia", "Pedro", "Hannah", "Yusuf", "Claire", "Dmitri", "Mei", "Oliver", "Zanele",
    "Emre", "Astrid", "Carlos", "Ewa", "Samuel", "Leila", "Viktor", "Grace",
)  # fmt: skip
_FAMILY = (
    "Hoffmann", "Tanaka", "Silva", "Raman", "Lindqvist", "Haddad", "O'Brien", "Romano", "Mensah", "Petrova",
    "Kowalski", "Nilsen", "Kapoor", "Benali", "Alvarez", "Schmidt", "Demir", "Dubois", "Ivanov", "Chen",
    "Taylor", "Dlamini", "Yilmaz", "Berg", "Moreno", "Nowak", "Okafor", "Farahani", "Horvath", "Mwangi",
)  # fmt: skip
_CITIES = ("Berlin", "Lyon", "Porto", "Gdansk", "Turin", "Leeds", "Accra", "Izmir", "Malmö", "Ghent")
_COMPANIES = ("Northwind Traders", "Contoso Ltd", "Acme GmbH", "Fabrikam Inc", "Tailspin Toys", "Adatum SA")
_STATUS = ("open", "paid", "shipped", "returned")
_NOTES = (
    "Order {number} was paid twice, the second payment is on its way back.",
    "Asked {person} to call back about invoice {number} after lunch.",
    "Prefers delivery in the morning; the bell does not work, ring {phone}.",
    "Complained about parcel {number}: the box was open. Refund agreed.",
    "Spoke with {person} from {city}, who wants the contract by Friday.",
    "No answer to our last two letters. Try {email} instead.",
    "Wants to move the subscription {number} to a yearly plan.",
    "VIP since 2019, discount of 12 percent on everything but freight.",
    "{person} signed for delivery {number} at the reception.",
    "Returned item {number}, size too small, exchange sent the same day.",
)


@dataclass(frozen=True, slots=True)
class Shop:
    """The database, and the role that both servers read it with."""

    server: Postgres
    role: str
    password: str

    @property
    def dsn(self) -> str:
        return self.server.dsn("shop", self.role)


async def make_shop(server: Postgres) -> Shop:
    role = "shop_reader"
    await server.create_database("shop")
    password = await server.create_login(role)
    shop = Shop(server, role, password)
    async with server.admin("shop") as admin:
        await admin.execute(TABLE)
        await admin.copy_records_to_table("customers", records=list(_customers()))
        source = parse(configuration(shop, store="sqlite:remit.db"), Path("remit.toml")).sources["shop"]
        assert isinstance(source, PostgresSource)
        await admin.execute(role_sql(source, role))
        await admin.execute("VACUUM ANALYZE customers")
    return shop


def configuration(shop: Shop, *, store: str, store_password: str = "") -> str:
    return CONFIGURATION.format(
        store=store,
        store_password=f'store_password = "{store_password}"' if store_password else "",
        dsn=shop.dsn,
        ca=shop.server.ca,
        columns=", ".join(f'"{name}"' for name in COLUMNS),
    )


def _customers() -> Iterator[tuple[object, ...]]:
    """The same ones each time. Most texts are distinct, as they are in life."""
    chance = random.Random(SEED)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(1, ROWS + 1):
        given, family = chance.choice(_GIVEN), chance.choice(_FAMILY)
        email = f"{given}.{family}{number}@example.com".lower().replace("'", "")
        phone = f"+44 7{chance.randrange(100, 1000)} {chance.randrange(100_000, 1_000_000)}"
        city = chance.choice(_CITIES)
        note = chance.choice(_NOTES).format(
            number=chance.randrange(10_000, 100_000),
            person=f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}",
            phone=phone,
            email=email,
            city=city,
        )
        yield (
            number,
            f"{given} {family}",
            email,
            phone,
            city,
            chance.choice(_COMPANIES),
            "EMEA",
            note,
            chance.randrange(100, 1_000_000) / 100,
            chance.choice(_STATUS),
            chance.random() < 0.9,
            start + timedelta(seconds=number * 997),
        )
