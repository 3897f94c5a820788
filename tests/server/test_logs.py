"""The process log: one event is one line, and in it no word that is not remit's own (threats T34, T35)."""

import io
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.logs import JsonLines, uncaught
from tests.hostile.values import VALUES
from tests.server.breaking import FAULTS

SECRET: Final = "tq7zr2mhk9wd4xvb"
CONTROLS: Final = ("\x1b[2J\x1b]0;own\x07", "a\r\nb", "a\x85b", "a\u2028b", "\x7f\x9b31m", "\ud800", "%s%n")
TEXTS: Final = st.text(st.characters(exclude_categories=()), max_size=200)


class Log:
    """What is written of what is logged in it."""

    def __init__(self, name: str) -> None:
        self._stream = io.StringIO()
        handler = logging.StreamHandler(self._stream)
        handler.setFormatter(JsonLines())
        self.logger = logging.Logger(name)  # noqa: LOG001 - one that no other test knows
        self.logger.addHandler(handler)

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    def events(self) -> list[dict[str, Any]]:
        """Each line, held to be one event in plain letters."""
        *lines, rest = self.text.split("\n")
        assert rest == ""
        assert all(line.isascii() and line.isprintable() for line in lines)
        return [json.loads(line) for line in lines]


def raised(error: BaseException) -> BaseException:
    """As it is once it was raised."""
    with pytest.raises(type(error)):
        raise error
    return error


def ways(text: str) -> Sequence[Callable[[logging.Logger], None]]:
    error = raised(RuntimeError(text))
    return (
        lambda log: log.warning(text),
        lambda log: log.warning("with %s and %r", text, {text: text}),
        lambda log: log.warning("x", extra={"why": text, "more": [text, {"in": text}]}),
        lambda log: log.error("x", exc_info=error),
        lambda log: log.error("x", exc_info=raised(ExceptionGroup(text, [ValueError(text)]))),
    )


@pytest.mark.threat("T34")
@pytest.mark.parametrize("name", ["remit.app", "uvicorn.error"])
def test_there_are_as_many_lines_as_events_whatever_they_hold(name: str) -> None:
    log, events = Log(name), 0
    for text in (*VALUES, *CONTROLS):
        for way in ways(text):
            way(log.logger)
            events += 1
    assert len(log.events()) == events >= 200


@pytest.mark.threat("T34")
@given(TEXTS, TEXTS)
def test_an_event_is_read_back_as_it_was_written(message: str, why: str) -> None:
    log = Log("remit.app")
    log.logger.warning("%s", message, extra={"why": why})
    (event,) = log.events()
    assert event["message"] == message
    assert event["why"] == why


@pytest.mark.threat("T35", "T46")
@pytest.mark.parametrize("fault", FAULTS)
def test_of_an_error_its_kind_and_place_are_told_and_none_of_its_words(fault: str) -> None:
    log = Log("remit.app")
    error = raised(FAULTS[fault](SECRET))
    log.logger.error("call failed", exc_info=error)
    (event,) = log.events()
    assert type(error).__name__ in event["exception"]
    assert f'test_logs.py", line {error.__traceback__.tb_lineno}' in event["exception"]  # type: ignore[union-attr]
    assert SECRET not in log.text


@pytest.mark.threat("T35", "T46")
def test_of_a_librarys_words_it_is_told_where_they_were_said() -> None:
    log = Log("mcp.server.session")
    for way in ways(SECRET):
        way(log.logger)
    assert SECRET not in log.text
    assert {event["message"].partition(",")[0] for event in log.events()} == {"test_logs.<lambda>"}


@pytest.mark.threat("T35")
def test_what_nobody_caught_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    error = raised(ValueError(SECRET))
    with caplog.at_level(logging.CRITICAL, "remit"):
        uncaught(type(error), error, error.__traceback__)
    (record,) = caplog.records
    written = JsonLines().format(record)
    assert "ValueError" in written
    assert SECRET not in written
