"""What the shipped banks cover, as the tables and the picture of question_banks/README.md; `python tests/banks/coverage_of_banks.py` renews them."""

import re
from collections import Counter
from pathlib import Path

from quizapp.formats.bank_yaml import read_bank
from quizapp.formats.law_text import read_law
from quizapp.rules.items import Bank, Difficulty, Law
from quizapp.rules.wording.marking import KINDS

FOLDER = Path(__file__).parents[2] / "question_banks"
BEGIN, END = "<!-- coverage -->", "<!-- /coverage -->"
MAIN = {"xinanfa": "安全生产法", "weihuapin": "危险化学品安全法"}


def banks() -> list[Bank]:
    return [read_bank(path.read_bytes(), path.name) for path in sorted(FOLDER.glob("*.yaml"))]


def chapters(law: str) -> list[tuple[str, list[str]]]:
    """(chapter, its articles) in order."""
    text = (FOLDER / f"laws/{law}.md").read_text(encoding="utf-8")
    found = re.split(r"^## (.*)$", text, flags=re.MULTILINE)[1:]
    return [
        (title, re.findall(r"^(第[^ ]+条) ", body, re.MULTILINE)) for title, body in zip(found[::2], found[1::2], strict=True)
    ]


def cites(bank: Bank, law: str) -> Counter[str]:
    """Article -> how many items of the bank rest on it."""
    found: Counter[str] = Counter()
    for item in bank.items:
        every = {*item.cite, *(cite for part in item.items for cite in part.cite), *(c for r in item.regions for c in r.cite)}
        found.update({m[1] for cite in every if (m := re.match(rf"{law} (第[^条]+条)", cite))})
    return found


def table(rows: list[list[object]]) -> str:
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def tables() -> str:
    """The part of README between the marks."""
    known = banks()
    kinds = [kind for kind in KINDS if any(item.kind is kind for bank in known for item in bank.items)]
    head: list[object] = ["题库", "题数", *(KINDS[kind] for kind in kinds), *(level.value for level in Difficulty)]
    rows = [head]
    for bank in known:
        by_kind, by_level = Counter(i.kind for i in bank.items), Counter(i.difficulty for i in bank.items)
        rows.append([f"`{bank.code}` {bank.title}", len(bank.items), *(by_kind[k] or "" for k in kinds), *(by_level[d] for d in Difficulty)])
    told = [table(rows)]
    for code, law in MAIN.items():
        bank = next(bank for bank in known if bank.code == code)
        count = cites(bank, law)
        rows = [["章", "条数", "考到的条数", "题次"]]
        for title, articles in chapters(law):
            rows.append([title, len(articles), sum(a in count for a in articles), sum(count[a] for a in articles)])
        told.append(f"《{law}》与 `{code}`（一道题引几条就计几次）：\n\n{table(rows)}")
    for bank in known:
        if bank.code not in MAIN:
            topics = Counter(item.topic for item in bank.items)
            told.append(f"`{bank.code}` 按专题：" + "、".join(f"{topic} {n}" for topic, n in topics.items()) + "。")
    return "\n\n".join(told)


def picture() -> str:
    """One square an article, darker with more items; a row a chapter."""
    shapes, y = [], 30
    shade = ("#FFFFFF", "#C9DCF0", "#8FB6DE", "#4C86C2", "#12508F")
    for code, law in MAIN.items():
        count = cites(next(bank for bank in banks() if bank.code == code), law)
        text: Law = read_law((FOLDER / f"laws/{law}.md").read_text(encoding="utf-8"), law)
        tested = sum(article in count for article in text.articles)
        shapes.append(f'<text x="10" y="{y}" font-size="18" fill="#17212B">《{law}》 {tested} / {len(text.articles)} 条</text>')
        y += 14
        for title, articles in chapters(law):
            shapes.append(f'<text x="10" y="{y + 15}" font-size="13" fill="#51606F">{title}</text>')
            for n, article in enumerate(articles):
                x, row = 290 + n % 40 * 17, y + n // 40 * 18
                fill = shade[min(count[article], 4)]
                words = f"{article} {count[article]}题"
                shapes.append(f'<rect x="{x}" y="{row + 2}" width="15" height="15" fill="{fill}" stroke="#51606F"><title>{words}</title></rect>')
            y += 18 * (1 + (len(articles) - 1) // 40) + 6
        y += 34
    for n, words in enumerate(("没有题", "1题", "2题", "3题", "4题及以上")):
        x = 10 + n * 110
        shapes.append(f'<rect x="{x}" y="{y - 20}" width="15" height="15" fill="{shade[n]}" stroke="#51606F"/>')
        shapes.append(f'<text x="{x + 21}" y="{y - 8}" font-size="13" fill="#51606F">{words}</text>')
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 980 {y + 6}" font-family="sans-serif" role="img" '
        f'aria-label="两部法律各条的题数">\n<rect width="980" height="{y + 6}" fill="#FFFFFF"/>\n{body}\n</svg>\n'
    )


def renewed(readme: str) -> str:
    before, _, rest = readme.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    path = FOLDER / "README.md"
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
    (FOLDER / "coverage.svg").write_text(picture(), encoding="utf-8")
