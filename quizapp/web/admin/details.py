"""The details of a line of the log in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from quizapp.rules.roles import Role
from quizapp.web import words
from quizapp.web.forms_staff import ROLE_WORDS

NAMES = {
    "accounts": "账号数", "after": "改为", "as_of": "截至", "before": "原为", "bytes": "字节数", "changed": "更改", "closes_at": "截止时间",
    "codes": "发码数", "content_hash": "内容校验码", "days": "天数", "file": "文件", "format": "格式", "items": "题数", "known": "已有",
    "last_start": "最后开始时间", "moved": "移动", "name": "名称", "names": "项目", "new": "新增", "opens_at": "开始时间", "role": "角色",
    "rows": "行数", "same": "不变", "scope": "范围", "sittings": "涉及答题", "title": "名称", "unit": "单位", "units": "单位数",
    "waiting": "等待人数",
}  # fmt: skip
SETTINGS = {
    "organiser": "主办单位", "telephone": "咨询电话", "icp": "ICP备案号", "police": "公安备案号", "privacy": "隐私说明",
}  # fmt: skip
ENDS = ("as_of", "closes_at", "last_start")
SHOWN = 240


def detail_words(detail: Mapping[str, Any]) -> str:
    """「文件：a.xlsx，新增：3」; of a contest's rules what it is called and when it runs."""
    found = dict(detail)
    if isinstance(rules := found.pop("rules", None), Mapping):
        found |= {key: rules[key] for key in ("title", "opens_at", "last_start", "closes_at") if key in rules}
    told = [
        _("%(name)s：%(value)s", name=_(NAMES[key]) if key in NAMES else key, value=_value(key, value))
        for key, value in found.items()
        if value not in (None, "")
    ]
    text = "，".join(told)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if key in ENDS and isinstance(value, int):
        return words.closing(value)
    if key == "opens_at" and isinstance(value, int):
        return words.moment(value)
    if isinstance(value, list):
        return "、".join(_(SETTINGS.get(str(one), str(one))) for one in value)
    if isinstance(value, str) and value in set(Role) and key in ("role", "before", "after"):
        return str(ROLE_WORDS[Role(value)])
    return str(value)
