"""Points that an office gives a unit on top or takes off, with the reason: within the contest's limits, never overwritten."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.errors import Invalid, Refused
from quizapp.models.contests import Contest
from quizapp.models.organisations import Unit
from quizapp.models.records import UnitBonus
from quizapp.rules.speech import decimal
from quizapp.rules.units import Metric
from quizapp.services.audit import Actor, record
from quizapp.services.contests import Running


def give_bonus(session: Session, actor: Actor, contest: Running, unit: Unit, points: int, reason: str, now: int) -> None:
    """The newest bonus of a unit holds; nothing takes it back but another of 0. `points` in hundredths.

    Raises Refused where the contest has none, Invalid for too much or without a reason.
    """
    units = contest.rules.units
    if Metric.BONUS not in units.metrics:
        raise Refused("本次竞赛的规则里没有官员加分")
    if not units.least_bonus <= points <= units.most_bonus:
        least, most = decimal(units.least_bonus), decimal(units.most_bonus)
        raise Invalid("加分应在{least}到{most}分之间", least=least, most=most, errors=[("points", "超出范围")])
    if not reason.strip():
        raise Invalid("请写明加分的理由", errors=[("reason", "请填写理由")])
    session.add(
        UnitBonus(contest_id=contest.id, unit_id=unit.id, points=points, reason=reason.strip()[:500], by=actor.name, at=now)
    )
    row = session.get_one(Contest, contest.id)
    row.changed_at = max(now, row.changed_at + 1)  # boards look at every unit again
    record(session, actor, "unit.bonus", f"{contest.rules.slug}/{unit.code}", now, points=points, reason=reason.strip())


def list_bonuses(session: Session, contest: Running, unit: Unit) -> list[dict[str, Any]]:
    """Every bonus of a unit, the newest first."""
    query = (
        select(UnitBonus)
        .where(UnitBonus.contest_id == contest.id, UnitBonus.unit_id == unit.id)
        .order_by(UnitBonus.id.desc())
    )
    return [{"points": one.points, "reason": one.reason, "by": one.by, "at": one.at} for one in session.scalars(query)]
