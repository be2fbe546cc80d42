"""Texts that an administrator sets in the browser; they stand before the environment's."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.errors import Invalid
from quizapp.models.base import insert_into
from quizapp.models.options import Option
from quizapp.services.audit import Actor, record

NAMES = ("organiser", "telephone", "privacy", "icp", "police")


def read_options(session: Session) -> dict[str, str]:
    return {name: value for name, value in session.execute(select(Option.name, Option.value))}


def write_options(session: Session, actor: Actor, values: Mapping[str, str], now: int) -> None:
    """Store the given texts. Raises Invalid for a name that is not one."""
    for name, value in values.items():
        if name not in NAMES:
            raise Invalid("没有名为“{name}”的设置", name=name)
        session.execute(
            insert_into(session, Option)
            .values(name=name, value=value.strip())
            .on_conflict_do_update(index_elements=["name"], set_={"value": value.strip()})
        )
    record(session, actor, "settings.change", "", now, names=sorted(values))
