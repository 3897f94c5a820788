"""A figure's last hours as bars: where each begins and ends on a canvas, for a template to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.administering.figures import Figure

WIDTH: Final = 240
HEIGHT: Final = 48
_GAP: Final = 2
_FARTHEST: Final = 4
"""A threshold that is so many times the highest bar would make lines of the bars: it is not drawn."""


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    over: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """`line` is how far down the threshold is, None where it is not drawn."""

    boxes: Sequence[Box]
    line: float | None
    width: int = WIDTH
    height: int = HEIGHT


def chart(figure: Figure) -> Chart:
    highest = max((bar.figure for bar in figure.bars), default=0)
    line = figure.line if figure.line is not None and highest * _FARTHEST >= figure.line else None
    top = max(highest, line or 0) or 1
    step = WIDTH / max(len(figure.bars), 1)
    boxes = [
        Box(
            round(number * step + _GAP / 2, 2),
            round(HEIGHT - (tall := HEIGHT * bar.figure / top), 2),
            round(step - _GAP, 2),
            round(tall, 2),
            figure.line is not None and bar.figure > figure.line,
        )
        for number, bar in enumerate(figure.bars)
    ]
    return Chart(boxes, None if line is None else round(HEIGHT * (1 - line / top), 2))
