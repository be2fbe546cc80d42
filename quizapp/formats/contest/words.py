"""What somebody typed where a contest file has another word for it: the word to write, so that nobody has to look it up."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic_core import ErrorDetails

from quizapp.formats.contest.form_fields import offered
from quizapp.rules.commendations import METRIC_WORDS
from quizapp.rules.wording.marking import KINDS

_EVERY_WEEK = "这个字段没有：每周几次请写 cycle: week，再用 sittings 的 total 写一周里一共几次（每个阶段各算各的）"
_INSTEAD = {
    "per_week": _EVERY_WEEK,
    "per_month": _EVERY_WEEK.replace("周", "月").replace("week", "month"),
    "per_year": "这个字段没有：一共几次请写 total",
}
_ALSO = {
    "得分率": "score_rate", "人数": "people", "人均分": "mean", "均分": "mean", "及格率": "pass_rate", "最好": "best",
    "最后": "last", "相加": "sum", "累加": "sum", "累计": "sum", "平均": "mean", "用时": "time", "用时少": "time", "用时短": "time",
    "少选得一半": "half", "全对得分": "exact", "名单": "roster", "名册": "roster", "链接": "link", "单位链接": "link", "账号": "account",
    "立即": "at_once", "结束后": "at_end", "公布后": "published", "不给": "never", "公开": "live", "并列": "standard",
}  # fmt: skip


def hint(detail: ErrorDetails) -> str | None:
    """What to write instead of what pydantic refused; None where nobody can know."""
    name, typed = detail["loc"][-1] if detail["loc"] else "", detail["input"]
    if detail["type"] == "extra_forbidden":
        return _INSTEAD.get(str(name))
    if not isinstance(typed, str):
        return None
    if name in ("quota", "count") and typed.strip().endswith(("%", "％")):
        return f"应是个数；取百分之几请写 share: {typed.strip()}" if name == "quota" else None
    found = {word for word in _words().get(_plain(typed), ()) if _is_expected(word, detail)}
    return f"请写 {found.pop()}" if len(found) == 1 else None


def _is_expected(word: str, detail: ErrorDetails) -> bool:
    expected: Any = detail.get("ctx", {}).get("expected") or detail.get("ctx", {}).get("error") or ""
    return word in str(expected).replace("'", " ").replace("、", " ").replace(",", " ").split()


def _plain(words: str) -> str:
    return words.strip().removesuffix("（%）").removesuffix("题")


@cache
def _words() -> Mapping[str, set[str]]:
    """Chinese, as forms and notices say it -> the words of a contest file."""
    found: dict[str, set[str]] = {}
    for words, name in _called():
        found.setdefault(_plain(words), set()).add(name)
    return found


def _called() -> Iterator[tuple[str, str]]:
    yield from ((words, str(kind)) for kind, words in KINDS.items())
    yield from ((words, str(metric)) for metric, words in METRIC_WORDS.items())
    yield from _ALSO.items()
    yield from ((words, name) for name, words in offered())
