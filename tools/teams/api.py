"""Requests to Microsoft Graph for Teams."""

from typing import NoReturn

import httpx2

from tools.graph.api import GraphApi
from tools.teams import refusals


class Api(GraphApi):
    def refuse(self, answer: httpx2.Response, now: float) -> NoReturn:
        refusals.refuse(self._name, answer, now)
