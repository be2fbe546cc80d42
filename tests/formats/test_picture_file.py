"""Pictures are told by their content; a drawing that could act, load or call is refused."""

import struct
import zlib
from pathlib import Path

import pytest

from quizapp.formats.picture_file import read_picture

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 300 200">%s</svg>'
)
SHIPPED = sorted((Path(__file__).parents[2] / "question_banks" / "images").rglob("*.svg"))


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * (width + 1)))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">BHHBBBB", 8, height, width, 1, 1, 17, 0)
    return b"\xff\xd8" + b"\xff\xe0\x00\x04ab" + b"\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9"


@pytest.mark.parametrize(
    ("data", "media_type", "size"),
    [
        (png(30, 20), "image/png", (30, 20)),
        (jpeg(30, 20), "image/jpeg", (30, 20)),
        (b"GIF89a" + struct.pack("<HH", 30, 20) + b"\0" * 9, "image/gif", (30, 20)),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x1d\0\0\x13\0\0", "image/webp", (30, 20)),
        (b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 10 + struct.pack("<HH", 30, 20), "image/webp", (30, 20)),
        (b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0/" + struct.pack("<I", 29 | 19 << 14), "image/webp", (30, 20)),
        ((SVG % "").encode(), "image/svg+xml", (1000, 667)),
        (
            b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="10mm" height="40mm"/>',
            "image/svg+xml",
            (250, 1000),
        ),
    ],
)
def test_type_and_size_are_told_by_the_content(data: bytes, media_type: str, size: tuple[int, int]):
    found = read_picture(data)
    assert (found.media_type, found.width, found.height) == (media_type, *size)


@pytest.mark.parametrize(
    ("inside", "word"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<foreignObject/>", "<foreignObject>"),
        ('<a href="#x"/>', "<a>"),
        ('<set attributeName="href"/>', "<set>"),
        ('<animate attributeName="href" values="javascript:1"/>', "<animate>"),
        ('<html:script xmlns:html="http://www.w3.org/1999/xhtml"/>', "<script>"),
        ('<html:iframe xmlns:html="http://www.w3.org/1999/xhtml"/>', "<iframe>"),
        ('<rect onclick="x"/>', "onclick"),
        ('<rect ONLOAD="x"/>', "ONLOAD"),
        ('<use href="https://evil.example/a.svg#a"/>', "引用外面"),
        ('<use xlink:href="//evil.example/a.svg#a"/>', "引用外面"),
        ('<image href="http://evil.example/a.png"/>', "引用外面"),
        ('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>', "引用外面"),
        ('<image href="data:text/html,x"/>', "引用外面"),
        ('<rect fill="url(http://evil.example/#a)"/>', "引用外面"),
        ("<rect style=\"fill: URL( '//evil.example' )\"/>", "引用外面"),
        (r'<rect style="fill: u\72l(//evil.example)"/>', "引用外面"),
        ("<style>@import 'https://evil.example';</style>", "引用外面"),
        ("<style><![CDATA[rect { fill: url(//evil.example) }]]></style>", "引用外面"),
        ('<g xml:base="https://evil.example/"/>', "引用外面"),
        ("<?xml-stylesheet href='x'?>", "xml-stylesheet"),
        ("<rect>", "写错"),
        ("&lol;", "写错"),
    ],
)
def test_a_drawing_that_could_do_something_is_refused(inside: str, word: str):
    with pytest.raises(ValueError, match=word):
        read_picture((SVG % inside).encode())


def test_entities_are_not_unpacked():
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + SVG % "<text>&b;</text>"
    with pytest.raises(ValueError, match="DOCTYPE"):
        read_picture(bomb.encode())


@pytest.mark.parametrize(
    "inside",
    ['<rect fill="url(#a)"/>', '<use href="#a"/>', '<image href="data:image/png;base64,AAAA"/>', "<style>.a { fill: red }</style>",
     "<title>配电箱</title>", '<metadata><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>'],
)  # fmt: skip
def test_what_a_drawing_needs_is_let_in(inside: str):
    assert read_picture((SVG % inside).encode()).media_type == "image/svg+xml"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "不是能显示的图片"),
        (b"%PDF-1.7", "不是能显示的图片"),
        (b"<html><body/></html>", "不是 SVG"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0", "不完整"),
        (jpeg(3, 2)[:12], "不完整"),
        (png(30_000, 30_000), "太大"),
        (png(0, 5), "没有大小"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 5"/>', "viewBox"),
        (png(3, 2) + b"\0" * 500_000, "最大500KB"),
    ],
)
def test_what_no_page_can_show_is_refused(data: bytes, word: str):
    with pytest.raises(ValueError, match=word):
        read_picture(data)


def test_the_shipped_pictures_are_fit_to_be_shown():
    assert len(SHIPPED) > 20
    for path in SHIPPED:
        assert read_picture(path.read_bytes()).media_type == "image/svg+xml", path
