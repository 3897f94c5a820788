"""One tool that the suite calls by name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from policies.call import Tier, Tool
from policies.canonical import Json
from tests.conformance.answers import Row
from tests.conformance.conversation import Conversation
from tools.tables import TABLE_OUTPUT

Arguments = Mapping[str, Json]
Act = Callable[[Conversation, Arguments], Awaitable[Sequence[Row]]]

NO_ARGUMENTS: Mapping[str, Json] = {"type": "object", "properties": {}, "additionalProperties": False}


@dataclass(frozen=True, slots=True)
class Fixture:
    """`name` is SOURCE_VERB, as with every tool."""

    name: str
    description: str
    act: Act
    input_schema: Mapping[str, Json] = field(default_factory=lambda: NO_ARGUMENTS)

    @property
    def source(self) -> str:
        return self.name.partition("_")[0]

    @property
    def verb(self) -> str:
        return self.name.partition("_")[2]

    @property
    def tool(self) -> Tool:
        return Tool(
            source=self.source,
            verb=self.verb,
            tier=Tier.READ,
            title=self.description,
            description=self.description,
            input_schema=self.input_schema,
            output_schema=TABLE_OUTPUT,
        )


def takes_text(name: str, description: str) -> Mapping[str, Json]:
    """The schema of one required text."""
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": description}},
        "required": [name],
        "additionalProperties": False,
    }


def answers(*rows: Row) -> Act:
    """Always the same."""

    async def act(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
        return rows

    return act
