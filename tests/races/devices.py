"""Contestants' devices against the application in this process, and doing things at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

from factories import World
from servers import at_once

from quizapp.models.sittings import Sitting
from quizapp.services import sittings
from quizapp.services.papers import Answers


class Device:
    """A contestant's script: replies as (status, content)."""

    def __init__(self, app: Any, token: str) -> None:
        self._http = app.test_client(use_cookies=False)
        self._headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        reply = self._http.open(f"/api/v1{path}", method=method, json=body, headers=self._headers)
        return reply.status_code, reply.json

    def start(self) -> dict[str, Any]:
        status, sitting = self.call("POST", "/contests/june/sittings", {})
        assert status in (200, 201), sitting
        return sitting

    def save(self, sitting: dict[str, Any], answers: Answers, revision: int, key: str) -> tuple[int, dict[str, Any]]:
        body = {"revision": revision, "key": key, "answers": answers}
        return self.call("PATCH", f"/sittings/{sitting['id']}/answers", body)

    def hand_in(self, sitting: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self.call("POST", f"/sittings/{sitting['id']}/submission", {})

    def look(self, sitting: dict[str, Any]) -> dict[str, Any]:
        return self.call("GET", f"/sittings/{sitting['id']}")[1]


def together(*work: Callable[[], Any]) -> list[Any]:
    """All of them begin at the same moment."""
    gate = threading.Barrier(len(work))

    def begin(one: Callable[[], Any]) -> Any:
        gate.wait(30)
        return one()

    return at_once(lambda one=one: begin(one) for one in work)


def stored(world: World, sitting: dict[str, Any]) -> Any:
    contest_id, inner = sittings.split_id(sitting["id"])
    with world.database.read() as session:
        return session.get_one(Sitting, (contest_id, inner))
