"""What GitLab calls its things."""

from typing import Final

from tools.code.words import Words
from tools.gitlab import paths

WORDS: Final = Words(
    system="GitLab",
    place="project",
    path="The project's full path, group/project",
    pattern=paths.PROJECT,
    longest=paths.MAX_PROJECT,
    request="merge request",
    request_states=("opened", "merged", "closed", "all"),
    run="pipeline",
    open="opened",
    search="GitLab's filters filename:, path: and extension: may stand in it.",
    searches_refs=True,
    has_confidential=True,
    spoken="No line may begin with a slash and a word: GitLab would obey it.",
)
