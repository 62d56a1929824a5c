"""An endpoint for embeddings over real HTTP that answers by a script and keeps what it was asked."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from condor.runtime.rehearsal.embeddings_api import EmbeddingsRequest

#: (number of the call from 0, its body, the good answer) -> what is answered.
Script = Callable[[int, dict[str, Any], dict[str, Any]], Any]


@dataclass
class ScriptedEndpoint:
    """An endpoint for embeddings, and what it was asked.

    Attributes:
        base: its address.
        bodies: of all calls.
        keys: that were sent with them.
        arrived: is set by each call.
    """

    script: Script
    base: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[str]:
        """All texts that it was sent, in order."""
        return [text for body in self.bodies for text in body["input"]]

    def application(self) -> web.Application:
        """To be served."""
        app = web.Application()
        app.router.add_post("/v1/embeddings", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        self.keys.append(request.headers.get("Authorization", ""))
        self.arrived.set()
        good = EmbeddingsRequest.read(body).answer(body["model"])
        answer = self.script(len(self.bodies) - 1, body, good)
        if hasattr(answer, "__await__"):
            answer = await answer
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.Response(text=json.dumps(answer), content_type="application/json")
