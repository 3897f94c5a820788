"""`remit sql check`: what the guard says of a statement. `remit sql role`: the SQL of a right role."""

import argparse
import sys
from functools import partial

from policies.errors import Denied, Refusal
from policies.sources import MysqlSource, PostgresSource, SnowflakeSource, SqlSource
from server.commands.lines import answer
from server.commands.options import takes_configuration
from server.configuration import load
from tools.mysql import role as mysql
from tools.postgres import role as postgres
from tools.snowflake import role as snowflake
from tools.sql.guard import check
from tools.sql.rules import Rules


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="check|role", dest="what")
    checking = what.add_parser(
        "check", help='JSON lines {"id", "sql"} in, a verdict each out; needs no database'
    )
    takes_configuration(checking)
    checking.add_argument("--source", required=True, metavar="SOURCE")
    role = what.add_parser("role", help="print the SQL that makes a role which can do no more than it must")
    takes_configuration(role)
    role.add_argument("--source", required=True, metavar="SOURCE")
    role.add_argument("--role", required=True, metavar="ROLE")


def run(options: argparse.Namespace) -> int:
    sources = load(options.config).document.sources
    source = sources.get(options.source)
    if source is None:
        print(
            f"remit: there is no source {options.source}. There are: {', '.join(sources)}.", file=sys.stderr
        )
        return 2
    if options.what == "role":
        match source:
            case PostgresSource():
                print(postgres.role_sql(source, options.role))
            case MysqlSource():
                print(mysql.role_sql(source, options.role))
            case SnowflakeSource():
                print(snowflake.role_sql(source, options.role))
            case _:
                print(f"remit: {options.source} has no roles: it is of kind {source.kind}.", file=sys.stderr)
                return 2
        return 0
    if not isinstance(source, SqlSource):
        print(f"remit: {options.source} takes no SQL: it is of kind {source.kind}.", file=sys.stderr)
        return 2
    return answer("sql", partial(verdict, rules=Rules.of(source)))


def verdict(statement: str, rules: Rules) -> dict[str, str | None]:
    try:
        checked = check(statement, rules)
    except Denied as denied:
        return {"verdict": "deny", "rule": denied.rule, "reason": denied.message, "sql": None}
    except Refusal as refusal:
        return {"verdict": "deny", "rule": refusal.code, "reason": refusal.message, "sql": None}
    return {"verdict": "allow", "rule": None, "reason": None, "sql": checked.sql}
