"""A law as Markdown: a title, a few lines on the edition, then articles of one or more paragraphs under headings."""

import re

from quizapp.errors import BadFile, Fault
from quizapp.rules.items import Law

_NUMERAL = "[零〇一二三四五六七八九十百千]+"
_ARTICLE = re.compile(rf"(第{_NUMERAL}条(?:之{_NUMERAL})?)[ \u3000]+(.+)")
_FACT = re.compile(r"- (简称|版本|施行|状态)[：:]\s*(.+)")
_STATE = "中华人民共和国"


def read_law(text: str, file: str) -> Law:
    """The law in a Markdown text; an article's paragraphs are parted by line ends. A text without articles is a law, too.

    Without the header lines the name comes from the title and the rest stays empty. Raises BadFile with every fault.
    """
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    title = next((line.lstrip("# ") for line in lines if line.startswith("#")), "")
    faults = [] if title else [Fault("没有标题，请在第一行写“# 法律名称”", 1, file=file)]
    facts: dict[str, str] = {}
    articles: dict[str, list[str]] = {}
    begun: dict[str, int] = {}
    current: list[str] = []  # paragraphs before the first article and below a heading belong to none
    for number, line in enumerate(lines, 1):
        if article := _ARTICLE.fullmatch(line):
            name, current = article[1], [article[2]]
            if (first := begun.setdefault(name, number)) != number:
                faults.append(Fault(f"{name}写了两次：第{first}行和第{number}行，请删去一个", number, file=file))
            articles[name] = current
        elif line.startswith("#"):
            current = []
        elif not articles and (fact := _FACT.fullmatch(line)):
            facts[fact[1]] = fact[2]
        elif line:
            current.append(line)
    if faults:
        raise BadFile(faults)
    return Law(
        name=facts.get("简称") or title.removeprefix(_STATE),
        title=title,
        edition=facts.get("版本", ""),
        in_force=facts.get("施行", ""),
        status=facts.get("状态", ""),
        articles={name: "\n".join(paragraphs) for name, paragraphs in articles.items()},
    )
