"""What stands for an operating system's key store."""

from threading import Event

import keyring
import pytest
from keyring.backend import KeyringBackend


class SystemStore(KeyringBackend):
    priority = 5  # pyright: ignore[reportAssignmentType] - a property of the class there

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.unlocked = Event()
        self.unlocked.set()
        self.fails: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self.unlocked.wait()
        if self.fails:
            raise self.fails
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password


@pytest.fixture
def system_store(monkeypatch: pytest.MonkeyPatch) -> SystemStore:
    store = SystemStore()
    monkeypatch.setattr(SystemStore, "__module__", "keyring.backends.SecretService")
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    return store
