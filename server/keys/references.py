"""Secrets by reference.

A secret is never in the configuration; what stands there says where to find it:

    file:/path            its text, without the line's end; a file that its owner alone may read
    env:NAME              the value of the environment's variable
    keyring:service/name  an entry of the operating system's key store
"""

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

import keyring
from keyring.backends.chainer import ChainerBackend

from policies.document import Document
from policies.errors import ConfigurationError
from policies.secret import Secret

T = TypeVar("T")

LONGEST = 65_536  # bytes of a secret's file

# The key stores of an operating system. Others keep secrets in the clear, in no place, or ask for a password
# on the terminal, which a server does not have.
SYSTEM_STORES = frozenset(
    f"keyring.backends.{name}" for name in ("SecretService", "Windows", "kwallet", "libsecret", "macOS")
)
KEYRING_PATIENCE = 10.0  # seconds; longer means that it waits for somebody to unlock it


def resolve(reference: str, root: Path) -> Secret:
    """The secret behind a reference; a relative path is relative to `root`. Raises `ConfigurationError`."""
    found = look_up(reference, root)
    if found is None:
        raise wrong(reference, "there is no such secret", "Put it there, or mend the reference.")
    return found


def store_password(document: Document) -> Secret | None:
    """What a PostgreSQL store asks for, where the configuration names one. Raises `ConfigurationError`."""
    reference = document.server.store_password
    return resolve(reference, document.root) if reference else None


def look_up(reference: str, root: Path) -> Secret | None:
    """None where there is no such secret yet. Raises `ConfigurationError`."""
    scheme, _, rest = reference.partition(":")
    match scheme:
        case "file":
            found = _read(reference, root / rest)
        case "env":
            found = os.environ.get(rest)
        case "keyring":
            service, name = _entry(reference, rest)
            found = _in_bounds(reference, lambda: _system_store(reference).get_password(service, name))
        case _:
            raise wrong(
                "a secret", "it is not a reference", "Write keyring:service/name, file:/path or env:NAME."
            )
    if found is not None and not found.strip():
        raise wrong(reference, "the secret is empty", "Put it there, or mend the reference.")
    return None if found is None else Secret(found)


def keep(reference: str, root: Path, value: str) -> None:
    """Keeps a new secret where the reference says. One that is there already stays in a file.

    Raises `ConfigurationError` where it can't be kept.
    """
    scheme, _, rest = reference.partition(":")
    match scheme:
        case "file":
            _write(reference, root / rest, value)
        case "keyring":
            service, name = _entry(reference, rest)
            _in_bounds(reference, lambda: _system_store(reference).set_password(service, name, value))
        case _:
            raise wrong(
                reference,
                "there is no such secret, and an environment can't keep one",
                "Make one, keep it safe and set the variable.",
            )


def _read(reference: str, path: Path) -> str | None:
    try:
        # Without O_NONBLOCK a named pipe in the file's place would hold up the start.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise wrong(reference, "it is not a file", "Put the secret into a file of its own.")
            if status.st_mode & 0o077:
                raise wrong(reference, "others may read or write the file", f"Run: chmod 600 {path}")
            if status.st_uid not in {0, os.geteuid()}:
                raise wrong(reference, "the file is another user's", f"Run: chown $(id -u) {path}")
            content = file.read(LONGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise wrong(
            reference, f"it can't be read ({type(error).__name__})", "Check the path and its rights."
        ) from None
    if len(content) > LONGEST:
        raise wrong(reference, "it is too long for a secret", "Check the path.")
    try:
        return content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise wrong(reference, "it is not text", "Write the secret as text; binary keys in base64.") from None


def _write(reference: str, path: Path, value: str) -> None:
    """All or nothing: the file appears whole, durable and for its owner alone, or another's is kept."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(value.encode() + b"\n")
                file.flush()
                os.fsync(handle)
            with suppress(FileExistsError):
                path.hardlink_to(draft)
        finally:
            draft.unlink()
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise wrong(
            reference,
            f"it can't be written ({type(error).__name__})",
            "Make the folder, or let this user write there, or put it there by hand.",
        ) from None


def _entry(reference: str, rest: str) -> tuple[str, str]:
    service, _, name = rest.partition("/")
    if not service or not name:
        raise wrong(reference, "it names no service or no entry", "Write keyring:service/name.")
    return service, name


def _system_store(reference: str) -> Any:
    """A `keyring.backend.KeyringBackend`, which has no types of its own."""
    chosen: Any = keyring.get_keyring()
    candidates: list[Any] = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    for candidate in candidates:
        module = type(candidate).__module__
        if module in SYSTEM_STORES:
            return candidate
    raise wrong(
        reference,
        f"this machine's keyring ({type(chosen).__module__}) is no key store of an operating system",
        "Unlock one before the start, or use file:/path, or env:NAME.",
    )


def _in_bounds(reference: str, job: Callable[[], T]) -> T:
    """A key store may open a window and wait: on a server nobody answers it."""
    results: SimpleQueue[T | Exception] = SimpleQueue()

    def run() -> None:
        try:
            results.put(job())
        except Exception as error:  # noqa: BLE001 - raised below, where somebody waits for it
            results.put(error)

    Thread(target=run, name="remit keyring", daemon=True).start()
    try:
        result = results.get(timeout=KEYRING_PATIENCE)
    except Empty:
        raise wrong(
            reference, "the keyring does not answer", "Unlock it before the start, or use file:/path."
        ) from None
    if isinstance(result, ConfigurationError):
        raise result
    if isinstance(result, Exception):
        raise wrong(
            reference,
            f"the keyring failed ({type(result).__name__})",
            "Unlock it before the start, or use file:/path.",
        )
    return result


def wrong(reference: str, message: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(message, where=reference, remedy=remedy)
