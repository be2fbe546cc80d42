"""People who start and hand in without pages: what services do, on both engines."""

from typing import Any

import pytest
from conftest import SECRET
from factories import CAST, World, right_answers
from sqlalchemy import select

from quizapp.errors import Refused
from quizapp.models.sittings import Sitting
from quizapp.services import accounts, finishing, saves, sittings, starts
from quizapp.services.choices import Wish


class People:
    """The cast with a token each, who start and hand in without pages."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tokens = {login: accounts.fingerprint(world.token(login)) for login, _, _ in CAST}

    def start(self, login: str = "alice", **wish: Any) -> dict[str, Any]:
        with self.world.database.write() as session:
            return starts.start_sitting(session, "june", self.tokens[login], self.world.clock(), Wish(**wish))[0]

    def sit(self, login: str = "alice", wrong: int = 0, **wish: Any) -> dict[str, Any]:
        """A whole sitting of a minute."""
        sitting = self.start(login, **wish)
        self.world.clock.pass_(seconds=60)
        self.hand_in(login, sitting, wrong)
        return sitting

    def hand_in(self, login: str, sitting: dict[str, Any], wrong: int = 0) -> None:
        revision = self.row(sitting).revision
        with self.world.database.write() as session:
            finishing.hand_in(
                session, SECRET, sitting["id"], self.tokens[login], self.world.clock(),
                revision=revision, key="s", answers=right_answers(sitting, wrong),
            )  # fmt: skip

    def save(self, login: str, sitting: dict[str, Any], revision: int = 0, wrong: int = 0) -> None:
        with self.world.database.write() as session:
            key, answers = f"k{revision}", right_answers(sitting, wrong)
            saves.save_answers(session.connection(), sitting["id"], self.tokens[login], revision, key, answers, self.world.clock())

    def view(self, login: str, sitting: dict[str, Any]) -> dict[str, Any]:
        with self.world.database.read() as session:
            return sittings.view_sitting(session, sitting["id"], self.tokens[login], self.world.clock())

    def row(self, sitting: dict[str, Any]) -> Sitting:
        with self.world.database.read() as session:
            return session.scalars(select(Sitting).where(Sitting.id == sitting["id"].split("-")[1])).one()

    def refused(self, login: str = "alice", **wish: Any) -> str:
        with pytest.raises(Refused) as caught:
            self.start(login, **wish)
        return str(caught.value)

    def outlook(self, login: str = "alice", stage: str = "") -> starts.Outlook:
        with self.world.database.read() as session:
            return starts.outlook(session, self.world.contest, self.tokens[login], self.world.clock(), stage)
