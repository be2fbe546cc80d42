"""Printed papers as PDF: the items of each person's paper, then its answer sheet. What is right is not known here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from quizapp.errors import NotFound, Unavailable
from quizapp.formats.poster_pdf import CJK_FONTS, TEMPLATE, find_cjk_font, qr_svg
from quizapp.formats.result_table import safe_text

BOXES = frozenset({"single", "multiple", "judge", "order"})
"""Kinds that are answered by letters or a sign in one box; all others get lines."""


@dataclass(frozen=True, slots=True)
class PrintedItem:
    """One item as it is printed, all in words; `kind` is the code of the kind, `image` names a picture of the papers.

    `cells`: so many columns and rows has the grid over the picture by which places in it are told; 0 is no grid.
    """

    label: str
    kind: str
    told: str
    stem: str
    choices: tuple[tuple[str, str], ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    blanks: int = 0
    unit: str = ""
    image: str = ""
    size: tuple[int, int] = (1, 1)
    cells: int = 0
    items: tuple["PrintedItem", ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """One paper; `name` and `unit` are left for the pen where they are empty, `notes` stand above the first item."""

    title: str
    serial: str
    name: str
    unit: str
    notes: tuple[str, ...]
    items: tuple[PrintedItem, ...]


def write_papers(papers: Sequence[PrintedPaper], images: Mapping[str, bytes]) -> bytes:
    """A PDF of all papers in order, each beginning on the front of a sheet, as does its answer sheet.

    Raises NotFound without papers, Unavailable without a Chinese font or with a picture that cannot be printed.
    """
    import typst  # noqa: PLC0415 - seven megabytes of every process, for the few that ever print

    if not papers:
        raise NotFound("没有可以打印的试卷")
    font = find_cjk_font()
    if font is None:
        raise Unavailable("服务器没有中文字体，不能生成PDF试卷，请管理员安装fonts-noto-cjk")
    told = [
        _safe(asdict(paper)) | {"qr": qr_svg(paper.serial), "boxes": _slots(paper, True), "lines": _slots(paper, False)}
        for paper in papers
    ]
    files: Any = {  # what the compiler takes, though its types do not say so
        "main.typ": TEMPLATE.with_name("paper.typ").read_bytes(),
        "papers.json": json.dumps(told).encode(),
        **{f"picture-{name}": data for name, data in images.items()},
    }
    try:
        made = typst.compile(files, font_paths=[font.parent], sys_inputs={"font": CJK_FONTS[font.name]}, pdf_tags=False)
    except typst.TypstError as error:
        raise Unavailable("试卷没有生成，可能有图片不能打印：{why}", why=error.message) from None
    assert isinstance(made, bytes)
    return made


def _safe(told: Any) -> Any:
    """Every text as it can be printed."""
    if isinstance(told, dict):
        return {name: _safe(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_safe(value) for value in told]
    return safe_text(told) if isinstance(told, str) else told


def _slots(paper: PrintedPaper, boxed: bool) -> list[dict[str, Any]]:
    """Where the answers are written on the answer sheet, the parts of a case one by one."""
    flat = [own for item in paper.items for own in (item.items or (item,))]
    return [
        {
            "label": own.label,
            "kind": own.kind,
            "blanks": own.blanks,
            "left": [label for label, _ in own.left],
            "unit": safe_text(own.unit),
        }
        for own in flat
        if (own.kind in BOXES) is boxed
    ]
