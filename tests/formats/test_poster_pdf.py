"""Posters: one page per unit, with a code that phones can read."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import segno

from quizapp.errors import NotFound, Unavailable
from quizapp.formats import poster_pdf
from quizapp.formats.poster_pdf import Poster, find_cjk_font, qr_svg, write_posters

POSTER = Poster(
    title="2026年安全生产月网络知识竞赛",
    unit="示例化工有限公司机加车间",
    link="https://quiz.example.cn/u/7K3M9Q",
    period="2026年6月1日9:00至6月30日24:00",
    telephone="0431-12345678",
    organiser="示例县应急管理局",
    code="7K3M9Q",
)
LONG = Poster(
    "安全" * 2000, "单位" * 2000 + "W" * 999, "https://a.cn/" + "x" * 300, "6月" * 999, "1" * 999, "局" * 999, "C" * 999
)


@pytest.fixture(autouse=True)
def font(request: pytest.FixtureRequest) -> None:
    if "without_font" not in request.node.name and find_cjk_font() is None:
        pytest.skip("没有中文字体（apt install fonts-noto-cjk），海报未核对")


def poppler(tool: str, pdf: bytes, tmp_path: Path, *options: str) -> bytes:
    """What one of poppler's tools makes of the PDF."""
    program = shutil.which(tool)
    if not program:
        pytest.skip(f"没有{tool}（apt install poppler-utils），海报未核对")
    (tmp_path / "posters.pdf").write_bytes(pdf)
    target = [] if tool in ("pdfinfo", "pdftoppm") else ["-"]
    return subprocess.run(
        [program, *options, tmp_path / "posters.pdf", *target], check=True, capture_output=True
    ).stdout


def words_of(posters: Sequence[Poster], tmp_path: Path) -> list[str]:
    pages = poppler("pdftotext", write_posters(posters), tmp_path).decode().split("\f")[:-1]
    return ["".join(page.split()) for page in pages]


def dark_modules(pgm: bytes, size: int) -> list[list[bool]]:
    """The modules of the only black thing on a grey page, read at their centres."""
    _, shape, _, pixels = pgm.split(b"\n", 3)
    width, height = (int(number) for number in shape.split())
    lines = [pixels[at * width : (at + 1) * width] for at in range(height)]
    black = [(x, y) for y, line in enumerate(lines) for x, level in enumerate(line) if level < 8]
    left, top = min(x for x, _ in black), min(y for _, y in black)
    side = max(x for x, _ in black) + 1 - left
    return [
        [lines[top + int((y + 0.5) * side / size)][left + int((x + 0.5) * side / size)] < 128 for x in range(size)]
        for y in range(size)
    ]


def test_every_unit_gets_exactly_one_page_in_order(tmp_path: Path) -> None:
    posters = [replace(POSTER, unit=f"示例第{number}车间") for number in range(1, 13)]
    pages = words_of(posters, tmp_path)
    assert len(pages) == 12
    assert all(f"示例第{number}车间" in page for number, page in enumerate(pages, 1))


def test_texts_of_any_length_stay_on_their_one_a4_page(tmp_path: Path) -> None:
    empty = replace(POSTER, period="", telephone="", organiser="", code="")
    info = poppler("pdfinfo", write_posters([LONG, POSTER, empty]), tmp_path).decode()
    assert "Pages:           3" in info
    assert "(A4)" in info


def test_a_poster_says_what_to_do_for_whom_and_whom_to_ask(tmp_path: Path) -> None:
    [page] = words_of([POSTER], tmp_path)
    for text in (POSTER.title, POSTER.unit, POSTER.period, POSTER.telephone, POSTER.organiser, POSTER.code):
        assert text in page
    for text in ("扫一扫，答题学安全", "不用下载，不用密码", "自愿参加，不收费，不作个人考核"):
        assert text in page


def test_what_is_not_known_leaves_no_empty_line(tmp_path: Path) -> None:
    [page] = words_of([replace(POSTER, telephone="", code="")], tmp_path)
    assert "咨询电话" not in page
    assert "请输入" not in page


def test_the_code_on_paper_is_the_link(tmp_path: Path) -> None:
    code = segno.make(POSTER.link, error="m", micro=False)
    expected = [[bool(module) for module in row] for row in code.matrix]
    pgm = poppler("pdftoppm", write_posters([POSTER]), tmp_path, "-r", "150", "-gray", "-singlefile")
    assert dark_modules(pgm, len(expected)) == expected


def test_markup_in_a_name_is_printed_as_typed(tmp_path: Path) -> None:
    name = '#emph[甲] $x$ *乙* {{7*7}} @丙 \\ "丁"'
    [page] = words_of([replace(POSTER, unit=name)], tmp_path)
    assert "".join(name.split()) in page


def test_rare_characters_are_printed_and_impossible_ones_replaced(tmp_path: Path) -> None:
    [page] = words_of([replace(POSTER, unit="𬬭䶮㛃\x00\ud800厂")], tmp_path)
    assert "𬬭䶮㛃\ufffd\ufffd厂" in page


def test_without_font_it_says_which_package_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(poster_pdf, "_FONT_FOLDERS", (tmp_path, tmp_path / "missing"))
    assert find_cjk_font() is None
    with pytest.raises(Unavailable, match="fonts-noto-cjk"):
        write_posters([POSTER])


def test_without_font_in_the_usual_place_a_local_one_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "noto").mkdir()
    for name in ("wqy-microhei.ttc", "noto/NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc"):
        (tmp_path / name).touch()
    monkeypatch.setattr(poster_pdf, "_FONT_FOLDERS", (tmp_path,))
    assert find_cjk_font() == tmp_path / "noto/NotoSansCJK-Regular.ttc"


def test_no_units_make_no_empty_page() -> None:
    with pytest.raises(NotFound):
        write_posters([])


def test_the_code_for_pages_needs_no_style_and_has_a_quiet_zone() -> None:
    root = ElementTree.fromstring(qr_svg(POSTER.link))
    size = segno.make(POSTER.link, error="m", micro=False).symbol_size()[0]
    assert root.attrib == {"viewBox": f"0 0 {size} {size}"}
    assert {key for part in root for key in part.attrib} == {"d", "fill", "stroke"}
    assert root[1].attrib["d"].startswith("M4 4.5h7")
