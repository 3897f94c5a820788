"""The rules of the house that no type can hold, read off the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("policies", "tools", "server")
REACH = {"policies": {"policies"}, "tools": {"tools", "policies"}, "server": {"server", "tools", "policies"}}

MAKERS = {
    "Caller": (
        "server/protocol/messages.py",
        "server/protocol/step_up.py",
        "server/commands/undo.py",
        "server/commands/approvals.py",
    ),
    "Token": ("policies/bearer.py",),
    "Request": ("server/protocol/app.py", "server/rollback.py", "server/commands/undo.py"),
    "Answer": ("server/protocol/asking.py", "server/commands/undo.py"),
    "Undoing": ("server/rollback.py",),
    "User": ("server/identity.py", "server/commands/policy.py"),
    "Call": ("tools/catalogue.py",),
    "Permit": ("policies/decision.py",),
    "Admission": ("server/limits.py",),
    "Fresh": ("server/approvals.py",),
    "Restored": ("server/context/contexts.py",),
    "Plan": ("tools/", "server/own/connector.py"),
    "Mandate": ("server/autonomous/mandates.py",),
    "Approval": ("server/approvals.py",),
    "Receipt": ("server/audit.py",),
    "Grant": ("server/audit.py",),
    "Raw": ("tools/", "server/own/connector.py"),
    "Redacted": ("policies/redaction/",),
    "Reply": ("server/audit.py",),
}
IMPURE = {
    "anyio", "apsw", "asyncio", "asyncmy", "asyncpg", "httpx2", "os", "random", "secrets", "shutil", "socket",
    "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib.request",
}  # fmt: skip

MODULES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text())
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
}


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import hides which room it reaches into"
            yield node.module or ""


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Each call, by the last part of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name, node
                case _:
                    pass


def callers(name: str) -> set[str]:
    return {file for file, tree in MODULES.items() for called, _ in calls(tree) if called == name}


def test_imports_go_one_way() -> None:
    for file, tree in MODULES.items():
        ours = {name.split(".")[0] for name in imports(tree)} & {*ROOMS, "tests", "examples"}
        assert ours <= REACH[file.split("/", 1)[0]] or file == "server/launch.py", file


def test_a_policy_neither_waits_nor_looks_at_a_clock() -> None:
    for file, tree in MODULES.items():
        if not file.startswith("policies/"):
            continue
        assert not set(imports(tree)) & IMPURE, file
        assert not any(isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in ast.walk(tree)), file
        assert not {name for name, _ in calls(tree)} & {
            "open",
            "now",
            "today",
            "utcnow",
            "read_text",
            "write_text",
        }, file


def means_another(file: str, name: str) -> bool:
    """Whether the bare name is bound in the file to something that is no proof of policies/call.py."""
    for node in ast.walk(MODULES[file]):
        if isinstance(node, ast.ImportFrom) and node.module != "policies.call":
            if any((alias.asname or alias.name) == name for alias in node.names):
                return True
        elif isinstance(node, ast.ClassDef) and node.name == name:
            return file != "policies/call.py"
    return False


@pytest.mark.parametrize("proof", MAKERS)
def test_each_proof_has_one_maker(proof: str) -> None:
    made = {
        file
        for file, tree in MODULES.items()
        for called, call in calls(tree)
        if called == proof and (isinstance(call.func, ast.Attribute) or not means_another(file, proof))
    }
    assert made, f"nobody makes a {proof}"
    assert all(file.startswith(MAKERS[proof]) for file in made)


def test_no_proof_is_copied_or_conjured() -> None:
    for file, tree in MODULES.items():
        assert not {name for name, _ in calls(tree)} & {"__new__", "__setattr__", "model_construct"}, file
        for name, call in calls(tree):
            if name == "cast":
                assert ast.unparse(call.args[0]).strip("\"'") not in MAKERS, file
            if name == "replace" and ast.unparse(call.func) in {
                "replace",
                "dataclasses.replace",
                "copy.replace",
            }:
                pytest.fail(f"{file}:{call.lineno} copies a frozen value with changes")


def test_only_the_executor_carries_out() -> None:
    assert callers("carry_out") == {"server/executor.py"}


@pytest.mark.threat("T35")
def test_a_secret_is_revealed_only_where_it_is_used() -> None:
    assert callers("reveal") <= {
        "server/alerts/mail.py",
        "server/alerts/slack.py",
        "server/alerts/webhook.py",
        "server/connections.py",
        "server/keys/local.py",
        "server/keys/root.py",
        "server/keys/transit.py",
        "server/metrics/scrapes.py",
        "server/oauth/client.py",
        "server/oauth/far.py",
        "server/oauth/tokens.py",
        "server/store_postgres.py",
        "server/telemetry/tracing.py",
        "tools/rest/api.py",
        "tools/rest/tokens.py",
        "tools/s3/signing.py",
        "tools/mysql/link.py",
        "tools/postgres/connector.py",
    }


def test_the_protocol_is_known_in_one_place() -> None:
    for file, tree in MODULES.items():
        knows = {name.split(".")[0] for name in imports(tree)} & {"mcp", "mcp_types"}
        assert not knows or file.startswith("server/protocol/") or file == "server/demo/tour.py", file


@pytest.mark.threat("T22")
def test_no_guard_goes_by_what_the_detector_finds() -> None:
    """It is told, noted and weighed, and nothing else."""
    knows = {file for file, tree in MODULES.items() if any("injection" in name for name in imports(tree))}
    assert {file for file in knows if not file.startswith("policies/injection/")} == {
        "policies/call.py",  # carried along,
        "policies/redaction/marked.py",
        "policies/redaction/redactor.py",
        "server/loading.py",
        "policies/redaction/rendering.py",  # told,
        "policies/context.py",  # noted,
        "server/context/rows.py",
        "policies/risk.py",  # weighed
    }


@pytest.mark.threat("T15")
def test_no_text_reaches_a_shell() -> None:
    for file, tree in MODULES.items():
        assert not set(imports(tree)) & {"subprocess", "pty", "pickle", "marshal", "shelve"}, file
        called = {name for name, _ in calls(tree)}
        assert not called & {"system", "popen", "eval", "exec", "__import__"}, file


def test_no_guard_is_optional() -> None:
    for file, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Try):
                caught = [ast.unparse(handler.type) for handler in node.handlers if handler.type]
                assert not any("ImportError" in name for name in caught), file
