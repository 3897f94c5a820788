"""What kinds of personal data there are."""

import re
from typing import Final

PERSONAL: Final = (
    "AGE",
    "BANK_ACCOUNT",
    "CREDIT_CARD",
    "CRYPTO",
    "DATE_OF_BIRTH",
    "EMAIL_ADDRESS",
    "IBAN_CODE",
    "IP_ADDRESS",
    "LOCATION",
    "MAC_ADDRESS",
    "MEDICAL_RECORD",
    "NATIONAL_ID",
    "ORGANIZATION",
    "PERSON",
    "PHONE_NUMBER",
    "STREET_ADDRESS",
    "TAX_ID",
    "UK_NHS",
    "US_BANK_NUMBER",
    "US_DRIVER_LICENSE",
    "US_PASSPORT",
    "US_SSN",
)
"""The labels of personal data."""

LONG_NUMBERS: Final = ("BANK_ACCOUNT", "CREDIT_CARD", "IBAN_CODE", "PHONE_NUMBER", "US_BANK_NUMBER")
"""Those of which four digits do not give the rest away."""

OWN: Final = r"CUSTOM_[A-Z][A-Z_]{0,30}[A-Z]"
"""The form of an operator's own labels, so that a mask of theirs is known by itself. No value has it."""

ANY: Final = rf"(?:{'|'.join(PERSONAL)}|{OWN})"
"""An expression for any label of personal data."""


def is_own(label: str) -> bool:
    return re.fullmatch(OWN, label) is not None


def is_label(label: str) -> bool:
    return label in PERSONAL or is_own(label)


def labels() -> str:
    """Those that are remit's, to be told."""
    return ", ".join(PERSONAL)
