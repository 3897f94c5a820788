"""What is done with what was found: the treatments, the operator's rules, and the defaults without them.

The most special rule decides, in this order:

    a role's rule for the column
    the rule for the column
    a role's rule for the kind of data
    the rule for the kind of data
    the default of the source's classification

Of somebody's several roles those count that have such a rule, and the most open of their rules wins. A role
without one takes nothing away and gives nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator

from policies.labels import PERSONAL, is_label, labels
from policies.values import Frozen, Role

T = TypeVar("T")
Classification: TypeAlias = Literal["public", "internal", "confidential", "restricted"]


Place: TypeAlias = tuple[str, str]
"""A table by its full name, and a column of it; where the table is "", a column of an answer by its name."""


class Treatment(StrEnum):
    """What is done with a finding, the most open first."""

    KEEP = "keep"
    """It passes. A credential never does."""
    PSEUDONYM = "pseudonym"
    """`<PERSON_1_k7qm2a>`: one for one value within a context, and only the server leads it back."""
    MASK = "mask"
    """`<CREDIT_CARD *1111>` where four digits don't give it away, else `<PERSON>`."""
    HIDE = "hide"
    """`<PERSON>`: of which kind it was, and no more."""
    DROP = "drop"
    """Nothing stays: a cell that is all of it is null."""
    REFUSE = "refuse"
    """The call ends in a refusal."""


_STRICTNESS: Final = {treatment: place for place, treatment in enumerate(Treatment)}


def strictest(treatments: Iterable[Treatment]) -> Treatment:
    return max(treatments, key=_STRICTNESS.__getitem__)


def most_open(treatments: Iterable[Treatment]) -> Treatment:
    return min(treatments, key=_STRICTNESS.__getitem__)


IDENTIFYING: Final = (
    "AGE",
    "BANK_ACCOUNT",
    "CREDIT_CARD",
    "CRYPTO",
    "IBAN_CODE",
    "MEDICAL_RECORD",
    "NATIONAL_ID",
    "TAX_ID",
    "UK_NHS",
    "US_BANK_NUMBER",
    "US_DRIVER_LICENSE",
    "US_PASSPORT",
    "US_SSN",
)
"""Numbers of payment and identity: nothing is asked by them, and nobody has to be referred to by them."""

_CONFIDENTIAL: Final = {
    label: Treatment.MASK if label in IDENTIFYING else Treatment.PSEUDONYM for label in PERSONAL
}
DEFAULTS: Final[Mapping[Classification, Mapping[str, Treatment]]] = {
    "public": {**_CONFIDENTIAL, **dict.fromkeys(("PERSON", "ORGANIZATION", "LOCATION"), Treatment.KEEP)},
    "internal": {**_CONFIDENTIAL, **dict.fromkeys(("ORGANIZATION", "LOCATION"), Treatment.KEEP)},
    "confidential": _CONFIDENTIAL,
    "restricted": dict.fromkeys(PERSONAL, Treatment.HIDE),
}
"""By classification and label."""


def of_own(classification: Classification) -> Treatment:
    """The default for an operator's own kinds of data."""
    return Treatment.HIDE if classification == "restricted" else Treatment.PSEUDONYM


def _known(label: str) -> str:
    if not is_label(label):
        raise ValueError(
            f"there is no kind of personal data of that name; there are: {labels()}, and "
            "CUSTOM_... for those of recognizers of your own"
        )
    return label


Label = Annotated[str, AfterValidator(_known)]


class Rules(Frozen):
    """What is done with what is found: by its label in `entities`, by where it stands in `columns`.

    `drop` and `refuse` of a column are of the column itself, whatever is found in it.
    """

    entities: dict[Label, Treatment] = {}
    columns: dict[str, Treatment] = {}


class Redaction(Rules):
    """The rules of a source; those of `roles` go before them."""

    roles: dict[Role, Rules] = {}

    @property
    def all_rules(self) -> Sequence[Rules]:
        return [self, *self.roles.values()]

    def treatments(
        self, classification: Classification, roles: AbstractSet[str], place: Callable[[str], Place]
    ) -> "Treatments":
        """What holds for somebody with these roles. `place` says which column a rule's name is of."""

        def placed(rules: Rules) -> Mapping[Place, Treatment]:
            return {place(name): treatment for name, treatment in rules.columns.items()}

        held = [rules for role, rules in self.roles.items() if role in roles]
        return Treatments(
            {**DEFAULTS[classification], **self.entities, **_joined(rules.entities for rules in held)},
            {**placed(self), **_joined(map(placed, held))},
            of_own(classification),
        )


@dataclass(frozen=True, slots=True)
class Treatments:
    """What is done for one user of a source: by label, and by column where a rule names it.

    `own` is what is done with an operator's own kinds of data that no rule names.
    """

    entities: Mapping[str, Treatment] = field(default_factory=lambda: DEFAULTS["confidential"])
    columns: Mapping[Place, Treatment] = field(default_factory=dict[Place, Treatment])
    own: Treatment = Treatment.PSEUDONYM

    def of(self, label: str) -> Treatment:
        """What is done with personal data of this label, wherever it stands."""
        return self.entities.get(label, self.own)


def _joined(each: Iterable[Mapping[T, Treatment]]) -> dict[T, Treatment]:
    joined: dict[T, Treatment] = {}
    for rules in each:
        for key, treatment in rules.items():
            joined[key] = most_open((treatment, joined.get(key, treatment)))
    return joined
