"""How a pretend system fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer in the place of the right one. A `half` one says that it is longer than it is."""

    status: int
    body: bytes = b'{"message":"SENTINEL-VENDOR went wrong"}'
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    half: bool = False

    def answer(self) -> Response:
        answer = Response(self.body, self.status, {"content-type": "application/json", **self.headers})
        if self.half:
            answer.headers["content-length"] = str(len(self.body) + 1000)
        return answer
