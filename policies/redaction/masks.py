"""What stands in place of what was found in one answer: as the rules for its reader say."""

from collections import Counter
from collections.abc import Callable
from typing import Final, TypeAlias

from policies.call import Column, Origin
from policies.errors import Denied
from policies.labels import LONG_NUMBERS
from policies.redaction.lineage import is_named_anew, meaning_of
from policies.redaction.spans import Span
from policies.redaction.work import WITHHELD
from policies.treatments import Treatment, Treatments, strictest

Mask: TypeAlias = Callable[[Span, str], str]
"""What stands in place of a span of a text."""

Pseudonyms: TypeAlias = Callable[[str, str], str | None]
"""What stands for a text that was found to be of a label; None where no more can be given out."""

TOO_MUCH: Final = "[withheld: too much to be looked through]"

_LEADING_BACK: Final = {Treatment.PSEUDONYM, Treatment.MASK}
_SHOWING: Final = {Treatment.KEEP, Treatment.MASK}
_SHOWN: Final = 4  # digits
_ENOUGH: Final = 10  # letters and digits, of which those shown are not the half


def _none(label: str, text: str) -> None:
    """No pseudonyms."""
    del label, text


class Masks:
    """Hands masks out and counts them, by label; the same secret has the same number throughout.

    Without `refusing`, what would be refused is hidden: for the answer to what has been done already.
    `given` are the pseudonyms that were given out, `lacking` says that one was not to be had. `withheld`
    counts what was not looked through.
    """

    def __init__(
        self, treatments: Treatments | None = None, pseudonyms: Pseudonyms = _none, *, refusing: bool = True
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.given: set[str] = set()
        self.lacking = False
        self.withheld = 0
        self._treatments = treatments or Treatments()
        self._pseudonyms = pseudonyms
        self._refusing = refusing
        self._numbers: dict[str, int] = {}

    def within(self, column: Column | None, *, name: bool = False) -> Mask:
        """Masks for what stands in a column, or in no certain one. Of a `name` something always stays.

        They raise `Denied` (rule `redaction`) for what is to be refused.
        """
        known: dict[str, Treatment] = {}

        def mask(span: Span, text: str) -> str:
            found = text[span.start : span.end]
            if span.label == WITHHELD:
                self.withheld += 1
                return TOO_MUCH
            if not span.label.isupper():
                return self._secret(span.label, found)
            treatment = known.get(span.label)
            if treatment is None:
                treatment = known[span.label] = self.treatment(span.label, column)
            return self._treated(span.label, found, treatment, name=name)

        return mask

    def part(self, span: Span, text: str) -> str:
        """A mask for what is a finding only together with others: it says of which kind, and no more."""
        if not span.label.isupper():
            return self._secret(span.label, text[span.start : span.end])
        refused = self.treatment(span.label, None) is Treatment.REFUSE
        return self._treated(span.label, "", Treatment.REFUSE if refused else Treatment.HIDE)

    def treatment(self, label: str, column: Column | None) -> Treatment:
        """What is done with personal data of this label there.

        What is made of several columns is treated as the strictest of them. Of what is made from values
        nothing may lead back to them: the pseudonym of a first letter tells which names begin alike. And by
        calling a column something that passes, nobody makes it pass.
        """
        if column is None:
            treatment = self._treatments.of(label)
        elif not column.origins:
            treatment = self._treatments.columns.get(("", column.name), self._treatments.of(label))
        else:
            treatment = strictest(self._of_origin(label, column, origin) for origin in column.origins)
            if treatment in _LEADING_BACK and any(origin.changed for origin in column.origins):
                treatment = Treatment.HIDE
        if treatment is Treatment.REFUSE and not self._refusing:
            return Treatment.HIDE
        return treatment

    def _of_origin(self, label: str, column: Column, origin: Origin) -> Treatment:
        if (ruled := self._treatments.columns.get((origin.table, origin.column))) is not None:
            return ruled
        if self._treatments.of(label) in _SHOWING and is_named_anew(label, column):
            return Treatment.HIDE
        labels = [label]
        if origin.changed and (said := meaning_of(origin)) is not None and said.certain:
            labels.append(said.label)
        return strictest(map(self._treatments.of, labels))

    def leaves_out(self, column: Column) -> str:
        """What the configuration calls the column, if it is to be left out; else "".

        Raises `Denied` (rule `redaction`) where it is to be refused.
        """
        for place in [(o.table, o.column) for o in column.origins] or [("", column.name)]:
            ruled = self._treatments.columns.get(place)
            name = ".".join(filter(None, place))
            if ruled is Treatment.REFUSE and self._refusing:
                raise _refusal(f"the column {name}", "Leave it out of what you ask for")
            if ruled in {Treatment.DROP, Treatment.REFUSE}:
                return name
        return ""

    def _treated(self, label: str, found: str, treatment: Treatment, *, name: bool = False) -> str:
        if treatment is Treatment.KEEP:
            return found
        if treatment is Treatment.REFUSE:
            raise _refusal(label, "Leave out what holds it")
        self.counts[label] += 1
        match treatment:
            case Treatment.DROP if not name:
                return ""
            case Treatment.PSEUDONYM:
                return self._pseudonym(label, found)
            case Treatment.MASK:
                return _last_digits(label, found)
            case _:
                return f"<{label}>"

    def _pseudonym(self, label: str, found: str) -> str:
        pseudonym = self._pseudonyms(label, found)
        if pseudonym is None:
            self.lacking = True
            return f"<{label}>"
        self.given.add(pseudonym)
        return pseudonym

    def _secret(self, kind: str, secret: str) -> str:
        self.counts[kind] += 1
        return f"[secret: {kind} #{self._numbers.setdefault(secret, len(self._numbers) + 1)}]"


def _last_digits(label: str, found: str) -> str:
    """`<CREDIT_CARD *1111>`, if the text is long and ends so; else `<CREDIT_CARD>`."""
    signs = "".join(filter(str.isalnum, found))
    shown = signs[-_SHOWN:]
    if label in LONG_NUMBERS and len(signs) >= _ENOUGH and shown.isascii() and shown.isdigit():
        return f"<{label} *{shown}>"
    return f"<{label}>"


def _refusal(what: str, remedy: str) -> Denied:
    return Denied(
        f"This answer holds {what} that may not leave this source for you. {remedy}, or ask an "
        "administrator for a rule.",
        rule="redaction",
    )
