"""Papers in print: what is asked stands on them, an answer sheet behind; markup and pictures do no harm."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from factories import YARD

from quizapp.errors import NotFound, Unavailable
from quizapp.formats import poster_pdf
from quizapp.formats.paper_pdf import PrintedItem, PrintedPaper, write_papers
from quizapp.formats.poster_pdf import find_cjk_font

CHOICES = (("A", "全面负责"), ("B", "部分负责"), ("C", "不负责"))
OWN = (
    PrintedItem("6（1）", "judge", "判断题，2分", "这起事故是较大事故"),
    PrintedItem("6（2）", "blank", "填空题，2分", "应在____小时内报告", blanks=1),
)
ITEMS = (
    PrintedItem("1", "single", "单选题，2分", "主要负责人负什么责任", CHOICES),
    PrintedItem("2", "blank", "填空题，2分", "安全第一、____为主、____治理", blanks=2),
    PrintedItem("3", "numeric", "数值题，2分", "高处作业从多高算起", unit="米"),
    PrintedItem("4", "match", "配对题，4分", "颜色的意思", CHOICES, (("1", "红色标志"), ("2", "蓝色标志"))),
    PrintedItem("5", "hotspot", "看图找隐患题，5分", "隐患在哪几格", image="yard", size=(1000, 667), cells=20),
    PrintedItem("6", "case", "案例题，4分", "某厂起火", items=OWN),
)
PAPER = PrintedPaper("安全知识考试", "K7M-3QX", "张三", "示例化工机加车间", ("考试时间60分钟。",), ITEMS)
IMAGES = {"yard": YARD}


@pytest.fixture(autouse=True)
def font(request: pytest.FixtureRequest) -> None:
    if "without_font" not in request.node.name and find_cjk_font() is None:
        pytest.skip("没有中文字体（apt install fonts-noto-cjk），试卷未核对")


def pages(tmp_path: Path, *papers: PrintedPaper) -> list[str]:
    """The words of each page, without white space."""
    if not shutil.which("pdftotext"):
        pytest.skip("没有pdftotext（apt install poppler-utils），试卷未核对")
    (tmp_path / "papers.pdf").write_bytes(write_papers(papers, IMAGES))
    told = subprocess.run(["pdftotext", tmp_path / "papers.pdf", "-"], check=True, capture_output=True).stdout
    return ["".join(page.split()) for page in told.decode().split("\f")[:-1]]


def test_everything_that_is_asked_stands_on_the_paper(tmp_path: Path) -> None:
    asked, blank, sheet = pages(tmp_path, PAPER)
    for text in (
        "安全知识考试",
        "张三",
        "示例化工机加车间",
        "K7M-3QX",
        "考试时间60分钟",
        "全面负责",
        "红色标志",
        "单位：米",
    ):
        assert text in asked
    for item in (*ITEMS, *OWN):
        assert item.stem in asked and item.label in sheet
    assert blank == "K7M-3QX第2页共3页安全知识考试"  # the answer sheet begins on a leaf of its own
    assert "答题卡" in sheet and "K7M-3QX" in sheet and "全面负责" not in sheet


def test_every_paper_begins_on_the_front_of_a_leaf_and_counts_its_own_pages(tmp_path: Path) -> None:
    found = pages(tmp_path, *(replace(PAPER, serial=f"K7M-3Q{n}") for n in range(3)))
    fronts = [number for number, page in enumerate(found) if "考试时间60分钟" in page]
    assert fronts == [0, 4, 8]
    assert all("第1页共3页" in found[number] and f"K7M-3Q{n}" in found[number] for n, number in enumerate(fronts))


def test_a_picture_has_columns_of_letters_and_numbered_rows(tmp_path: Path) -> None:
    asked = pages(tmp_path, PAPER)[0]
    assert "ABCDEFGHIJKLMNOPQRST" in asked and "20" in asked


def test_name_and_unit_can_be_left_for_the_pen(tmp_path: Path) -> None:
    found = "".join(pages(tmp_path, replace(PAPER, name="", unit="")))
    assert "张三" not in found and "姓名" in found and "单位" in found


def test_markup_in_a_text_is_printed_as_typed(tmp_path: Path) -> None:
    text = '#emph[甲] $x$ *乙* {{7*7}} @丙 \\ "丁" <戊> 𬬭\x00'
    asked = pages(tmp_path, replace(PAPER, items=(replace(ITEMS[0], stem=text, choices=(("A", text),)),)))[0]
    assert asked.count("".join(text.replace("\x00", "\ufffd").split())) == 2


def test_long_texts_go_on_over_pages_and_none_is_lost(tmp_path: Path) -> None:
    stem = "".join(f"第{n:04d}句。" for n in range(600))
    items = (replace(ITEMS[0], stem=stem, choices=(("A", "W" * 400), ("B", "长" * 400))), *ITEMS[1:])
    found = "".join(pages(tmp_path, replace(PAPER, title="安全" * 60, name="名" * 64, unit="厂" * 200, items=items)))
    assert (found.count("句。"), found.count("W"), found.count("长")) == (600, 400, 400)


def test_a_hundred_items_have_a_hundred_boxes(tmp_path: Path) -> None:
    items = tuple(replace(ITEMS[0], label=str(n)) for n in range(1, 101))
    sheet = pages(tmp_path, replace(PAPER, items=items))[-1]
    assert all(str(n) in sheet for n in range(1, 101))


def test_a_picture_that_cannot_be_printed_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="图片"):
        write_papers([PAPER], {"yard": b"<svg"})


def test_without_font_it_says_which_package_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(poster_pdf, "_FONT_FOLDERS", (tmp_path,))
    with pytest.raises(Unavailable, match="fonts-noto-cjk"):
        write_papers([PAPER], IMAGES)


def test_no_papers_make_no_empty_page() -> None:
    with pytest.raises(NotFound):
        write_papers([], {})
