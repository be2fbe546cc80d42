"""Saving answers: the hottest path of all, one statement when it succeeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import orjson
from sqlalchemy import Connection, TextualSelect, text

from quizapp.errors import Conflict, Invalid
from quizapp.models.base import Json
from quizapp.models.direct import Direct
from quizapp.services import banks, papers
from quizapp.services.sittings import Overdue, is_overdue, row_of, split_id


@dataclass(frozen=True, slots=True)
class Saved:
    revision: int
    saved_at: int


def surely_fit(sitting_id: str, answers: papers.Answers) -> bool:
    """Whether a save of these answers has nothing left to check once its statement has run. Raises NotFound for no such id."""
    return papers.surely_fit(answers, split_id(sitting_id)[1])


def save_answers(
    connection: Connection, sitting_id: str, token_id: str, revision: int, key: str, answers: papers.Answers, now: int
) -> Saved:
    """Replace the given positions in ONE statement that checks owner, sign-in, state, deadline and revision.

    The same key again gives the same reply. Raises Conflict with what is stored when the revision is stale or the sitting
    is handed in, Overdue past the deadline, Invalid when an answer does not fit the paper: then nothing is kept, if the
    connection is rolled back.
    """
    contest_id, inner = split_id(sitting_id)
    if not answers:
        raise Invalid("没有要保存的答案", errors=[("answers", "至少一题")])
    only = next(iter(answers)) if len(answers) == 1 else "0"
    engine = connection.dialect.name
    statement, merged = _statement(engine, len(answers)), _values(engine, answers)
    given = {"contest": contest_id, "id": inner, "token": token_id, "revision": revision, "key": key, "now": now, "only": int(only)}
    row = connection.execute(statement, given | merged).one_or_none()
    if row is None:
        return _why_not_saved(connection, sitting_id, token_id, revision, key, answers, now)
    items = banks.items_by_bank(connection, row.paper["banks"])
    asked = papers.asked(papers.thaw(row.paper["items"]), items)
    papers.remember(inner, asked)
    papers.check_answers(answers, asked)
    return Saved(revision + 1, now)


def save_directly(
    direct: Direct, sitting_id: str, token_id: str, revision: int, key: str, answers: papers.Answers, now: int
) -> Saved | None:
    """The same for answers that surely fit, on the driver's own connection; None where they were not saved, whatever the reason."""
    contest_id, inner = split_id(sitting_id)
    merged = _values(direct.engine, answers)
    only = int(next(iter(answers))) if len(answers) == 1 else 0
    given = {"contest": contest_id, "id": inner, "token": token_id, "revision": revision, "key": key, "now": now, "only": only}
    saved = direct.run(_driver_statement(direct.engine, len(answers)), given | merged)
    return Saved(revision + 1, now) if saved else None


_SAVE = """
UPDATE sittings SET answers = {merged}, revision = revision + 1, last_key = :key, saved_at = :now
WHERE contest_id = :contest AND id = :id AND state <> 'handed_in' AND revision = :revision
  AND :now <= deadline + grace_ms AND (last_key IS NULL OR last_key <> :key)
  AND (item_no IS NULL OR (item_no = :only AND :now <= item_deadline + grace_ms))
  AND account_id = (SELECT s.account_id FROM sign_ins s JOIN accounts a ON a.id = s.account_id
                    WHERE s.id = :token AND s.ended_at IS NULL AND s.expires_at > :now AND a.disabled_at IS NULL)
"""


@lru_cache(maxsize=256)
def _statement(engine: str, count: int) -> TextualSelect:
    """The statement for so many positions."""
    return text(f"{_driver_statement(engine, count)} RETURNING paper").columns(paper=Json)


@lru_cache(maxsize=256)
def _driver_statement(engine: str, count: int) -> str:
    """The same, which tells only whether it has saved."""
    return _SAVE.format(merged=_merged(engine, count))


def _merged(engine: str, count: int) -> str:
    if engine == "postgresql":
        return "answers || CAST(:answers AS jsonb)"
    merged = "answers"
    for start in range(0, count, 50):  # an SQLite function takes 127 arguments at most
        some = range(start, min(start + 50, count))
        paths = "".join(f", :path{n}, json(:answer{n})" for n in some)
        merged = f"json_set({merged}{paths})"
    return merged


def _values(engine: str, answers: Mapping[str, object]) -> dict[str, object]:
    """The answers as the statement's values."""
    if engine == "postgresql":
        return {"answers": orjson.dumps(answers).decode()}
    values: dict[str, object] = {}
    for n, (position, answer) in enumerate(answers.items()):
        values[f"path{n}"] = f'$."{position}"'
        values[f"answer{n}"] = orjson.dumps(answer).decode()
    return values


def _why_not_saved(
    connection: Connection, sitting_id: str, token_id: str, revision: int, key: str, answers: papers.Answers, now: int
) -> Saved:
    """Nothing was updated: find out why, only now."""
    row, _contest = row_of(connection, sitting_id, token_id, now)
    if row.last_key == key and row.saved_at is not None:
        return Saved(row.revision, row.saved_at)
    if row.state != "open":
        raise Conflict("已交卷，答案不能再改", current={"state": row.state, "revision": row.revision, "answers": row.answers})
    if is_overdue(row, now):
        raise Overdue(sitting_id, answers)
    if row.item_no is not None and not (set(answers) == {str(row.item_no)} and now <= row.item_deadline + row.grace_ms):
        raise Conflict("这道题已经结束，或还没有开始", current={"item_no": row.item_no, "revision": row.revision})
    raise Conflict("答案已在别处更新", current={"revision": row.revision, "answers": row.answers})
