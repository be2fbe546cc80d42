"""Laws are read article by article, as they are written."""

from pathlib import Path

import pytest

from quizapp.errors import BadFile
from quizapp.formats.law_text import read_law

ROOT = Path(__file__).parents[2]
OTHERS = ROOT.parent / "shared/data/laws"
COUNTS = {
    "安全生产法(2021-06-10)": 119,
    "危险化学品安全法(2025-12-27)": 127,
    "危险化学品安全管理条例(2013-12-07)": 102,
    "消防法(2021-04-29)": 74,
    "突发事件应对法(2024-06-28)": 106,
    "突发事件应对法(2007-08-30)": 70,
    "生产安全事故应急条例(2019-02-17)": 35,
    "生产安全事故报告和调查处理条例(2007-04-09)": 46,
    "特种设备安全法(2013-06-29)": 101,
    "职业病防治法(2018-12-29)": 88,
    "刑法修正案（十一）": 0,
}
TEXT = """\ufeff# 中华人民共和国示例法

- 简称：示例法
- 版本：2021年6月10日第三次修正
- 施行：2021-09-01
- 状态：有效

序言一段。

## 第一章 总则

第一条 为了示例。

第二条\u3000有两段。

第一条规定的，从其规定：

- 状态：这是条文

## 第二章 附 则

章下说明。

第二条之一 自公布之日起施行。
"""


def test_it_reads_name_edition_and_articles() -> None:
    law = read_law(TEXT, "x.md")
    assert (law.name, law.title) == ("示例法", "中华人民共和国示例法")
    assert (law.edition, law.in_force, law.status) == ("2021年6月10日第三次修正", "2021-09-01", "有效")
    assert law.articles == {
        "第一条": "为了示例。",
        "第二条": "有两段。\n第一条规定的，从其规定：\n- 状态：这是条文",
        "第二条之一": "自公布之日起施行。",
    }


def test_without_header_lines_the_name_comes_from_the_title() -> None:
    law = read_law("# 中华人民共和国消防法\r\n\r\n<!-- INFO END -->\r\n\r\n第一条 为了预防火灾。\r\n", "x.md")
    assert (law.name, law.edition, law.articles) == ("消防法", "", {"第一条": "为了预防火灾。"})


def test_it_names_every_repeated_article_and_a_missing_title() -> None:
    with pytest.raises(BadFile) as caught:
        read_law("第一条 一\n第一条 二\n第二条 三\n第二条 四\n", "x.md")
    assert [fault.line for fault in caught.value.faults] == [1, 2, 4]
    assert "第1行和第2行" in caught.value.faults[1].message


@pytest.mark.skipif(not OTHERS.is_dir(), reason=f"没有 {OTHERS.name} 目录：其他法律文本不在本机")
@pytest.mark.parametrize("name", COUNTS)
def test_it_finds_every_article_of_other_editions(name: str) -> None:
    law = read_law((OTHERS / f"{name}.md").read_text(encoding="utf-8"), name)
    assert len(law.articles) == COUNTS[name]
    assert law.name == name.partition("(")[0]
    assert all(text.strip() for text in law.articles.values())


@pytest.mark.parametrize("path", sorted((ROOT / "question_banks/laws").glob("*.md")), ids=lambda path: path.stem)
def test_a_shipped_law_states_its_edition(path: Path) -> None:
    law = read_law(path.read_text(encoding="utf-8"), path.name)
    assert law.articles and law.name == path.stem and law.edition and law.in_force and law.status
