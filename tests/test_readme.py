"""What the README shows is so."""

import ast
import re
from pathlib import Path

import pytest

from policies.document import parse

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("[A-Z]*.md"))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_pipeline_in_the_readme_is_the_pipeline() -> None:
    tree = ast.parse((ROOT / "server/pipeline.py").read_text())
    run = next(n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef) and n.name == "_run")
    shown = ast.parse(
        "async def run(self, request):\n" + re.sub(r"^", "    ", blocks("python")[0], flags=re.MULTILINE)
    )
    method = shown.body[0]
    assert isinstance(method, ast.AsyncFunctionDef)
    assert list(map(ast.unparse, method.body)) == list(map(ast.unparse, run.body[1:]))


def test_the_configuration_in_the_readme_is_valid() -> None:
    for text in blocks("toml"):
        parse(text, ROOT / "remit.toml")


def test_every_command_that_the_makefile_is_said_to_have_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^    make (\w+)", README, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_setting_is_in_the_documentation() -> None:
    from policies.document import Document

    text = (ROOT / "docs/configuration.md").read_text()
    schema = Document.model_json_schema()
    for name, part in schema["$defs"].items():
        for setting in part.get("properties", ()):
            assert re.search(rf"\b{setting}\b", text), f"{name}.{setting}"
