"""What the tour asks and does, what it tells of that, and how to see that it went so."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One tool result, as the tour looks at it."""

    refused: str
    text: str
    data: dict[str, Any]

    @property
    def rows(self) -> list[list[Any]]:
        rows: list[list[Any]] = self.data.get("rows", [])
        return rows

    @property
    def whole(self) -> str:
        """Both halves: what one of them hides, the other must not show."""
        return self.text + json.dumps(self.data, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One question, what is told of it, and how to tell that it went so."""

    told: str
    tool: str
    asks: dict[str, Any] | Callable[[str], dict[str, Any]]
    holds: Callable[[Answer], bool]
    says: str = "nothing"
    """What Ada says when she is asked: "yes" or "no". Who is told that she says nothing is not asked."""

    def arguments(self, done: str) -> dict[str, Any]:
        """`done` is the id of the last action."""
        return self.asks(done) if callable(self.asks) else self.asks


@dataclass(frozen=True, slots=True)
class Errand:
    """What an administrator does meanwhile: a command of remit's, as it is typed."""

    told: str
    command: Sequence[str]
    lists: Mapping[str, bool] = field(default_factory=dict[str, bool])
    """Which tools the client's list has within a second, and which it has no more."""


def refused(code: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.refused == code


STEPS: Sequence[Step] = (
    Step(
        "What may I see? Only what the configuration names: no ssn column, no payroll.",
        "shop_schema",
        {},
        lambda a: "email" in a.whole and "ssn" not in a.whole and "salaries" not in a.whole,
    ),
    Step(
        "Customers: only Ada's territory (3 of 6), and people's data masked in both halves.",
        "shop_query",
        {"sql": "SELECT id, name, email, territory FROM customers ORDER BY id"},
        lambda a: len(a.rows) == 3 and "Hoffmann" not in a.whole and "example.com" not in a.whole,
    ),
    Step(
        "A star means the permitted columns.",
        "shop_query",
        {"sql": "SELECT * FROM customers"},
        lambda a: not a.refused and "501-21" not in a.whole and "ssn" not in a.whole,
    ),
    Step(
        "A hidden column is refused, wherever it stands.",
        "shop_query",
        {"sql": "SELECT count(*) FROM customers WHERE ssn LIKE '5%'"},
        refused("denied"),
    ),
    Step(
        "A question over two tables, answered in numbers.",
        "shop_query",
        {
            "sql": "SELECT c.territory, o.status, count(*) AS orders, round(sum(o.amount), 2) AS total "
            "FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY 1, 2 ORDER BY total DESC"
        },
        lambda a: len(a.rows) == 4 and {row[0] for row in a.rows} == {"EMEA"},
    ),
    Step(
        "A large result comes in pages: 50 rows, and a cursor to the next.",
        "shop_query",
        {"sql": "SELECT id, amount FROM orders ORDER BY id"},
        lambda a: len(a.rows) == 50 and a.data["truncated"] is True and bool(a.data["next"]),
    ),
    Step(
        "A write is refused by a tool that reads.",
        "shop_query",
        {"sql": "UPDATE orders SET amount = 0"},
        refused("denied"),
    ),
    Step(
        "A second statement is refused, before anything runs.",
        "shop_query",
        {"sql": "SELECT 1; DROP TABLE orders"},
        lambda a: a.refused in {"denied", "invalid_argument"},
    ),
    Step(
        "The database's own catalogue is refused.",
        "shop_query",
        {"sql": "SELECT sql FROM sqlite_master"},
        refused("denied"),
    ),
    Step(
        "What customers wrote: a card and a key masked, hidden characters gone, the order to the model in a "
        "boundary, as data.",
        "shop_query",
        {"sql": "SELECT id, body FROM messages ORDER BY id"},
        lambda a: (
            not a.refused
            and all(secret not in a.whole for secret in ("4111", "AKIA", "\u200b", "\u202e"))
            and "[secret: " in a.whole
        ),
    ),
    Step(
        "How would the database go about it? The plan, of the statement that would run.",
        "shop_explain",
        {"sql": "SELECT status, count(*) FROM orders GROUP BY status"},
        lambda a: not a.refused and bool(a.rows),
    ),
    Step(
        "Another department's source: as if it did not exist.",
        "payroll_query",
        {"sql": "SELECT * FROM salaries"},
        refused("denied"),
    ),
    Step(
        "An invisible character in an argument is refused by the argument's name.",
        "shop_query",
        {"sql": "SELECT\u200b1"},
        refused("invalid_argument"),
    ),
)


def action(answer: Answer) -> dict[str, Any]:
    facts: dict[str, Any] = answer.data.get("action", {})
    return facts


# A key of its own, because what was declined is not asked again for a while, in another tour either.
CANCEL = {
    "sql": "UPDATE orders SET status = 'cancelled' WHERE id = 3",
    "idempotency_key": secrets.token_hex(8),
}
PAY = {"sql": "UPDATE orders SET status = 'paid' WHERE id IN (3, 7)"}
BEFORE = [[3, "cancelled"], [7, "cancelled"]]
LOOK = {"sql": "SELECT id, status FROM orders WHERE id IN (3, 7) ORDER BY id"}

ACTIONS: Sequence[Step] = (
    Step(
        "A change is proposed, Ada's client shows her exactly what would change, and she says no.",
        "shop_write",
        CANCEL,
        refused("not_approved"),
        says="no",
    ),
    Step(
        "The model tries again. Ada is not even asked.",
        "shop_write",
        CANCEL,
        refused("not_approved"),
    ),
    Step(
        "What may not be changed is refused before anybody is asked: amounts are not open.",
        "shop_write",
        {"sql": "UPDATE orders SET amount = 0 WHERE id = 3"},
        refused("denied"),
    ),
    Step(
        "Neither is a change that does not say which rows.",
        "shop_write",
        {"sql": "UPDATE orders SET status = 'paid'"},
        lambda a: a.refused in {"denied", "invalid_argument"},
    ),
    Step(
        "How the two orders stand.",
        "shop_query",
        LOOK,
        lambda a: a.rows == BEFORE,
    ),
    Step(
        "Another change: Ada looks, and says yes. It is done once.",
        "shop_write",
        PAY,
        lambda a: action(a).get("state") == "done" and len(a.rows) == 2,
        says="yes",
    ),
    Step(
        "The same call again, as after a lost answer: it is answered, and nothing is done.",
        "shop_write",
        PAY,
        lambda a: action(a).get("replayed") is True,
    ),
    Step("It is done.", "shop_query", LOOK, lambda a: a.rows == [[3, "paid"], [7, "paid"]]),
    Step(
        "Ada takes it back: an action like any other, so she is asked.",
        "remit_undo",
        lambda done: {"id": done},
        lambda a: action(a).get("state") == "done",
        says="yes",
    ),
    Step(
        "Everything is as it was.",
        "shop_query",
        LOOK,
        lambda a: a.rows == BEFORE,
    ),
    Step(
        "What was done on her behalf.",
        "remit_actions",
        {},
        lambda a: [row[3] for row in a.rows[:3]] == ["done", "done", "declined"],
    ),
)

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
SHIP = {"sql": "UPDATE orders SET status = 'shipped' WHERE id = 5"}
DROP = {
    "sql": "UPDATE orders SET status = 'cancelled' WHERE id = 9",
    "idempotency_key": secrets.token_hex(8),
}
ALONE: Sequence[Step | Errand] = (
    Step(
        "A tool that asks nobody: there is none, as long as no administrator has switched one on.",
        "shop_write_auto",
        SHIP,
        refused("denied"),
    ),
    Errand(
        "An administrator lets orders that are paid be marked as shipped without a person, until tomorrow.",
        (
            "autonomous",
            "on",
            "shop_write",
            "--scope",
            "ship",
            "--until",
            TOMORROW,
            "--why",
            "parcels leave all day",
        ),
        lists={"shop_write_auto": True},
    ),
    Step(
        "Within that scope it is done at once. Ada is not asked.",
        "shop_write_auto",
        SHIP,
        lambda a: action(a).get("state") == "done",
    ),
    Step(
        "What goes beyond the scope is asked, with the reason. Ada says no.",
        "shop_write_auto",
        DROP,
        refused("not_approved"),
        says="no",
    ),
    Errand(
        "Something looks odd: the administrator halts whatever acts alone.",
        ("halt", "--tier", "auto", "--why", "to look at it"),
    ),
    Step(
        "From then on it does nothing.",
        "shop_write_auto",
        {"sql": "UPDATE orders SET status = 'shipped' WHERE id = 13"},
        refused("halted"),
    ),
    Step("Reading goes on.", "shop_query", LOOK, lambda a: a.rows == BEFORE),
    Errand("All is well, and it may go on.", ("resume", "--tier", "auto", "--why", "it was as it should be")),
    Step(
        "What was done alone can be taken back like anything else, and Ada is asked about that.",
        "remit_undo",
        lambda done: {"id": done},
        lambda a: action(a).get("state") == "done",
        says="yes",
    ),
    Errand(
        "The administrator switches it off again.",
        ("autonomous", "off", "shop_write", "--why", "the tour is over"),
        lists={"shop_write_auto": False},
    ),
)
