"""A picture file: its type and size told by its content, whatever its name says."""

import re
import struct
from collections.abc import Callable

from quizapp.formats.svg_file import size_of_svg
from quizapp.rules.pictures import LARGEST, Picture

Size = tuple[int, int]
_MOST_PIXELS = 40_000_000  # a phone has to unpack them
_SIZE_SEGMENTS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def read_picture(data: bytes) -> Picture:
    """Raises ValueError, in words, for what no page should show."""
    if len(data) > LARGEST:
        raise ValueError(f"图片有{len(data) // 1000}KB，最大{LARGEST // 1000}KB，请缩小后再用")
    for media_type, begins, size_of in _TYPES:
        if re.match(begins, data, re.DOTALL):
            try:
                width, height = size_of(data)
            except (struct.error, IndexError):
                raise ValueError("图片不完整，请重新导出") from None
            if not 0 < width * height <= _MOST_PIXELS:
                raise ValueError(f"图片是{width}×{height}，太大或者没有大小，请缩小后再用")
            return Picture(media_type, width, height, data)
    raise ValueError("不是能显示的图片，请用 PNG、JPEG、GIF、WebP 或 SVG")


def _png(data: bytes) -> Size:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> Size:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _jpeg(data: bytes) -> Size:
    at = 2
    while True:
        mark, length = struct.unpack_from(">HH", data, at)
        if mark >> 8 != 0xFF:
            raise IndexError(at)
        if mark & 0xFF in _SIZE_SEGMENTS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + length


def _webp(data: bytes) -> Size:
    how = data[12:16]
    if how == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if how == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    return width, height


_TYPES: list[tuple[str, bytes, Callable[[bytes], Size]]] = [
    ("image/png", rb"\x89PNG\r\n\x1a\n.{4}IHDR", _png),
    ("image/jpeg", rb"\xff\xd8\xff", _jpeg),
    ("image/gif", rb"GIF8[79]a", _gif),
    ("image/webp", rb"RIFF.{4}WEBPVP8[ LX]", _webp),
    ("image/svg+xml", rb"(\xef\xbb\xbf)?\s*<", size_of_svg),
]
"""(media type, how the content begins, what tells its size)."""
