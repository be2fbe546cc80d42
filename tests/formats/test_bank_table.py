"""Bank tables: every spelling is understood, every fault is told, nothing is lost on the way back."""

import csv
import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest
from factories import every_kind
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.errors import BadFile, Fault, Invalid
from quizapp.formats import bank_table
from quizapp.rules.items import Bank, Difficulty, Item, Kind

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared example data is not here")


def read(data: bytes | str) -> Bank:
    return bank_table.read_bank(data.encode() if isinstance(data, str) else data, "题库.csv", "demo", "示例", "自编")


def items(text: str) -> tuple[Item, ...]:
    return read(text).items


def faults(data: bytes | str) -> list[Fault]:
    with pytest.raises(BadFile) as caught:
        read(data)
    return caught.value.faults


def one(answer: str, kind: str = "", choices: str = "甲,乙,丙,丁") -> Item:
    return items(f'题型,题干,选项A,选项B,选项C,选项D,答案\n{kind},题,{choices},"{answer}"\n')[0]


def test_one_row_is_one_item_with_all_that_belongs_to_it() -> None:
    text = (
        "编号,题型,题干,选项A,选项B,选项C,答案,解析,依据,知识点,难度,分值,图片\n"
        "a-01,多选题,哪些对？,一,二,三,CA,因为,《安全生产法》第五条；消防法第二条,总则,较难,2,images/a-01.png\n"
    )
    assert read(text) == Bank(
        code="demo",
        title="示例",
        source="自编",
        items=(
            Item(
                id="a-01",
                kind=Kind.MULTIPLE,
                stem="哪些对？",
                key=(0, 2),
                choices=("一", "二", "三"),
                topic="总则",
                difficulty=Difficulty.HARD,
                explain="因为",
                cite=("安全生产法 第五条", "消防法 第二条"),
                image="images/a-01.png",
            ),
        ),
    )


def test_an_authority_that_is_no_article_is_kept_with_the_explanation() -> None:
    item = items("题干,选项A,选项B,答案,依据\n题,一,二,A,安全生产法 第五条；教材第3页\n")[0]
    assert (item.cite, item.explain) == (("安全生产法 第五条",), "依据：教材第3页")


@pytest.mark.parametrize(
    "answer",
    [
        "ABD",
        "A、B、D",
        "ＡＢＤ",
        "A,B,D",
        "abd",
        "DBA",
        "AABD",
        "A|B|D",
        "A;B;D",
        "A B D",
        "ABD。",
        "答案：ABD",
        "(ABD)",
    ],
)
def test_every_spelling_of_several_letters_is_the_same_set(answer: str) -> None:
    assert one(answer, "多选题").key == (0, 1, 3)
    assert one(answer).kind is Kind.MULTIPLE


def test_an_answer_in_words_is_looked_up_among_the_choices() -> None:
    assert one("乙", "单选题").key == (1,)
    assert one("乙|丁", "多选题").key == (1, 3)
    assert one("LPG", "单选题", "LNG,LPG,CNG,其他").key == (1,)


@pytest.mark.parametrize(
    "answer", ["√", "对", "T", "1", "✓", "✔", "正确", "是", "true", "（√）", "答案：对", "對", "A"]
)
def test_every_spelling_of_true_is_true(answer: str) -> None:
    assert one(answer, "判断题", ",,,").key is True


@pytest.mark.parametrize("answer", ["×", "错", "F", "0", "X", "错误", "否", "false", "（×）", "錯誤", "B"])
def test_every_spelling_of_false_is_false(answer: str) -> None:
    assert one(answer, "判断题", ",,,").key is False


def test_letters_of_a_judge_item_mean_what_its_choices_say() -> None:
    assert one("A", "判断题", "正确,错误,,").key is True
    assert one("A", "判断题", "错误,正确,,").key is False
    assert one("B", "", "正确,错误,,").kind is Kind.JUDGE
    assert one("A", "判断题", "正确,错误,,").choices == ()


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("单选题", Kind.SINGLE),
        ("单选", Kind.SINGLE),
        ("單選題", Kind.SINGLE),
        ("单项选择题", Kind.SINGLE),
        ("选择题", Kind.SINGLE),
    ],
)
def test_words_for_a_kind_are_understood(word: str, kind: Kind) -> None:
    assert one("B", word).kind is kind


def test_a_kind_that_is_not_said_is_inferred() -> None:
    text = "题干,选项A,选项B,答案\n一,甲,乙,A\n二,甲,乙,AB\n三,,,√\n四____。,,,60\n五（ ）。,,,1\n六,,,1\n"
    kinds = [item.kind for item in items(text)]
    assert kinds == [Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE, Kind.BLANK, Kind.BLANK, Kind.JUDGE]


def test_a_letter_without_choices_is_a_fault_and_not_a_guess() -> None:
    assert "0个选项" in faults("题干,选项A,选项B,答案\n一,,,A\n")[0].message


def test_letters_repeated_inside_the_choices_are_taken_off() -> None:
    assert one("B", "单选题", "A.甲,B、乙,C：丙,D)丁").choices == ("甲", "乙", "丙", "丁")
    assert one("B", "单选题", "A.甲,乙,丙,丁").choices[0] == "A.甲"


def test_blanks_are_parted_and_may_have_several_right_texts() -> None:
    item = items("题型,题干,答案\n填空题,时间____，地点____。,60//六十|北京；\n".replace("；", ""))[0]
    assert item.key == (("60", "六十"), ("北京",))
    item = items("题型,题干,答案\n填空题,速度（  ）。,5km/h\n")[0]
    assert (item.stem, item.key) == ("速度____。", (("5km/h",),))
    assert "1处" in faults("题型,题干,答案\n填空题,时间____。,一；二\n")[0].message


def test_ids_are_made_from_the_stem_and_stay_at_every_import() -> None:
    one_way = items("题干,选项A,选项B,答案\n1.甲在哪？,一,二,A\n2、乙在哪？,一,二,B\n")
    other_way = items("题干,选项A,选项B,答案,解析\n1.乙在哪？,一,二,B,x\n丙,一,二,A,\n 3．甲在哪？ ,一,二,A,\n")
    assert [item.stem for item in one_way] == ["甲在哪？", "乙在哪？"]
    assert {item.id for item in one_way} < {item.id for item in other_way}
    assert all(re.fullmatch(r"demo-[0-9a-f]{12}", item.id) for item in other_way)
    assert items("题干,选项A,选项B,答案\n1.5米以上？,一,二,A\n")[0].stem == "1.5米以上？"


def test_all_faults_come_at_once_with_their_lines() -> None:
    text = """编号,题型,题干,选项A,选项B,选项C,选项D,答案,难度,图片
x-1,单选题,甲,一,二,,,C,,
x-2,单选题,乙,一,二,,,AB,,
x-3,多选题,,一,二,,,AB,,
x-4,排序题,丁,一,二,,,A,,
x-5,单选题,戊,一,,,,A,,
x-6,单选题,己,一,一,,,A,,
x-7,单选题,庚,一,二,,,,,
x-8,判断题,辛,,,,,也许,,
x-9,单选题,壬,一,,三,,A,,
x-1,单选题,癸,一,二,,,A,超难,../a.png
x b,单选题,子,一,二,,,不知道,,
x-c,单选题,甲,一,二,,,C,,
"""
    found = faults(text)
    assert {fault.line for fault in found} == set(range(2, 14))
    assert [fault.line for fault in found] == sorted(fault.line or 0 for fault in found)
    said = {line: [fault.message for fault in found if fault.line == line] for line in range(2, 14)}
    assert "C" in said[2][0] and "不在选项" in said[2][0]
    assert "改为多选题" in said[3][0]
    assert len(said[11]) == 3 and any("第2行" in message for message in said[11])
    assert len(said[12]) == 2
    assert any("题干与第2行相同" in message for message in said[13])
    assert not any("key" in fault.message for fault in found)


def test_a_stem_that_comes_twice_is_told_with_both_lines_and_whether_the_answer_differs() -> None:
    found = faults("题干,选项A,选项B,答案\n甲 ？,一,二,A\n乙,一,二,A\n甲？,二,一,B\n甲？,一,二,B\n")
    assert [fault.line for fault in found] == [4, 5]
    assert all("第2行" in fault.message for fault in found)
    assert "不同" not in found[0].message
    assert "不同" in found[1].message


def test_the_same_stem_under_another_picture_is_another_item() -> None:
    made = items("题干,选项A,选项B,答案,图片\n何标志？,一,二,A,a.png\n何标志？,一,二,B,b.png\n")
    assert len({item.id for item in made}) == 2


def test_a_table_without_headings_is_told_which_are_needed_and_what_was_read() -> None:
    (fault,) = faults("1,电工的职责是(　)。,甲,乙,丙,丁,A\n2,又一题,甲,乙,丙,丁,B\n")
    assert all(word in fault.message for word in ("题干", "答案", "电工的职责"))
    assert fault.line == 1


CLEAN = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.sampled_from(" \n=A.、|/\\；"), max_size=12
).map(
    lambda text: (
        unicodedata.normalize("NFC", text)
        .strip()
        .replace("\ufffd", "")
        .replace("\u2800", "")
        .replace("\u3164", "")
        .strip()
    )
)
TEXT = st.sampled_from(
    ["=1+1", "@SUM(A1)", "_x0041_", "A.甲", "'x", "-1", "1.题", "𬬭", "TRUE", "0012"]
) | CLEAN.filter(bool)
CHOICES = (
    st.lists(TEXT, min_size=2, max_size=26, unique=True).map(tuple) | st.just(("A.甲", "B.乙")) | st.just(("对", "错"))
)
ABOUT = {
    "id": st.text("abc-019", min_size=1, max_size=10),
    "stem": TEXT,
    "topic": CLEAN,
    "difficulty": st.sampled_from(Difficulty),
    "explain": CLEAN,
    "cite": st.lists(st.sampled_from(["安全生产法 第五条", "消防法 第二十一条第一款"]), unique=True).map(tuple),
    "image": st.none() | st.just("images/a.png"),
}


@st.composite
def made_items(draw: st.DrawFn) -> Item:
    about = {name: draw(values) for name, values in ABOUT.items()}
    kind = draw(st.sampled_from([Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE, Kind.BLANK]))
    if kind is Kind.JUDGE:
        return Item(kind=kind, key=draw(st.booleans()), **about)
    if kind is Kind.BLANK:
        accepted = TEXT.filter(lambda text: any(character.isalnum() for character in text))
        key = draw(st.lists(st.lists(accepted, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple))
        return Item(
            kind=kind, key=key, **about | {"stem": "____".join(["甲"] * (len(key) + 1)) + str(draw(st.integers(0)))}
        )
    choices = draw(CHOICES)
    places = draw(st.sets(st.integers(0, len(choices) - 1), min_size=1, max_size=1 if kind is Kind.SINGLE else None))
    return Item(kind=kind, key=tuple(sorted(places)), choices=choices, **about)


def plain(item: Item) -> str:
    return "".join(unicodedata.normalize("NFKC", item.stem).split())


@settings(deadline=None)
@given(st.lists(made_items(), min_size=1, max_size=5, unique_by=(lambda item: item.id, plain)))
def test_what_is_written_is_read_back_whole(made: list[Item]) -> None:
    bank = Bank("demo", "示例", "自编", tuple(made))
    try:
        assert read(bank_table.write_bank(bank)) == bank
    except BadFile as refused:
        pytest.fail("\n".join(map(str, refused.faults)))


def test_nothing_written_can_be_a_formula_or_break_the_file() -> None:
    item = Item("a", Kind.SINGLE, "=HYPERLINK(1)\x0b\x00", (0,), ("=1+1", "@x"), explain="\x1f+1")
    data = bank_table.write_bank(Bank("demo", "示例", "自编", (item,)))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    assert read(data).items[0].stem == "=HYPERLINK(1)"


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut() -> None:
    item = Item("a", Kind.JUDGE, "甲", True, explain="长" * 32_768)
    with pytest.raises(Invalid, match="YAML"):
        bank_table.write_bank(Bank("demo", "示例", "自编", (item,)))


def test_a_kind_that_no_row_holds_is_refused_with_its_items() -> None:
    with pytest.raises(Invalid) as refused:
        bank_table.write_bank(every_kind())
    assert refused.value.params["ids"] == "t-005、t-006、t-007、t-008、t-009" and refused.value.params["count"] == 6


@needs_data
@pytest.mark.parametrize("name", ["lgb20_judge_answer_variants_utf8", "lgb25_multi_answer_variants_utf8"])
def test_real_answer_spellings_mean_the_same_as_the_plain_ones(name: str) -> None:
    keys = {item.id: item.key for item in read((DATA / "encoding" / "lgb70_utf8.csv").read_bytes()).items}
    varied = read((DATA / "encoding" / f"{name}.csv").read_bytes()).items
    assert {item.id: item.key for item in varied}.items() <= keys.items()


@needs_data
@pytest.mark.parametrize(
    "path", sorted(DATA.glob("encoding/lgb*")) + sorted(DATA.glob("banks/*/*.[cx]*")), ids=lambda path: path.name
)
def test_a_real_file_is_a_bank_or_a_list_of_faults(path: Path) -> None:
    try:
        bank = read(path.read_bytes())
    except BadFile as refused:
        assert refused.faults
        assert all(fault.file == "题库.csv" and fault.message for fault in refused.faults)
    else:
        assert len(bank.items) >= 20
        assert read(bank_table.write_bank(bank)) == bank


@needs_data
def test_choices_glued_together_in_a_real_bank_are_understood_but_for_its_own_faults() -> None:
    (path,) = DATA.glob("banks/special_work_xlsx/*低压*")
    found = faults(path.read_bytes())
    other = [fault for fault in found if "题干与第" not in fault.message]
    assert len(found) < 30
    assert len(other) < 5


@needs_data
def test_the_national_contest_is_read_but_for_answers_that_are_no_choice() -> None:
    entries = json.loads((DATA / "banks" / "national_contest_2022" / "answers.json").read_text("utf-8"))
    entries = list(
        {"".join(unicodedata.normalize("NFKC", entry["content"]).split()): entry for entry in entries}.values()
    )
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["题型", "题干", *(f"选项{letter}" for letter in "ABCDEFGH"), "答案"])
    wrong = set()
    for line, entry in enumerate(entries, 2):
        options = entry["options"] + [""] * (8 - len(entry["options"]))
        table.writerow(
            [entry["quesTypeStr"], " ".join(entry["content"].split()), *options, "|".join(entry["rightOptions"])]
        )
        if not set(entry["rightOptions"]) <= set(entry["options"]):
            wrong.add(line)
    try:
        read(out.getvalue())
    except BadFile as refused:
        assert {fault.line for fault in refused.faults} == wrong
    else:
        assert not wrong
