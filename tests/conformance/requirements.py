"""What the suite has to find, in each of its requirement sets. docs/conformance.md says it in prose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TASKS: Final = "an extension (SEP-2663) that neither the SDK nor remit has"


@dataclass(frozen=True, slots=True)
class Requirements:
    """`passed` and `failed` count checks.

    `not_applicable` says why, by scenario: each of these has a failed or skipped check, and no other does.

    `without_fixtures` are those that remit meets alone, with none of the suite's fixtures behind it.
    """

    scenarios: int
    passed: int
    failed: int
    not_applicable: Mapping[str, str]
    without_fixtures: frozenset[str]


REQUIREMENTS: Final[Mapping[str, Requirements]] = {
    "2025-11-25": Requirements(
        scenarios=33,
        passed=84,
        failed=0,
        not_applicable={},
        without_fixtures=frozenset(
            {
                "dns-rebinding-protection",
                "ping",
                "server-initialize",
                "server-session-lifecycle",
                "server-sse-multiple-streams",
                "tools-call-error",
                "tools-list",
            }
        ),
    ),
    "2026-07-28": Requirements(
        scenarios=50,
        passed=169,
        failed=25,
        not_applicable={
            "tasks-capability-negotiation": TASKS,
            "tasks-dispatch-and-envelope": TASKS,
            "tasks-lifecycle": TASKS,
            "tasks-mrtr-composition": TASKS,
            "tasks-mrtr-input": TASKS,
            "tasks-request-headers": TASKS,
            "tasks-request-state-removal": TASKS,
            "tasks-required-task-error": TASKS,
            "tasks-status-notifications": TASKS,
            "tasks-wire-fields": TASKS,
        },
        without_fixtures=frozenset(
            {
                "dns-rebinding-protection",
                "http-header-validation",
                "input-required-result-unsupported-methods",
                "server-sse-multiple-streams",
                "tools-call-error",
                "tools-list",
            }
        ),
    ),
}
