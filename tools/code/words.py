"""What a forge calls its things: in its tools' arguments, in what they say of themselves, and in answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`place` holds a repository and issues, as in project; `path` says how one is named, `pattern` and
    `longest` which texts can be one. `request` is what asks for a change to be taken over, `request_states`
    which of them are listed apart. `run` is what runs for a commit. `open` is the state of an issue that is
    not closed. `search` says what may stand in a search for code, and `searches_refs` whether it looks
    elsewhere than in the default branch. `has_confidential` issues, where members alone may see some.
    `spoken` says what a text must not hold.
    """

    system: str
    place: str
    path: str
    pattern: str
    longest: int
    request: str
    request_states: tuple[str, ...]
    run: str
    open: str
    search: str
    searches_refs: bool
    has_confidential: bool
    spoken: str

    @property
    def places(self) -> str:
        return "repositories" if self.place == "repository" else f"{self.place}s"

    @property
    def number(self) -> str:
        """The name of a request's number, in keys and in answers."""
        return self.request.replace(" ", "_")
