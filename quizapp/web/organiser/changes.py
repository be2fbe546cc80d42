"""What a contest file would change, field by field."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from quizapp.formats.contest.text import file_of
from quizapp.rules.contests import ContestRules
from quizapp.web import words

NAMES = {
    "title": "名称", "organiser": "主办单位", "telephone": "咨询电话", "about": "说明", "zone": "时区", "paper.draw": "组卷",
    "paper.shuffle.items": "题目乱序", "paper.shuffle.choices": "选项乱序", "clock.paper": "限时", "clock.item": "每题限时",
    "clock.full_time": "晚开始也给足时间", "clock.grace": "交卷宽限", "sittings.per_day": "每天次数", "sittings.total": "总次数",
    "sittings.practice_per_day": "每天练习次数", "marking.multiple": "多选题计分", "marking.essay_gap": "论述题两人可以相差", "counts": "成绩取法", "ties": "得分相同时",
    "pass": "合格分", "release.score": "公布得分", "release.key": "公布答案", "divisions": "组别", "entry.doors": "参加方式",
    "entry.units": "参加单位", "entry.unit_changes": "可更换单位次数", "entry.minors": "未成年人竞赛", "units.rank_by": "单位排名依据",
    "units.min_people": "单位最少人数", "units.min_rate": "单位最低参与率", "units.min_mean": "单位最低平均分",
    "units.hide_mean_below": "不列平均分的人数", "board.people": "个人榜单", "board.units": "单位榜单", "board.freeze_at": "封榜时间",
}  # fmt: skip
MOMENTS = {"opens_at", "last_start", "closes_at"}


def changes(before: ContestRules, after: ContestRules) -> list[str]:
    """「截止时间：… → …」 for everything that differs, the times first."""
    told = [
        _line(_("开始时间"), words.moment(before.opens_at), words.moment(after.opens_at)),
        _line(_("最后开始时间"), words.closing(before.last_start), words.closing(after.last_start)),
        _line(_("截止时间"), words.closing(before.closes_at), words.closing(after.closes_at)),
    ]
    old, new = dict(_flat(file_of(before))), dict(_flat(file_of(after)))
    for path in dict.fromkeys([*old, *new]):
        if path not in MOMENTS:
            name = _(NAMES[path]) if path in NAMES else path
            told.append(_line(name, old.get(path, _("没有")), new.get(path, _("没有"))))
    return [line for line in told if line]


def earlier(before: ContestRules, after: ContestRules) -> bool:
    """Whether people would lose time that they have been promised."""
    return after.closes_at < before.closes_at or after.last_start < before.last_start


def _line(name: str, old: str, new: str) -> str:
    return "" if old == new else _("%(name)s：%(old)s → %(new)s", name=name, old=old, new=new)


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "；".join(map(_text, value)) or _("没有")
    if isinstance(value, Mapping):
        return " ".join(_text(part) for part in value.values())
    return str(value)
