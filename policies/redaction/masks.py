"""What stands in place of what was found in one answer: as the rules for its reader say."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias, cast

from policies.call import Column, Origin
from policies.canonical import Json
from policies.errors import Denied
from policies.labels import LONG_NUMBERS
from policies.redaction.lineage import is_named_anew, meaning_of
from policies.redaction.rendering import cell_text
from policies.redaction.spans import Span
from policies.redaction.work import WITHHELD
from policies.treatments import Treatment, Treatments, strictest

Mask: TypeAlias = Callable[[Span, str], str]
"""What stands in place of a span of a text."""

Pseudonyms: TypeAlias = Callable[[str, str], str | None]
"""What stands for a text that was found to be of a label; None where no more can be given out."""

TOO_MUCH: Final = "[withheld: too much to be looked through]"

_Replacing: TypeAlias = Callable[[str], str]

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
        known: dict[str, _Replacing | None] = {}

        def mask(span: Span, text: str) -> str:
            label, found = span.label, text[span.start : span.end]
            if label == WITHHELD:
                self.withheld += 1
                return TOO_MUCH
            if not label.isupper():
                return self._secret(label, found)
            if label not in known:
                known[label] = self._replacing(label, self.treatment(label, column), name=name)
            if (replacing := known[label]) is None:
                return found
            self.counts[label] += 1
            return replacing(found)

        return mask

    def whole(self, label: str, column: Column, values: Sequence[Json]) -> Sequence[Json]:
        """What stands in place of cells of a column that are each one finding as a whole.

        Raises `Denied` (rule `redaction`) for what is to be refused.
        """
        if label == WITHHELD:
            self.withheld += len(values)
            return [TOO_MUCH] * len(values)
        texts = [value if isinstance(value, str) else cell_text(value) for value in values]
        if not label.isupper():
            return [self._secret(label, text) for text in texts]
        treatment = self.treatment(label, column)
        replacing = self._replacing(label, treatment)
        if replacing is None:
            return values
        self.counts[label] += len(values)
        if treatment is Treatment.PSEUDONYM:
            return self._all_pseudonyms(label, texts)
        return [replacing(text) or None for text in texts]

    def part(self, span: Span, text: str) -> str:
        """A mask for what is a finding only together with others: it says of which kind, and no more."""
        if not span.label.isupper():
            return self._secret(span.label, text[span.start : span.end])
        if self.treatment(span.label, None) is Treatment.REFUSE:
            raise _refusal(span.label, "Leave out what holds it")
        self.counts[span.label] += 1
        return f"<{span.label}>"

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
        if not self._treatments.columns:
            return ""
        for place in [(o.table, o.column) for o in column.origins] or [("", column.name)]:
            ruled = self._treatments.columns.get(place)
            name = ".".join(filter(None, place))
            if ruled is Treatment.REFUSE and self._refusing:
                raise _refusal(f"the column {name}", "Leave it out of what you ask for")
            if ruled in {Treatment.DROP, Treatment.REFUSE}:
                return name
        return ""

    def _replacing(self, label: str, treatment: Treatment, *, name: bool = False) -> "_Replacing | None":
        """What is put in place of a text of this label; None where it stays."""
        match treatment:
            case Treatment.KEEP:
                return None
            case Treatment.REFUSE:
                raise _refusal(label, "Leave out what holds it")
            case Treatment.DROP if not name:
                return lambda _: ""
            case Treatment.PSEUDONYM:
                return partial(self._pseudonym, label)
            case Treatment.MASK:
                return partial(_last_digits, label)
            case _:
                return lambda _: f"<{label}>"

    def _pseudonym(self, label: str, found: str) -> str:
        pseudonym = self._pseudonyms(label, found)
        if pseudonym is None:
            self.lacking = True
            return f"<{label}>"
        self.given.add(pseudonym)
        return pseudonym

    def _all_pseudonyms(self, label: str, found: Sequence[str]) -> Sequence[str]:
        """`_pseudonym` of each."""
        given = [self._pseudonyms(label, text) for text in found]
        distinct = {pseudonym for pseudonym in given if pseudonym is not None}
        self.given |= distinct
        if None not in given:
            return cast("Sequence[str]", given)
        self.lacking = True
        return [f"<{label}>" if pseudonym is None else pseudonym for pseudonym in given]

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
