"""A question bank as YAML: read with every fault at once, written so that a person can go on editing it."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import getitem
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from quizapp.errors import BadFile, Fault
from quizapp.formats import strict_yaml
from quizapp.formats.bank_checks import CITE, check_laws, repetitions, warnings
from quizapp.formats.bank_kinds import item_of, raw_of
from quizapp.formats.bank_shapes import ID, IMAGE, SLUG, BankPart, schema
from quizapp.formats.item_checks import item_complaints
from quizapp.formats.yaml_faults import explain
from quizapp.formats.yaml_writer import dump
from quizapp.rules.items import Bank, Kind

__all__ = ["check_laws", "read_bank", "schema", "warnings", "write_bank"]

_PATTERNS = {
    SLUG: "只能用小写字母、数字和连字符，最多64个字符",
    ID: "应是1到64个字符的编号，中间没有空格",
    IMAGE: "应是题库旁边的图片，例如 images/a-01.png，不能是网址",
    CITE: "应写成“安全生产法 第五条”，几条就写成列表，条号照法律原文写",
}
_KEYS = {
    Kind.SINGLE: "：单选题只有一个答案，请写一个选项字母，例如 key: A",
    Kind.MULTIPLE: "：多选题请写成列表，例如 key: [A, C]",
    Kind.JUDGE: "：判断题请写 对 或 错",
    Kind.BLANK: "：填空题请写可以接受的答案，例如 key: [60, 六十]",
    Kind.NUMERIC: "：数值题请写一个数或一个范围，例如 key: 30、key: 25~30 或 key: [25, 30]",
    Kind.ORDER: "：排序题请按正确的顺序写每一项的字母，例如 key: [C, A, B]",
    Kind.MATCH: "：连线题请写每一项左边对右边，例如 key: {1: B, 2: A}",
    Kind.HOTSPOT: "：找隐患题没有 key，答案写在 regions 里，请删去",
    Kind.CASE: "：案例题没有 key，答案写在各小题里，请删去",
    Kind.ESSAY: "：征文题没有 key，由人按 rubric 评阅，请删去",
}
_NOT_IN_A_CASE = (Kind.HOTSPOT, Kind.CASE, Kind.ESSAY)


def read_bank(data: bytes, file: str) -> Bank:
    """The bank in a YAML file. Raises BadFile with every fault; nothing is read by halves."""
    value, positions = strict_yaml.load(data, file)
    faults = list(_disagreements(value, positions, file))
    try:
        bank = BankPart.model_validate(value)
    except ValidationError as error:
        faults += explain(error, positions, file, _say)
    if faults:
        raise BadFile(sorted(faults, key=lambda fault: fault.line or 0))
    return Bank(bank.bank, bank.title, bank.source, tuple(map(item_of, bank.items)))


def write_bank(bank: Bank) -> bytes:
    """The bank as YAML: read_bank gives the same bank again."""
    head = {"bank": bank.code, "title": bank.title} | ({"source": bank.source} if bank.source else {})
    text = dump(head | {"items": list(map(raw_of, bank.items))})
    return text.replace(b"\n- id: ", b"\n\n- id: ")  # no text of an item can stand at the start of a line


def _disagreements(value: Any, positions: strict_yaml.Positions, file: str) -> Iterator[Fault]:
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list):
        return
    for index, item in enumerate(items):
        for loc, message in item_complaints(item) if isinstance(item, dict) else ():
            yield positions.fault(("items", index, *loc), message, file)
    for first, second, field in repetitions(items):
        lines = [positions.find((*loc, field))[0] for loc in (first, second)]
        what = f"编号“{reduce(getitem, second, value)['id']}”" if field == "id" else "题干"
        message = f"{what}重复：第{lines[0]}行和第{lines[1]}行，请改一个"
        yield positions.fault((*second, field), message, file)


def _say(detail: ErrorDetails) -> str | None:
    loc = list(detail["loc"])
    own = loc[2:4] == [Kind.CASE, "items"] and len(loc) > 4
    kind, field = [*(loc[3:] if own else loc), "", "", "", ""][2:4]
    problem, context = detail["type"], detail.get("ctx", {})
    if problem in ("union_tag_not_found", "union_tag_invalid"):
        return _about_kind(context.get("tag"), _NOT_IN_A_CASE if own else ())
    if problem == "extra_forbidden" and field == "choices":
        return "：这种题型没有选项，请删去"
    if field == "key" and problem != "missing":
        return _KEYS[Kind(str(kind))]
    if problem == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"])
    return None


def _about_kind(tag: str | None, barred: Sequence[Kind]) -> str:
    known = "、".join(kind for kind in Kind if kind not in barred)
    if tag is None:
        return f"没有写题型 kind，可写 {known}"
    return f"的题型“{tag[:30]}”{'不能作案例题的小题' if tag in barred else '不认识'}，可写 {known}"
