"""What pydantic found wrong, as faults with lines that a person can act on."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from quizapp.errors import Fault
from quizapp.formats.strict_yaml import Positions, decode

_WORDS = {
    "missing": "没有写，请补上",
    "extra_forbidden": "这个字段不认识，请改正名称或删去",
    "string_type": "应是一段文字，请写上",
    "string_pattern_mismatch": "是空的，请写上",
    "list_type": "应是列表，请写成 [甲, 乙] 或每行一个“- 甲”",
    "dict_type": "应是若干行“名称: 内容”，请检查缩进和冒号",
    "model_type": "应是若干行“名称: 内容”，请检查缩进和冒号",
    "model_attributes_type": "应是若干行“名称: 内容”，请检查缩进和冒号",
    "string_too_long": "太长，最多{max_length}个字",
    "too_long": "太多，最多{max_length}个",
    "too_short": "至少要有{min_length}个",
    "value_error": "{error}",
    "enum": "不认识，只能是 {expected}",
    "literal_error": "不认识，只能是 {expected}",
}


def explain(
    error: ValidationError,
    positions: Positions,
    file: str,
    say: Callable[[ErrorDetails], str | None] = lambda detail: None,
) -> list[Fault]:
    """Every fault pydantic found, in Chinese, with its line; `say` has the first word on what a fault means."""
    faults = []
    for detail in error.errors(include_url=False):
        line, field = positions.find([part for part in detail["loc"] if part != "[key]"])
        faults.append(Fault(_sentence(_name(field), _shown(detail), say(detail) or _words(detail)), line, field, file))
    return faults


def locate(faults: Iterable[Fault], data: bytes, file: str) -> list[Fault]:
    """The faults with file and line filled in, found by their `field` (a path such as items.3.key)."""
    found = list(faults)
    if not found:
        return []
    positions = Positions(decode(data, file))
    paths = ([int(part) if part.isdigit() else part for part in fault.field.split(".")] for fault in found)
    return [replace(fault, line=positions.find(path)[0], file=file) for fault, path in zip(found, paths, strict=True)]


def _name(field: str) -> str:
    parts = field.split(".")
    if parts[-1].isdigit() and len(parts) > 1:
        return f"{parts[-2]}第{int(parts[-1]) + 1}项"
    return parts[-1]


def _sentence(name: str, shown: str, words: str) -> str:
    return f"{name}{shown}{words}" if shown or words[0] in "：的" else f"{name} {words}"


def _shown(detail: ErrorDetails) -> str:
    value = detail["input"]
    if not isinstance(value, str) or not value.strip() or detail["type"] == "extra_forbidden":
        return ""
    return f"“{value if len(value) <= 30 else value[:30] + '…'}”"


def _words(detail: ErrorDetails) -> str:
    context = {name: str(value) for name, value in detail.get("ctx", {}).items()}
    if "expected" in context:
        context["expected"] = context["expected"].replace("'", "").replace(" or ", "、").replace(", ", "、")
    words = _WORDS.get(detail["type"])
    return words.format_map(context) if words else f"写法不对（{detail['msg']}）"
