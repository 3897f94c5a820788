"""What GitHub calls its things."""

from typing import Final

from tools.code.words import Words
from tools.github import paths

WORDS: Final = Words(
    system="GitHub",
    place="repository",
    path="The repository, owner/name",
    pattern=paths.REPOSITORY,
    longest=paths.LONGEST,
    request="pull request",
    request_states=("open", "closed", "all"),
    run="workflow",
    open="open",
    search="It is found as it stands, in the default branch alone: no filters, no quotes.",
    searches_refs=False,
    has_confidential=False,
    spoken="",
)
