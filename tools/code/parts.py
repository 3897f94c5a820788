"""Parts of which the schemas of several tools are made."""

from dataclasses import dataclass
from typing import Final

from policies.sources import CodeSource
from tools.code import names
from tools.code.words import Words
from tools.rest.parts import Part
from tools.sql.pages import MAX_SAFE_INTEGER

MAX_LABELS: Final = 10
MAX_LABEL: Final = 255
MAX_TITLE: Final = 255
MAX_TEXT: Final = 20_000
_MAX_NUMBER: Final = 2**31 - 1

TITLE: Final[Part] = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_TITLE,
    "description": f"One line, at most {MAX_TITLE} characters.",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Of the source `name`."""

    name: str
    source: CodeSource
    words: Words

    @property
    def place(self) -> Part:
        return {
            "type": "string",
            "pattern": self.words.pattern,
            "maxLength": self.words.longest,
            "description": f"{self.words.path}, as {self.name}_repositories lists it.",
        }

    @property
    def ref(self) -> Part:
        most = names.MAX_REF
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": most,
            "description": f"A branch, a tag or a commit's id, at most {most} bytes; HEAD by default.",
        }

    @property
    def issue(self) -> Part:
        return {
            "type": "integer",
            "minimum": 1,
            "maximum": _MAX_NUMBER,
            "description": f"Its number within the {self.words.place}, as {self.name}_issues lists it.",
        }

    @property
    def request(self) -> Part:
        return {
            "type": "integer",
            "minimum": 1,
            "maximum": _MAX_NUMBER,
            "description": f"Its number within the {self.words.place}, as {self.name}_proposals lists it.",
        }

    @property
    def job(self) -> Part:
        return {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_SAFE_INTEGER,
            "description": f"Its number, as {self.name}_jobs lists it.",
        }

    def labels(self, description: str) -> Part:
        return {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": MAX_LABEL, "pattern": "^[^,]+$"},
            "maxItems": MAX_LABELS,
            "description": f"{description}, at most {MAX_LABELS}.",
        }

    @property
    def text(self) -> Part:
        said = f"Markdown, at most {MAX_TEXT} characters. {self.words.spoken}".rstrip()
        return {"type": "string", "maxLength": MAX_TEXT, "description": said}
