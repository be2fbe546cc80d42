"""A drawing in SVG: read by a parser that follows nothing, refused where it could act, load or call."""

import re
from collections.abc import Mapping
from xml.parsers import expat

SVG = "http://www.w3.org/2000/svg"
_NAMED = SVG + " "
_DRAWS = frozenset(
    """svg g defs symbol use switch title desc metadata style path rect circle ellipse line polyline polygon text tspan textPath image
    clipPath mask pattern marker linearGradient radialGradient stop filter feBlend feColorMatrix feComponentTransfer feComposite
    feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
    feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence""".split()
)
_SAYS_ONLY = ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://purl.org/dc/", "http://creativecommons.org/ns#",
              "http://www.inkscape.org/", "http://sodipodi.sourceforge.net/")  # fmt: skip
_PACKED = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
_REACHES_OUT = re.compile(r"url\(\s*(?!['\"]?\s*#)|@import|javascript:|expression\(|\\", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d*\.?\d+)(?:px|mm|cm|in|pt|pc)?\s*")
_SIDE = 1000


def size_of_svg(data: bytes) -> tuple[int, int]:
    """Width and height, the longer one 1000. Raises ValueError, in words, for what is no drawing or more than one."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.ProcessingInstructionHandler = _refuse_instruction
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(f"SVG 第{error.lineno}行写错了，请重新导出") from None
    width, height = reader.size or (0, 0)
    longest = max(width, height)
    if min(width, height) <= 0:
        raise ValueError("SVG 没有写大小，请写上 viewBox")
    return max(1, round(width * _SIDE / longest)), max(1, round(height * _SIDE / longest))


def _refuse_doctype(*_: object) -> None:
    raise ValueError("SVG 里不能有 <!DOCTYPE>，请删去这一行")


def _refuse_instruction(name: str, _: str) -> None:
    raise ValueError(f"SVG 里不能有 <?{name} …?>，请删去")


class _Reader:
    """Looks at every element, attribute and text as it comes by."""

    def __init__(self) -> None:
        self.size: tuple[float, float] | None = None
        self.begun = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self.begun:
            self.begun = True
            if name != _NAMED + "svg":
                raise ValueError("不是 SVG 图片")
            self.size = _size(attributes)
        elif not (name.startswith(_SAYS_ONLY) or (name.startswith(_NAMED) and name[len(_NAMED) :] in _DRAWS)):
            raise ValueError(f"SVG 里不能有 <{name.rpartition(' ')[2]}>，只能有图形和文字")
        for field, value in attributes.items():
            _check_attribute(name.rpartition(" ")[2], field.rpartition(" ")[2], value)

    def text(self, text: str) -> None:
        """Style sheets are text; of words in the picture nobody minds being checked like one."""
        if _REACHES_OUT.search(text):
            raise ValueError("SVG 的样式里不能引用外面的东西，请存成单独一个文件")


def _check_attribute(element: str, field: str, value: str) -> None:
    if field.lower().startswith("on"):
        raise ValueError(f"SVG 里不能有脚本（{field}），请删去")
    if field in ("href", "src", "base"):
        packed = element == "image" and _PACKED.fullmatch(value.strip())
        if not value.strip().startswith("#") and not packed:
            raise ValueError(f"SVG 里不能引用外面的东西（{field}），请存成单独一个文件")
    elif _REACHES_OUT.search(value):
        raise ValueError(f"SVG 里不能引用外面的东西（{field}），请存成单独一个文件")


def _size(attributes: Mapping[str, str]) -> tuple[float, float] | None:
    given = [_LENGTH.fullmatch(attributes.get(name, "")) for name in ("width", "height")]
    if given[0] and given[1]:
        return float(given[0][1]), float(given[1][1])
    box = [_LENGTH.fullmatch(part) for part in attributes.get("viewBox", "").replace(",", " ").split()[2:]]
    return (float(box[0][1]), float(box[1][1])) if len(box) == 2 and box[0] and box[1] else None
