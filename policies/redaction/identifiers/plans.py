"""The numbering plans, as the `phonenumbers` library has them: the one place that knows it."""

from typing import Final

import phonenumbers

# Those whose national form begins with a trunk 0: others can't be told from any number without a word.
_REGIONS: Final = (
    "GB",
    "DE",
    "FR",
    "IT",
    "NL",
    "BE",
    "CH",
    "AT",
    "SE",
    "FI",
    "AU",
    "NZ",
    "ZA",
    "IN",
    "JP",
    "IE",
    "TR",
)


def is_valid(number: str) -> bool:
    """Whether the number, written nationally, could be somebody's in one of the regions."""
    for region in _REGIONS:
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return True
    return False
