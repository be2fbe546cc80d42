"""The pictures beside a bank: checked with file and line, imported and exported with it."""

from pathlib import Path

import pytest
from factories import YARD
from test_commands import Terminal

BANK = """bank: drawn
title: 有图
items:
  - {id: d-1, kind: judge, stem: 图上是院子, image: images/yard.svg, key: 对}
  - id: d-2
    kind: case
    stem: 某院
    items: [{id: d-21, kind: judge, stem: 院里没有人, image: images/yard.svg, key: 对}]
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(tmp_path)
    made.run("db", "upgrade")
    (tmp_path / "images").mkdir()
    return made


def test_a_bank_goes_in_and_out_with_its_pictures(terminal: Terminal) -> None:
    (terminal.folder / "images" / "yard.svg").write_bytes(YARD)
    bank = terminal.write("drawn.yaml", BANK)
    terminal.run("bank", "check", bank)
    assert "已发布新版本" in terminal.run("bank", "import", bank).stdout
    (terminal.folder / "out").mkdir()
    terminal.run("bank", "export", "drawn", "--format", "yaml", "-o", "out/drawn.yaml")
    assert (terminal.folder / "out" / "images" / "yard.svg").read_bytes() == YARD
    assert "没有变化" in terminal.run("bank", "import", "out/drawn.yaml").stdout
    (terminal.folder / "images" / "yard.svg").write_bytes(YARD.replace(b"300", b"400"))
    assert "已发布新版本" in terminal.run("bank", "import", bank).stdout, "the same words with another picture"


@pytest.mark.parametrize(
    ("drawn", "word"), [(None, "题库旁边没有图片 images/yard.svg"), (YARD.replace(b"rect", b"script"), "script")]
)
def test_a_picture_that_is_lacking_or_unfit_is_told_with_every_line(
    terminal: Terminal, drawn: bytes | None, word: str
) -> None:
    if drawn is not None:
        (terminal.folder / "images" / "yard.svg").write_bytes(drawn)
    bank = terminal.write("drawn.yaml", BANK)
    told = terminal.run("bank", "check", bank, fails=True).stderr
    assert "drawn.yaml:4:" in told and "drawn.yaml:8:" in told and word in told
    assert word in terminal.run("bank", "import", bank, fails=True).stderr
