"""Rosters: names and phones survive as they are, doubles and slips are told, passwords are never shown."""

from pathlib import Path

import pytest

from quizapp.errors import BadFile, Fault
from quizapp.formats.roster_table import (
    CodeRow,
    person_name,
    phone_number,
    read_accounts,
    read_people,
    write_codes,
)
from quizapp.rules.roles import Role
from quizapp.rules.rows import AccountRow, PersonRow

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared example data is not here")


def people(text: str) -> list[PersonRow]:
    return read_people(text.encode(), "名单.csv")


def faults(text: str) -> list[Fault]:
    with pytest.raises(BadFile) as caught:
        people(text)
    return caught.value.faults


def account_faults(text: str) -> list[Fault]:
    with pytest.raises(BadFile) as caught:
        read_accounts(text.encode(), "x")
    return caught.value.faults


def test_a_roster_is_read_by_its_headings() -> None:
    text = "某厂名单,,,,\n序号,姓 名,手机号码,工号,所在单位,参赛组别\n1,李青禾,１３８ 0013-8000,012,320205001,职工组\n"
    assert people(text) == [PersonRow(3, "李青禾", "13800138000", "012", "320205001", "职工组")]


@pytest.mark.parametrize("name", ["NA", "None", "null", "nan", "欧阳娜娜", "阿卜杜·热合曼", "熊𫢸", "𬬭𬭶", "True"])
def test_names_that_programs_swallow_stay_names(name: str) -> None:
    assert people(f"姓名,手机\n{name},\n")[0].name == name


@pytest.mark.parametrize("dot", "·•‧∙⋅・．●▪.")
def test_every_dot_between_parts_of_a_name_is_the_same_dot(dot: str) -> None:
    assert person_name(f"阿卜杜{dot}热合曼") == "阿卜杜·热合曼"
    assert person_name(f"阿卜杜 {dot} 热合曼") == ("阿卜杜·热合曼" if dot != "." else "阿卜杜 . 热合曼")


def test_names_are_otherwise_left_as_typed() -> None:
    assert person_name("Ｊ. Smith") == "J. Smith"
    assert person_name("张　三") == "张三"
    assert person_name("买买提 艾力") == "买买提 艾力"
    assert person_name("㐂①ﬁ") == "㐂①ﬁ"


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "１３８００１３８０００",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "8613800138000",
        "13800138000.0",
    ],
)
def test_a_phone_is_eleven_digits_however_it_is_typed(typed: str) -> None:
    assert phone_number(typed) == "13800138000"


@pytest.mark.parametrize(
    "typed", ["1380013800", "01380013800", "138001380000", "23800138000", "1.38001E+10", "手机", "1380013800X"]
)
def test_anything_else_is_no_phone_and_told(typed: str) -> None:
    (fault,) = faults(f"姓名,手机\n甲乙,\n丙丁,{typed}\n")
    assert (fault.line, fault.field) == (3, "phone")
    assert typed in fault.message


def test_doubles_are_told_with_both_lines() -> None:
    found = faults(
        "姓名,手机,工号,单位\n李一,13800138000,1,A\n李二,13800138001,1,A\n李三,13800138001,1,B\n李一,+8613800138000,4,A\n"
    )
    assert [(fault.line, fault.field) for fault in found] == [(3, "number"), (5, "name")]
    assert all("第2行" in fault.message for fault in found)


def test_namesakes_need_something_to_tell_them_apart() -> None:
    (fault,) = faults("姓名,工号,单位\n王伟,1,甲\n王伟,2,甲\n王伟,,甲\n王伟,,乙\n王伟,,甲\n")
    assert fault.line == 6
    assert "第4行" in fault.message


def test_lost_characters_and_empty_names_are_told_together() -> None:
    assert [fault.line for fault in faults("姓名,工号\n熊?,1\n,2\n")] == [2, 3]
    (fault,) = faults("姓名,工号\n李一,1.10101E+17\n")
    assert fault.field == "number"


def test_totals_and_remarks_are_no_people() -> None:
    assert [p.name for p in people("姓名,工号\n合,1\n合计,2\n备注：以上属实,\n")] == ["合"]


@needs_data
def test_a_large_roster_is_read_whole() -> None:
    text = (DATA / "orgs" / "assembled_roster_4902.csv").read_bytes()
    found = read_people(text, "x")
    assert len(found) == 4902
    assert len({p.number for p in found}) == 4902
    assert sum("·" in p.name for p in found) == 52
    assert any(ord(character) > 0xFFFF for p in found for character in p.name)


@needs_data
def test_rare_names_survive_every_encoding_and_lost_ones_are_told() -> None:
    expected = read_people((DATA / "encoding" / "roster100_rare_utf8_bom.csv").read_bytes(), "x")
    assert len(expected) == 100
    for name in ("gb18030", "utf16le"):
        assert read_people((DATA / "encoding" / f"roster100_rare_{name}.csv").read_bytes(), "x") == expected
    with pytest.raises(BadFile) as caught:
        read_people((DATA / "encoding" / "roster100_rare_gbk_questionmarks.csv").read_bytes(), "x")
    assert len(caught.value.faults) >= 50


@needs_data
def test_names_with_any_dot_come_out_with_one() -> None:
    found = read_people((DATA / "encoding" / "roster_dot_variants_utf8.csv").read_bytes(), "x")
    assert len(found) == 40
    assert {character for p in found for character in p.name if not character.isalnum()} <= {"·", " "}


def test_accounts_are_read_in_either_language() -> None:
    chinese = "账号,姓名,角色,单位编码,密码\nolga,李青,组织者,3202,correct horse\nbob,,选手,,b-secret-1\n"
    english = "name,role,unit,password\nolga,organiser,3202,correct horse\nbob,contestant,,b-secret-1\n"
    first = AccountRow(2, "olga", Role.ORGANISER, "correct horse", "3202", "李青")
    assert read_accounts(chinese.encode(), "x") == [first, AccountRow(3, "bob", Role.CONTESTANT, "b-secret-1")]
    assert [row.role for row in read_accounts(english.encode(), "x")] == [Role.ORGANISER, Role.CONTESTANT]


def test_an_account_without_role_password_or_name_of_its_own_is_told() -> None:
    found = account_faults("账号,角色,密码\na,,x1\nb,官员,\nc,校长,x3\nA,管理员,x4\n,admin,x5\n")
    assert [(fault.line, fault.field) for fault in found] == [
        (2, "role"),
        (3, "password"),
        (4, "role"),
        (5, "name"),
        (6, "name"),
    ]
    assert "校长" in found[2].message
    assert "第2行" in found[3].message


def test_no_fault_and_no_trace_shows_a_password() -> None:
    assert "hunter22" not in str(account_faults("olga,organiser,hunter22\n")[0])
    assert "hunter22" not in repr(CodeRow("甲", "乙", "hunter22"))


def test_codes_are_written_for_print_without_live_formulas() -> None:
    data = write_codes([CodeRow("=1+1", "甲厂", "K7-Q2", "012"), CodeRow("李一", "@乙厂", "-X9")])
    assert data.decode("utf-8-sig").split("\r\n") == [
        "姓名,单位,工号,一次性登录码",
        "'=1+1,甲厂,012,K7-Q2",
        "李一,'@乙厂,,'-X9",
        "",
    ]
