"""Saving answers: the hottest path of all, one statement when it succeeds."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import TextualSelect, text
from sqlalchemy.orm import Session

from quizapp.errors import Conflict, Invalid
from quizapp.models.base import Json
from quizapp.services import banks, papers
from quizapp.services.sittings import Overdue, is_overdue, row_of, split_id


@dataclass(frozen=True, slots=True)
class Saved:
    revision: int
    saved_at: int


def save_answers(
    session: Session, sitting_id: str, token_id: str, revision: int, key: str, answers: papers.Answers, now: int
) -> Saved:
    """Replace the given positions in ONE statement that checks owner, sign-in, state, deadline and revision.

    The same key again gives the same reply. Raises Conflict with what is stored when the revision is stale or the sitting
    is handed in, Overdue past the deadline, Invalid when an answer does not fit the paper: then nothing is kept.
    """
    contest_id, inner = split_id(sitting_id)
    if not answers:
        raise Invalid("没有要保存的答案", errors=[("answers", "至少一题")])
    statement, values = _save_statement(session, answers)
    only = next(iter(answers)) if len(answers) == 1 else "0"
    row = session.execute(
        statement,
        {
            **values, "contest": contest_id, "id": inner, "token": token_id, "revision": revision,
            "key": key, "now": now, "only": int(only),
        },
    ).one_or_none()  # fmt: skip
    if row is None:
        return _why_not_saved(session, sitting_id, token_id, revision, key, answers, now)
    items = banks.items_by_bank(session, row.paper["banks"])
    papers.check_answers(answers, papers.thaw(row.paper["items"]), items)
    return Saved(row.revision, now)


_SAVE = """
UPDATE sittings SET answers = {merged}, revision = revision + 1, last_key = :key, saved_at = :now
WHERE contest_id = :contest AND id = :id AND state = 'open' AND revision = :revision
  AND :now <= deadline + grace_ms AND (last_key IS NULL OR last_key <> :key)
  AND (item_no IS NULL OR (item_no = :only AND :now <= item_deadline + grace_ms))
  AND account_id = (SELECT s.account_id FROM sign_ins s JOIN accounts a ON a.id = s.account_id
                    WHERE s.id = :token AND s.ended_at IS NULL AND s.expires_at > :now AND a.disabled_at IS NULL)
RETURNING paper, revision
"""
_statements: dict[int, TextualSelect] = {}


def _save_statement(session: Session, answers: Mapping[str, object]) -> tuple[TextualSelect, dict[str, object]]:
    """The statement in the words of the engine, made once per count of positions, and its values."""
    if session.get_bind().dialect.name == "postgresql":
        if 0 not in _statements:
            _statements[0] = text(_SAVE.format(merged="answers || CAST(:answers AS jsonb)")).columns(paper=Json)
        return _statements[0], {"answers": orjson.dumps(answers).decode()}
    count = len(answers)
    if count not in _statements:
        merged = "answers"
        for start in range(0, count, 50):  # an SQLite function takes 127 arguments at most
            some = range(start, min(start + 50, count))
            paths = "".join(f", :path{n}, json(:answer{n})" for n in some)
            merged = f"json_set({merged}{paths})"
        _statements[count] = text(_SAVE.format(merged=merged)).columns(paper=Json)
    values: dict[str, object] = {}
    for n, (position, answer) in enumerate(answers.items()):
        values[f"path{n}"] = f'$."{position}"'
        values[f"answer{n}"] = orjson.dumps(answer).decode()
    return _statements[count], values


def _why_not_saved(
    session: Session, sitting_id: str, token_id: str, revision: int, key: str, answers: papers.Answers, now: int
) -> Saved:
    """Nothing was updated: find out why, only now."""
    row = row_of(session, sitting_id, token_id, now)
    if row.last_key == key and row.saved_at is not None:
        return Saved(row.revision, row.saved_at)
    if row.state != "open":
        raise Conflict("已交卷，答案不能再改", current={"state": row.state, "revision": row.revision, "answers": row.answers})
    if is_overdue(row, now):
        raise Overdue(sitting_id, answers)
    if row.item_no is not None and not (set(answers) == {str(row.item_no)} and now <= row.item_deadline + row.grace_ms):
        raise Conflict("这道题已经结束，或还没有开始", current={"item_no": row.item_no, "revision": row.revision})
    raise Conflict("答案已在别处更新", current={"revision": row.revision, "answers": row.answers})
