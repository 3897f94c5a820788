"""Reads `remit.toml`, the policies beside it and those that ship."""

from dataclasses import dataclass
from pathlib import Path

import policies
from policies.decision import Policy
from policies.document import Document, line_of, parse
from policies.errors import ConfigurationError

SHIPPED = Path(policies.__file__).parent


@dataclass(frozen=True, slots=True)
class Configuration:
    file: Path
    document: Document
    policy: Policy


def load(file: Path) -> Configuration:
    """Raises `ConfigurationError` with the file, the line and the remedy."""
    file, text, document = _parsed(file)
    return Configuration(file, document, _policy(file, text, document))


def document_of(file: Path) -> Document:
    """Without the policies, which may be what is wrong. Raises `ConfigurationError`."""
    return _parsed(file)[2]


def _parsed(file: Path) -> tuple[Path, str, Document]:
    file = file.absolute()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the configuration can't be read ({type(error).__name__})",
            where=str(file),
            remedy="Give its path with --config, or make a sample with `remit demo --dir DIR`.",
        ) from None
    return file, text, parse(text, file)


def _policy(file: Path, text: str, document: Document) -> Policy:
    shipped = SHIPPED / "default.cedar"
    files = {shipped.name: shipped.read_text(encoding="utf-8")}
    if document.policy.path is not None:
        folder = document.within(document.policy.path)
        if not folder.is_dir():
            raise ConfigurationError(
                f"policy.path: {folder} is not a folder",
                where=f"{file}:{line_of(text, ['policy', 'path'])}",
                remedy="Make it, and put *.cedar files there, or remove the setting.",
            )
        files |= {str(path): path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.cedar"))}
    schema = (SHIPPED / "schema.cedarschema").read_text(encoding="utf-8")
    return Policy(schema, files, document.sources)
