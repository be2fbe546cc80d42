"""Posters with a unit's QR code, one A4 page per unit, as PDF; the QR code alone for posters printed from a page."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import segno

from quizapp.errors import NotFound, Unavailable
from quizapp.formats.result_table import safe_text

TEMPLATE = Path(__file__).with_name("templates") / "poster.typ"

_FONT_FOLDERS = (Path("/usr/local/share/fonts"), Path("/usr/share/fonts"), Path("/Library/Fonts"))
CJK_FONTS = {  # by file, best first: the family's name in the file
    "NotoSansCJK-Regular.ttc": "Noto Sans CJK SC",
    "NotoSansCJKsc-Regular.otf": "Noto Sans CJK SC",
    "SourceHanSansSC-Regular.otf": "Source Han Sans SC",
    "wqy-microhei.ttc": "WenQuanYi Micro Hei",
    "wqy-zenhei.ttc": "WenQuanYi Zen Hei",
}


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on one poster, all in words; `link` is what the QR code holds, an empty text leaves its line out."""

    title: str
    unit: str
    link: str
    period: str
    telephone: str
    organiser: str
    code: str


def find_cjk_font() -> Path | None:
    """The file of the best Chinese font on this machine, looked for in the usual folders."""
    found = {path.name: path for folder in _FONT_FOLDERS for path in folder.rglob("*.[ot]t[cf]")}
    return next((found[name] for name in CJK_FONTS if name in found), None)


def qr_svg(link: str) -> str:
    """The QR code of a link as an SVG element without size, quiet zone included."""
    out = io.BytesIO()
    code = segno.make(link, error="m", micro=False)
    code.save(
        out,
        kind="svg",
        xmldecl=False,
        nl=False,
        omitsize=True,
        dark="#000",
        light="#fff",
        svgclass=None,
        lineclass=None,
    )
    return out.getvalue().decode()


def write_posters(posters: Sequence[Poster]) -> bytes:
    """A PDF with one page per poster, in order.

    Raises NotFound without posters, Unavailable without a Chinese font.
    """
    import typst  # noqa: PLC0415 - seven megabytes of every process, for the few that ever print

    if not posters:
        raise NotFound("没有可以打印海报的单位")
    font = find_cjk_font()
    if font is None:
        raise Unavailable("服务器没有中文字体，不能生成PDF海报，请管理员安装fonts-noto-cjk；现在可以直接打印网页海报")
    pages = [
        {name: safe_text(text) for name, text in asdict(poster).items()} | {"qr": qr_svg(poster.link)}
        for poster in posters
    ]
    made = typst.compile(
        TEMPLATE,
        font_paths=[font.parent],
        sys_inputs={"posters": json.dumps(pages), "font": CJK_FONTS[font.name]},
    )
    assert isinstance(made, bytes)
    return made
