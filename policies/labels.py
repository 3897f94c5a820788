"""What kinds of personal data there are."""

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
