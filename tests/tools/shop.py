"""A small PostgreSQL shop, and sources that reach it."""

from dataclasses import dataclass
from typing import Any

from policies.secret import Credential, Secret
from policies.sources import PostgresSource
from tests.backends import Postgres
from tools.postgres.connector import PostgresConnector

SCHEMA = """
CREATE TABLE public.customers(
    id int PRIMARY KEY, name text NOT NULL, email text, territory text, ssn text
);
CREATE TABLE public.orders(
    id int PRIMARY KEY, customer_id int REFERENCES public.customers(id), amount numeric(10, 2), note text
);
CREATE TABLE public.salaries(id int PRIMARY KEY, employee text);
INSERT INTO public.customers
    SELECT g, 'Customer ' || g, 'c' || g || '@example.com', (ARRAY['EMEA', 'AMER'])[1 + g % 2],
        'SSNLEAK-' || g
    FROM generate_series(1, 100) g;
INSERT INTO public.orders SELECT g, 1 + g % 100, g * 1.5, repeat('x', g % 7) FROM generate_series(1, 3000) g;
INSERT INTO public.salaries SELECT g, 'SALLEAK-' || g FROM generate_series(1, 20) g;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ANALYZE;
"""
TABLES: dict[str, Any] = {
    "public.customers": {"columns": ["id", "name", "email", "territory"]},
    "public.orders": {"columns": ["id", "customer_id", "amount", "note"]},
}
GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT (id, name, email, territory) ON public.customers TO {role};
GRANT SELECT ON public.orders TO {role};
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """A database with customers, orders, and salaries that nobody may see; `role` reads the first two."""

    server: Postgres
    database: str
    role: str
    credential: Credential

    def source(self, **settings: Any) -> PostgresSource:
        return PostgresSource.model_validate(
            {
                "kind": "postgres",
                "dsn": self.server.dsn(self.database, self.role),
                "credential": "shared",
                "reason": "tests",
                "tls_ca": str(self.server.ca),
                "timeout": 5,
                "tables": TABLES,
                **settings,
            }
        )

    def connector(self, key: Secret | None = None, **settings: Any) -> PostgresConnector:
        return PostgresConnector("shop", self.source(**settings), self.server.folder, key)

    async def execute(self, sql: str) -> None:
        async with self.server.admin(self.database) as admin:
            await admin.execute(sql)


async def make_shop(server: Postgres, name: str) -> Shop:
    await server.create_database(name)
    password = await server.create_login(f"{name}_reader")
    shop = Shop(server, name, f"{name}_reader", Credential(Secret(password)))
    await shop.execute(SCHEMA + GRANTS.format(role=shop.role))
    return shop
