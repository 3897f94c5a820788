"""What looks through texts, loaded while the server already answers: to import it takes a second or two."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from policies.errors import ConfigurationError, Denied
from policies.language_model import installed_version
from policies.recognizers import Recognizer
from server.worker import Worker

if TYPE_CHECKING:
    from policies.change import Effect
    from policies.directory import Directory
    from policies.outgoing.found import Found
    from policies.outgoing.screen import Finder, Memory
    from policies.outgoing.trail import Trail
    from policies.redaction.redactor import Redactor

log = logging.getLogger("remit.redaction")


class Screen(Protocol):
    """See policies/outgoing/screen.py."""

    def __call__(
        self, effect: "Effect", memory: "Memory", directory: "Directory", *, leaves: bool, personal: "Finder"
    ) -> "Found": ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """For what comes in, for what was read, and for what leaves."""

    redactor: "Redactor"
    trail: "type[Trail]"
    screen: Screen


def load(*, watching: bool, recognizers: Sequence[Recognizer] = ()) -> Loaded:
    """With `watching` it looks for text that addresses a model. `recognizers` are the operator's own.

    Raises `ConfigurationError`, whatever the reason is.
    """
    installed_version()
    try:
        from policies.injection.watch import watch  # noqa: PLC0415
        from policies.outgoing.screen import screen  # noqa: PLC0415
        from policies.outgoing.trail import Trail  # noqa: PLC0415
        from policies.redaction.redactor import Redactor  # noqa: PLC0415 - this is what takes so long

        return Loaded(Redactor(watch if watching else None, recognizers), Trail, screen)
    except ConfigurationError:
        raise
    except Exception as error:
        raise ConfigurationError(
            f"redaction does not load ({type(error).__name__}: {error})",
            where="policies/redaction",
            remedy="Install remit's locked dependencies again, then see what `remit doctor` says.",
        ) from error


class Loading:
    """All of it on its way. Whoever asks first has it loaded, in a thread; whoever asks waits for it.

    `failed` is why there will be none. What is asked of it then is refused: nothing leaves unmasked.
    """

    def __init__(self, load: Callable[[], Loaded]) -> None:
        self._load = load
        self._loaded: asyncio.Future[Loaded] | None = None
        self.failed: ConfigurationError | None = None

    async def settled(self) -> None:
        """Returns once it is loaded, or has failed."""
        if self._loaded is None:
            worker = Worker("redaction")
            self._loaded = worker.submit(self._load)
            worker.stop()
        if not self._loaded.done():
            await asyncio.wait({self._loaded})
        error = self._loaded.exception()
        if isinstance(error, ConfigurationError) and self.failed is None:
            log.error("redaction does not load", extra={"reason": error.message, "remedy": error.remedy})
            self.failed = error

    async def ready(self) -> Loaded:
        """Raises `Denied` (rule `redaction`) where it can't be loaded."""
        await self.settled()
        assert self._loaded is not None
        if self.failed is not None:
            raise Denied(
                "remit can't mask what it would answer with, so it does nothing, and ends. Tell whoever runs "
                "it: its log has the reason and the remedy.",
                rule="redaction",
                detail=self.failed.message,
            ) from self.failed
        return self._loaded.result()
