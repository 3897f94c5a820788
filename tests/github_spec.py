"""GitHub's own description of its REST API, as `@octokit/openapi` has it."""

from typing import ClassVar, Final

import pytest

from tests.npm import Node
from tests.openapi import OpenApi, fetched

PACKAGE: Final = "@octokit/openapi@23.0.2"
SHA512: Final = (
    "a55f0cecbf46636dc0c9b36f4e6a369f28e6a669edebedac444fedaabd192d07"
    "0f4b8967c3bbb979918d9b044d9010b70fb8195db171e401f32d455105718386"
)
FILE: Final = "package/generated/api.github.com.json"


class GithubSpec(OpenApi):
    long: ClassVar[frozenset[str]] = frozenset({"path", "ref"})


@pytest.fixture(scope="session")
def github_spec(node: Node) -> GithubSpec:
    return GithubSpec(fetched(node, PACKAGE, SHA512, FILE, "github-spec"))
