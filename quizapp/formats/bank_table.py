"""A question bank as a table (xlsx or csv), one item to a row."""

import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import xlsxwriter

from quizapp.errors import BadFile, Fault, Invalid
from quizapp.formats import bank_cells
from quizapp.formats.bank_checks import CITE, canonical_cite
from quizapp.formats.item_checks import LETTERS, item_complaints
from quizapp.formats.table_rows import Record, read_table, repeats
from quizapp.rules.items import Bank, Difficulty, Item, Key, Kind

_HEADINGS = {
    "stem": "题干 题目 试题 题目内容 试题内容 试题题干 试题题目 题目题干 问题 题面 内容 stem question content",
    "key": "答案 正确答案 标准答案 参考答案 题目答案 试题答案 正确选项 key answer rightanswer correctanswer",
    "kind": "题型 试题类型 题目类型 题目题型 试题题型 类型 题类 kind type questiontype",
    "choices": "选项 题目选项 试题选项 备选项 备选答案 选项内容 候选项 options choices",
    "id": "编号 试题编号 题目编号 编码 id itemid questionid",
    "explain": "解析 答案解析 试题解析 题目解析 解释 解答 explain explanation analysis",
    "cite": "依据 法律依据 法规依据 法条依据 法条 条款 出处 cite reference",
    "topic": "知识点 章节 所属章节 考点 主题 分类 类别 topic category chapter",
    "difficulty": "难度 难易度 难易程度 难度等级 difficulty level",
    "image": "图片 配图 image picture",
}
_CHOICE_WORDS = "选项{} {}选项 备选答案{} 备选项{} 选择{} 答案{} {}项 {} option{} choice{}"
_WANTED = {field: words.split() for field, words in _HEADINGS.items()} | {
    letter: [*_CHOICE_WORDS.replace("{}", letter).split(), f"选项{number}"] for number, letter in enumerate(LETTERS, 1)
}
_LIMITS = {"题干": 5_000, "解析": 10_000, "知识点": 100, "编号": 64}
_KIND_NAMES = {Kind.SINGLE: "单选题", Kind.MULTIPLE: "多选题", Kind.JUDGE: "判断题", Kind.BLANK: "填空题"}

_NUMBERED = re.compile(r"\d{1,5}\s*[.、．]\s*(?=\D)")
_IMAGE = re.compile(r"(?:[^\s./\\:]+/)*[^\s/\\:.]+\.(?:png|jpg|jpeg|webp|gif|svg)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_MAX_CELL = 32_767  # UTF-16 units an xlsx cell holds

_Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Read:
    """A row, sound or not, as far as others may repeat it."""

    line: int
    cells: Record
    item: Item | None


def read_bank(data: bytes, file: str, code: str, title: str, source: str) -> Bank:
    """The bank in a table; items without 编号 get an id from `code` and the stem, the same at every import.

    Raises BadFile with all faults; nothing is read by halves.
    """
    faults: list[Fault] = []
    read = []
    for row, cells in read_table(data, file, _WANTED, ("stem", "key")):

        def tell(message: str, line: int = row.line) -> None:
            faults.append(Fault(message, line, file=file))

        read.append(_Read(row.line, cells, _item(cells, code, tell)))
    faults += _repeated(read, file)
    if faults:
        raise BadFile(sorted(faults, key=lambda fault: fault.line or 0))
    return Bank(code, title, source, tuple(each.item for each in read if each.item))


def write_bank(bank: Bank) -> bytes:
    """The bank as xlsx, texts only; read_bank gives the items back. Raises Invalid for a kind or a text no row can hold."""
    if others := [item.id for item in bank.items if item.kind not in _KIND_NAMES]:
        raise Invalid(
            "表格只放得下单选、多选、判断、填空题，放不下 {ids}（共{count}题），请改用 YAML",
            ids="、".join(others[:5]), count=len(others),
        )  # fmt: skip
    letters = LETTERS[: max([4, *(len(item.choices) for item in bank.items)])]
    headings = ["编号", "题型", "题干", *(f"选项{letter}" for letter in letters)]
    headings += ["答案", "解析", "依据", "知识点", "难度", "图片"]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("题库")
        page.freeze_panes(1, 0)
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for column, heading in enumerate(headings):
            page.write_string(0, column, heading, bold)
        page.set_column(2, 2, 60, wrapped)
        for line, item in enumerate(bank.items, 1):
            for column, text in enumerate(_cells(item, len(letters))):
                if len(text.encode("utf-16-le", "surrogatepass")) > 2 * _MAX_CELL:
                    raise Invalid("题“{id}”的文字超过{limit}个字，表格放不下，请改用 YAML", id=item.id, limit=_MAX_CELL)
                page.write_string(line, column, _CONTROL.sub(" ", text), wrapped if column == 2 else None)
    return out.getvalue()


def _item(cells: Record, code: str, tell: _Tell) -> Item | None:
    """One item, or None once its faults are told."""
    told: list[str] = []
    stem = _stem(cells)
    choices = _choices(cells)
    kind = _kind(cells, choices, told)
    key = _key(kind, cells["key"], choices, told) if kind else None
    if kind is Kind.BLANK and isinstance(key, tuple):
        stem = bank_cells.underscored(stem, len(key))
    told += _shape_faults(kind, stem, choices, key)
    told += _text_faults({"题干": stem, "解析": cells["explain"], "知识点": cells["topic"], "编号": cells["id"]})
    if cells["image"] and not _IMAGE.fullmatch(cells["image"]):
        told.append(f"图片“{cells['image']}”应是题库旁边的图片，例如 images/a-01.png")
    difficulty = _difficulty(cells["difficulty"], told)
    for message in told:
        tell(message)
    if told or kind is None or key is None:
        return None
    cites, rest = _cites(cells["cite"])
    return Item(
        id=cells["id"] or _made_id(code, stem, cells["image"]),
        kind=kind,
        stem=stem,
        key=key,
        choices=tuple(choices.values()) if kind in (Kind.SINGLE, Kind.MULTIPLE) else (),
        topic=cells["topic"],
        difficulty=difficulty,
        explain="\n".join(filter(None, [cells["explain"], rest])),
        cite=cites,
        image=cells["image"] or None,
    )


def _stem(cells: Record) -> str:
    """The stem without the number it has in a list; with an id of its own it has no such number."""
    return cells["stem"] if cells["id"] else _NUMBERED.sub("", cells["stem"], count=1)


def _choices(cells: Record) -> dict[str, str]:
    """Letter -> text; a gap between columns stays a gap, so that it can be told."""
    apart = [cells[letter] for letter in LETTERS]
    while apart and not apart[-1]:
        apart.pop()
    if not apart:
        return dict(zip(LETTERS, bank_cells.split_choices(cells["choices"]), strict=False))
    return {letter: text for letter, text in zip(LETTERS, bank_cells.unlabelled(apart), strict=False) if text}


def _kind(cells: Record, choices: dict[str, str], told: list[str]) -> Kind | None:
    try:
        return bank_cells.kind_of(cells["kind"]) or bank_cells.inferred_kind(cells["stem"], choices, cells["key"])
    except ValueError as error:
        told.append(str(error))
        return None


def _difficulty(word: str, told: list[str]) -> Difficulty:
    try:
        return bank_cells.difficulty_of(word)
    except ValueError as error:
        told.append(str(error))
        return Difficulty.MEDIUM


def _key(kind: Kind, answer: str, choices: dict[str, str], told: list[str]) -> Key | None:
    if not answer:
        told.append("答案是空的，请填写")
        return None
    if kind is Kind.BLANK:
        return tuple(map(tuple, bank_cells.blank_texts(answer)))
    if kind is Kind.JUDGE:
        truth = bank_cells.truth_of(answer, choices)
        if truth is None:
            told.append(f"判断题的答案“{answer}”无法识别，请填对或错")
        return truth
    letters = bank_cells.letters_of(answer, choices)
    if letters is None:
        told.append(
            f"答案“{answer}”不是选项字母，也不是选项原文，请填字母，例如 {'A' if kind is Kind.SINGLE else 'ABD'}"
        )
        return None
    if kind is Kind.SINGLE and len(letters) > 1:
        told.append(f"单选题有{len(letters)}个答案“{answer}”，请只留一个，或把题型改为多选题")
        return None
    return tuple(LETTERS.index(letter) for letter in letters)


def _shape_faults(kind: Kind | None, stem: str, choices: dict[str, str], key: Key | None) -> Iterator[str]:
    """What every bank must agree on, in the words of a table."""
    given: object = None
    if kind is Kind.BLANK and isinstance(key, tuple):
        blanks = [list(texts) for texts in key if isinstance(texts, tuple)]
        given = blanks if len(blanks) > 1 else blanks[0]
    elif kind in (Kind.SINGLE, Kind.MULTIPLE) and isinstance(key, tuple):
        letters = [LETTERS[place] for place in key if isinstance(place, int)]
        given = letters if kind is Kind.MULTIPLE else letters[0]
    for _, message in item_complaints({"kind": kind, "stem": stem, "choices": choices, "key": given}):
        yield message.replace("choices 有", "有", 1).replace("key", "答案", 1)


def _text_faults(texts: dict[str, str]) -> Iterator[str]:
    if not texts["题干"]:
        yield "题干是空的，请填写，或删去这一行"
    for name, text in texts.items():
        if len(text) > _LIMITS[name]:
            yield f"{name}有{len(text)}个字，最多{_LIMITS[name]}个，请缩短"
    if re.search(r"\s", texts["编号"]):
        yield f"编号“{texts['编号']}”中间有空格，请去掉"


def _cites(text: str) -> tuple[tuple[str, ...], str]:
    """Articles of law as cited, and what else stood there, which is kept as part of the explanation."""
    parts = [canonical_cite(part.strip()) for part in re.split("[\n；;]", text) if part.strip()]
    rest = [part for part in parts if not re.fullmatch(CITE, part)]
    return tuple(part for part in parts if part not in rest), f"依据：{'；'.join(rest)}" if rest else ""


def _plain_stem(stem: str) -> str:
    return "".join(unicodedata.normalize("NFKC", stem).split())


def _made_id(code: str, stem: str, image: str) -> str:
    told_apart_by = "\n".join([_plain_stem(stem), image])
    return f"{code}-{hashlib.sha256(told_apart_by.encode()).hexdigest()[:12]}"


def _repeated(read: Sequence[_Read], file: str) -> Iterator[Fault]:
    ids = [(each.line, each.cells["id"] or None) for each in read]
    yield from repeats(ids, lambda line: f"编号与第{line}行重复，请改正其中一个", file)
    first: dict[tuple[str, str], _Read] = {}
    for each in read:
        plain = _plain_stem(_stem(each.cells))
        earlier = first.setdefault((plain, each.cells["image"]), each)
        if plain and earlier is not each:
            same = _answered(earlier) == _answered(each)
            why = "请删去一行" if same else "选项或答案却不同，请核对后删去一行，或改写题干"
            yield Fault(f"题干与第{earlier.line}行相同，{why}", each.line, file=file)


def _answered(read: _Read) -> object:
    if not read.item:
        return read.cells["key"]
    key = read.item.key
    places = [place for place in key if isinstance(place, int)] if isinstance(key, tuple) else []
    return {read.item.choices[place] for place in places} or key


def _cells(item: Item, choices: int) -> list[str]:
    if item.kind is Kind.JUDGE:
        key = "对" if item.key else "错"
    elif item.kind is Kind.BLANK:
        key = bank_cells.joined_blanks(item.key)  # type: ignore[arg-type]
    else:
        key = "".join(LETTERS[place] for place in item.key)  # type: ignore[union-attr, index]
    texts = list(item.choices)
    if bank_cells.labelled(texts):  # reading takes one letter off
        texts = [f"{letter}.{text}" for letter, text in zip(LETTERS, texts, strict=False)]
    texts += [""] * (choices - len(texts))
    about = [item.explain, "\n".join(item.cite), item.topic, item.difficulty.value, item.image or ""]
    return [item.id, _KIND_NAMES[item.kind], item.stem, *texts, key, *about]
