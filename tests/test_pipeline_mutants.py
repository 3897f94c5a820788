"""Every step of the pipeline left out, and every pair of neighbours swapped, is a type error.

A mutant leaves a step out in two ways: bare, or with the proof of the step before it standing in for the one
that is now missing, as somebody in a hurry would write it. tests/data/pipeline_mutants.txt is the table of
what each checker says; it is compared whole, so that a widened signature shows.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "tests/data/pipeline_mutants.txt"


@dataclass(frozen=True)
class Step:
    """One statement of the pipeline; `opens` where what follows stands inside it."""

    gives: str
    code: str
    opens: bool = False


@dataclass(frozen=True)
class Mutant:
    name: str
    steps: Sequence[Step]

    def method(self) -> list[str]:
        indent, lines = 4, [f"    async def {self.name}(self, request: Request, record: Record) -> Reply:"]
        for step in self.steps:
            indent += 4
            lines += [" " * indent + line for line in step.code.splitlines()]
            indent -= 0 if step.opens else 4
        return lines


def pipeline() -> tuple[str, list[Step]]:
    """The module up to the method `_run`, and the method's steps in order."""
    source = (ROOT / "server/pipeline.py").read_text()
    tree = ast.parse(source)
    run = next(n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef) and n.name == "_run")
    return "\n".join(source.splitlines()[: run.lineno - 1]), list(steps(run.body[1:]))


def steps(body: list[ast.stmt]) -> Iterator[Step]:
    for statement in body:
        match statement:
            case ast.AsyncWith(
                items=[ast.withitem(context_expr=expression, optional_vars=ast.Name(id=name))]
            ):
                yield Step(name, f"async with {ast.unparse(expression)} as {name}:", opens=True)
                yield from steps(statement.body)
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield Step(name, ast.unparse(statement))
            case ast.Return():
                yield Step("reply", ast.unparse(statement))
            case _:
                raise AssertionError(f"the pipeline has a step of a new form: {ast.unparse(statement)}")


def mutants(original: list[Step]) -> Iterator[Mutant]:
    yield Mutant("unchanged", original)
    for i, step in enumerate(original):
        rest = [*original[:i], *original[i + 1 :]]
        if rest:
            yield Mutant(f"without_{step.gives}", rest)
        if i:
            before = original[i - 1].gives
            stand_in = [
                *original[:i],
                *(
                    Step(s.gives, re.sub(rf"\b{step.gives}\b", before, s.code), s.opens)
                    for s in original[i + 1 :]
                ),
            ]
            yield Mutant(f"without_{step.gives}_but_{before}", stand_in)
    for i, (first, second) in enumerate(pairwise(original)):
        yield Mutant(
            f"{second.gives}_before_{first.gives}", [*original[:i], second, first, *original[i + 2 :]]
        )


def write(head: str, variants: Sequence[Mutant], file: Path) -> dict[str, range]:
    """Writes every mutant as a method of one class, and says which lines are whose."""
    lines, where = head.splitlines(), dict[str, range]()
    for mutant in variants:
        method = mutant.method()
        where[mutant.name] = range(len(lines) + 1, len(lines) + len(method) + 1)
        lines += [*method, ""]
    file.write_text("\n".join(lines))
    return where


def mypy(file: Path) -> Iterator[tuple[int, str]]:
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-error-summary"]
    result = subprocess.run([*command, str(file)], cwd=ROOT, capture_output=True, text=True, check=False)
    for line in result.stdout.splitlines():
        # By its name alone: what mypy remembers of the same text it says with the path of an earlier run.
        if found := re.match(rf".*/{re.escape(file.name)}:(\d+): error: .*\[([\w-]+)\]$", line):
            yield int(found[1]), found[2]
    assert result.returncode in {0, 1}, result.stderr


def pyright(file: Path) -> Iterator[tuple[int, str]]:
    settings = file.parent / "pyrightconfig.json"
    settings.write_text(
        json.dumps(
            {
                "typeCheckingMode": "strict",
                "pythonVersion": "3.11",
                "extraPaths": [str(ROOT)],
                "include": [file.name],
            }
        )
    )
    command = [sys.executable, "-m", "pyright", "--outputjson", "-p", str(settings)]
    command += ["--pythonpath", sys.executable]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    for found in json.loads(result.stdout)["generalDiagnostics"]:
        if found["severity"] == "error":
            yield found["range"]["start"]["line"] + 1, found.get("rule", "syntax").removeprefix("report")


def said(found: Iterator[tuple[int, str]], where: range) -> str:
    return " ".join(sorted({code for line, code in found if line in where}))


@pytest.mark.timeout(300)
def test_every_mutant_of_the_pipeline_is_a_type_error(tmp_path: Path) -> None:
    head, original = pipeline()
    variants = list(mutants(original))
    file = tmp_path / "mutants.py"
    where = write(head, variants, file)
    by_mypy, by_pyright = list(mypy(file)), list(pyright(file))
    rows = {
        name: (said(iter(by_mypy), lines), said(iter(by_pyright), lines)) for name, lines in where.items()
    }

    assert rows.pop("unchanged") == ("", "")
    missed = [name for name, (one, other) in rows.items() if not one and not other]
    assert not missed
    assert len(rows) == 3 * len(original) - 2
    table = "".join(f"{name:34} | {one:28} | {other}\n" for name, (one, other) in rows.items())
    assert table == TABLE.read_text(), "the table has changed: look at each line that did, then renew it"
