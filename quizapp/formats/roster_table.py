"""People as a table: whom a unit may enter, accounts to be made, and one-time codes to be handed out."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from quizapp.errors import BadFile, Fault
from quizapp.formats.table_rows import Record, folded, is_footer, is_shortened, read_table, repeats, write_csv
from quizapp.formats.unit_table import Tell, known, one_line, typed_code
from quizapp.rules.roles import Role
from quizapp.rules.rows import AccountRow, PersonRow

_PEOPLE = {
    "name": "姓名 名字 人员姓名 职工姓名 员工姓名 学生姓名 参赛人员 参赛人 选手姓名 name fullname",
    "phone": "手机号 手机号码 手机 联系电话 电话 电话号码 移动电话 联系方式 phone mobile telephone",
    "number": "工号 学号 座号 职工号 员工号 职工编号 员工编号 人员编号 学籍号 准考证号 考号 编号 number staffno studentno",
    "unit": (
        "单位编码 单位代码 所在单位编码 所属单位编码 单位 单位名称 所在单位 所属单位 工作单位 参赛单位 企业名称 学校 班级 unitcode unit"
    ),
    "division": "组别 参赛组别 分组 组 division",
}
_ACCOUNTS = {
    "name": "账号 帐号 用户名 登录名 登录账号 账户 帐户 name account username login",
    "role": "角色 身份 权限 role",
    "unit": "单位编码 单位代码 所在单位编码 所属单位编码 单位 unit unitcode",
    "password": "密码 口令 初始密码 登录密码 password",
    "full_name": "姓名 真实姓名 名字 fullname realname displayname",
}
_ROLE_WORDS = {
    Role.CONTESTANT: "contestant 选手 参赛者 参赛选手",
    Role.ORGANISER: "organiser organizer 组织者 组织单位",
    Role.OFFICIAL: "official 官员",
    Role.ADMIN: "admin 管理员 系统管理员",
}
_ROLES = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}

_DOTS = re.compile("\\s*[·•‧∙⋅・･●▪．﹒᛫]\\s*")
_PLAIN_DOT = re.compile(r"(?<=[^\x00-\x7f])\.(?=[^\x00-\x7f])")
_WIDE_LATIN = {wide: wide - 0xFEE0 for wide in [*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]}
_SPACED = re.compile(r"([\u3400-\u9fff\U00020000-\U0003ffff]) ([\u3400-\u9fff\U00020000-\U0003ffff])")
_PHONE = re.compile(r"(?:\+?86|0086)?(1\d{10})(?:\.0)?", re.ASCII)
_PHONE_FILLING = re.compile(r"[\s()\-‐-―−]")


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A one-time sign-in code and whom to hand it to."""

    name: str
    unit: str
    code: str = field(repr=False)
    number: str = ""


def read_people(data: bytes, file: str) -> list[PersonRow]:
    """The people of a roster, in its order. Raises BadFile with all faults."""
    faults: list[Fault] = []
    wanted = {key: words.split() for key, words in _PEOPLE.items()}
    people = [
        _person(row.line, cells, _teller(faults, row.line, file))
        for row, cells in read_table(data, file, wanted, ("name",))
        if not is_footer(row)
    ]
    _refuse([*faults, *_repeated(people, file)])
    return people


def read_accounts(data: bytes, file: str) -> list[AccountRow]:
    """The accounts of a table, in its order; no fault shows a password. Raises BadFile with all faults."""
    faults: list[Fault] = []
    wanted = {key: words.split() for key, words in _ACCOUNTS.items()}
    accounts = [
        _account(row.line, cells, _teller(faults, row.line, file))
        for row, cells in read_table(data, file, wanted, ("name", "role", "password"), secret=True)
    ]
    keys = [(account.line, account.name.casefold() or None) for account in accounts]
    faults += repeats(keys, lambda line: f"账号与第{line}行重复，请改名或删去一行", file, "name")
    _refuse(faults)
    return accounts


def write_codes(rows: Sequence[CodeRow]) -> bytes:
    """One-time codes as csv to be printed (UTF-8 with BOM); no cell can be taken for a formula."""
    headings = ["姓名", "单位", "工号", "一次性登录码"]
    return write_csv(headings, [[row.name, row.unit, row.number, row.code] for row in rows])


def person_name(text: str) -> str:
    """A name as it is kept: one kind of dot, narrow Latin letters, no padding between two characters; else as typed."""
    name = _DOTS.sub("·", one_line(text.translate(_WIDE_LATIN)))
    name = _PLAIN_DOT.sub("·", name)
    padded = _SPACED.fullmatch(name)
    return padded[1] + padded[2] if padded else name


def phone_number(text: str) -> str | None:
    """The eleven digits of a mobile number typed in any usual way; None for anything else."""
    found = _PHONE.fullmatch(_PHONE_FILLING.sub("", unicodedata.normalize("NFKC", text)))
    return found[1] if found else None


def _teller(faults: list[Fault], line: int, file: str) -> Tell:
    return lambda key, message: faults.append(Fault(message, line, key, file))


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise BadFile(sorted(faults, key=lambda fault: fault.line or 0))


def _person(line: int, cells: Record, tell: Tell) -> PersonRow:
    return PersonRow(
        line=line,
        name=_name(cells["name"], tell),
        phone=_phone(cells["phone"], tell),
        number=typed_code(cells["number"], "工号", lambda message: tell("number", message)),
        unit=typed_code(one_line(cells["unit"]), "单位编码", lambda message: tell("unit", message)),
        division=known(one_line(cells["division"])),
    )


def _name(text: str, tell: Tell) -> str:
    name = person_name(text)
    if not name:
        tell("name", "姓名是空的，请填写，或删去这一行")
    elif "?" in name or "？" in name:
        tell("name", f"姓名“{name}”里有丢失的字，请从原始表格另存为 xlsx 或 UTF-8 csv 再上传")
    return name


def _phone(text: str, tell: Tell) -> str | None:
    if known(text) is None:
        return None
    phone = phone_number(text)
    if phone is None and is_shortened(text):
        tell("phone", f"手机号“{text}”被表格软件当成了数，请把这一列设为文本后重新填写")
    elif phone is None:
        tell("phone", f"手机号“{text}”不是11位手机号码，请核对，没有就留空")
    return phone


def _account(line: int, cells: Record, tell: Tell) -> AccountRow:
    role = _ROLES.get(folded(cells["role"]))
    if not cells["name"]:
        tell("name", "账号是空的，请填写")
    if role is None:
        stated = f"角色“{cells['role']}”无法识别" if cells["role"] else "角色是空的"
        tell("role", f"{stated}，请填选手、组织者、官员或管理员")
    if not cells["password"]:
        tell("password", "密码是空的，请填写")
    return AccountRow(
        line=line,
        name=unicodedata.normalize("NFKC", cells["name"]),
        role=role or "",
        password=cells["password"],
        unit=typed_code(cells["unit"], "单位编码", lambda message: tell("unit", message)),
        full_name=known(person_name(cells["full_name"])),
    )


def _repeated(people: Sequence[PersonRow], file: str) -> Iterator[Fault]:
    """Numbers are compared within a unit: seat 7 exists in every class."""
    numbers = [(p.line, (p.unit, p.number) if p.number else None) for p in people]
    yield from repeats(numbers, lambda line: f"工号与第{line}行重复，请改正或删去一行", file, "number")
    same = [(p.line, (p.name, p.phone) if p.phone and p.name else None) for p in people]
    yield from repeats(same, lambda line: f"姓名和手机号与第{line}行重复，请删去一行", file, "name")
    bare = [(p.line, (p.unit, p.name) if p.name and not (p.phone or p.number) else None) for p in people]
    unclear = "与第{}行同名，无法区分，请补上手机号或工号；若是同一人，请删去一行"
    yield from repeats(bare, unclear.format, file, "name")
