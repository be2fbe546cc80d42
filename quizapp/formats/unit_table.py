"""The tree of organisation units as a table: xlsx or csv as offices make them."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from quizapp.errors import BadFile, Fault
from quizapp.formats.table_rows import Record, folded, is_footer, is_shortened, read_table, repeats, write_csv
from quizapp.rules.rows import UnitRow

UNKNOWN = frozenset({"", "-", "--", "—", "——", "–", "－", "/", "／", "\\", "不详", "未知", "无", "暂无", "n/a"})
"""What people write into a cell for which they have nothing."""

_HEADINGS = {
    "name": (
        "名称 单位名称 单位全称 企业名称 机构名称 学校名称 组织名称 参赛单位名称 参赛单位 单位 企业 学校 机构 村社名称 name unitname unit"
    ),
    "code": (
        "编码 单位编码 单位代码 单位编号 代码 机构代码 组织机构代码 统一社会信用代码 社会信用代码 信用代码 区划代码 行政区划代码 code unitcode"
    ),
    "kind": "类型 类别 单位类型 单位类别 企业类型 机构类型 单位性质 层级 级别 kind type level",
    "parent": (
        "上级编码 上级单位编码 上级代码 上级单位代码 上级编号 上级 上级单位 上级单位名称 上级名称 上级部门 上级机构 父级 父级编码 隶属单位 隶属 "
        "所属单位 所属镇街 所属乡镇 所属街道 所属乡镇街道 所属区县 所属地区 所属 主管单位 主管部门 乡镇街道 街道乡镇 乡镇 镇街 街道 属地 "
        "parentcode parent areacode citycode provincecode"
    ),
    "headcount": (
        "应参人数 应参赛人数 应参加人数 应参与人数 应考人数 应答人数 应答题人数 职工人数 职工总数 职工总人数 职工数 员工人数 员工总数 员工数 "
        "从业人数 从业人员 从业人员数 从业人员总数 在职人数 在岗人数 在册人数 学生人数 总人数 人员总数 人员数 人数 headcount people"
    ),
    "aliases": "简称 别名 单位简称 企业简称 曾用名 aliases alias shortname",
    "telephone": "电话 联系电话 单位电话 联系方式 手机 手机号 手机号码 telephone phone tel",
}
_LONGEST = (("name", "名称", 128), ("code", "编码", 64), ("kind", "类型", 32), ("parent", "上级", 128), ("telephone", "电话", 40))
_WANTED = {field: words.split() for field, words in _HEADINGS.items()}

_SUBTOTAL = re.compile(r".*(?:合计|总计|小计|共计)")
_SEPARATORS = re.compile(r"[、,，;；/|\n]")
_MAX_HEADCOUNT = 100_000_000

Tell = Callable[[str, str], None]
"""tell(field, message): note a fault of the row being read."""


def read_units(data: bytes, file: str) -> list[UnitRow]:
    """The units of a table, in its order; no totals, remarks or blank rows. Raises BadFile with all faults."""
    faults: list[Fault] = []
    units = []
    for row, cells in read_table(data, file, _WANTED, ("name",)):
        if is_footer(row) or _SUBTOTAL.fullmatch(folded(cells["name"])):
            continue

        def tell(field: str, message: str, line: int = row.line) -> None:
            faults.append(Fault(message, line, field, file))

        units.append(_unit(row.line, cells, tell))
    faults += _repeated(units, file)
    if faults:
        raise BadFile(sorted(faults, key=lambda fault: fault.line or 0))
    return units


def write_units(rows: Sequence[UnitRow]) -> bytes:
    """The same table as csv (UTF-8 with BOM); read_units gives the rows back."""
    headings = ["名称", "编码", "类型", "上级编码", "应参人数", "简称", "电话"]
    return write_csv(headings, [_cells(row) for row in rows])


def known(text: str) -> str | None:
    """What a cell says; None where it says that there is nothing."""
    return None if text.casefold() in UNKNOWN else text


def one_line(text: str) -> str:
    """A name that was broken over lines in its cell, in one piece; other blanks shrink to one."""
    return " ".join(re.sub(r"\s*\n\s*", "", text).split())


def typed_code(text: str, what: str, tell: Callable[[str], None]) -> str | None:
    """A code as typed, in half-width characters; one that a spreadsheet has shortened to 1.1E+17 is told."""
    code = known(unicodedata.normalize("NFKC", text).strip().removeprefix("'"))
    if code and is_shortened(code):
        tell(f"{what}“{code}”被表格软件当成了数，末尾的数字已丢失，请把这一列设为文本后重新填写")
    return code


def _unit(line: int, cells: Record, tell: Tell) -> UnitRow:
    name = one_line(cells["name"])
    if known(name) is None:
        tell("name", "名称是空的，请填写单位名称，或删去这一行")
    for field, what, most in _LONGEST:
        if len(cells[field]) > most:
            tell(field, f"{what}太长，最多{most}个字")
    return UnitRow(
        line=line,
        name=name,
        code=typed_code(cells["code"], "编码", lambda message: tell("code", message)),
        kind=known(one_line(cells["kind"])),
        parent=typed_code(one_line(cells["parent"]), "上级编码", lambda message: tell("parent", message)),
        headcount=_headcount(cells["headcount"], tell),
        aliases=_aliases(cells["aliases"]),
        telephone=typed_code(cells["telephone"], "电话", lambda message: tell("telephone", message)),
    )


def _headcount(text: str, tell: Tell) -> int | None:
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if known(plain) is None:
        return None
    digits = re.sub(r"[人名位个]$", "", plain)
    if re.fullmatch(r"\d{1,3}(,\d{3})+|\d+(\.0+)?", digits, re.ASCII):
        count = int(digits.replace(",", "").split(".")[0])
        if count <= _MAX_HEADCOUNT:
            return count
        tell("headcount", f"应参人数“{text}”太大，请核对")
    elif re.fullmatch(r"[-−]\d+(\.\d+)?", digits):
        tell("headcount", f"应参人数“{text}”是负数，请填实际人数，不清楚就留空")
    else:
        numbers = re.findall(r"\d+", digits)
        example = numbers[0] if len(numbers) == 1 else "120"
        tell("headcount", f"应参人数“{text}”不是确切的数字，请只填数字，例如{example}，不清楚就留空")
    return None


def _aliases(text: str) -> tuple[str, ...]:
    parts = (known(one_line(part)) for part in _SEPARATORS.split(text if known(text) else ""))
    return tuple(dict.fromkeys(part for part in parts if part))


def _repeated(units: Sequence[UnitRow], file: str) -> Iterator[Fault]:
    yield from repeats(
        [(unit.line, unit.code) for unit in units], lambda line: f"编码与第{line}行重复，请改正其中一个", file, "code"
    )
    yield from repeats(
        [(unit.line, (unit.parent, unit.name) if known(unit.name) else None) for unit in units],
        lambda line: f"与第{line}行是同一上级下的同名单位，请删去一行或写清区别",
        file,
        "name",
    )


def _cells(row: UnitRow) -> list[str]:
    count = "" if row.headcount is None else str(row.headcount)
    return [
        row.name,
        row.code or "",
        row.kind or "",
        row.parent or "",
        count,
        "、".join(row.aliases),
        row.telephone or "",
    ]
