"""What people write into the cells of a bank table: kinds, choices in one cell, answers in every spelling."""

import re
import unicodedata
from collections.abc import Sequence

from quizapp.formats.item_checks import LETTERS
from quizapp.formats.table_rows import folded
from quizapp.rules.items import Difficulty, Kind

_KIND_WORDS = {
    Kind.SINGLE: "单选题 单选 单项选择题 单项选择 单项 single singlechoice",
    Kind.MULTIPLE: "多选题 多选 多项选择题 多项选择 多项 不定项选择题 不定项选择 不定项 multiple multiplechoice",
    Kind.JUDGE: "判断题 判断 是非题 是非 对错题 judge truefalse",
    Kind.BLANK: "填空题 填空 blank",
}
_KINDS = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split()}
_YAML_ONLY = frozenset(
    "数值题 数值 计算题 numeric 排序题 排序 order 连线题 匹配题 连线 匹配 match 找隐患题 找隐患 读图题 hotspot 案例题 案例 材料题 case "
    "征文题 征文 论述题 简答题 问答题 essay".split()
)
_OPEN_KINDS = frozenset({"", "选择题", "选择", "客观题"})
_DIFFICULTY_WORDS = {
    Difficulty.EASY: "易 简单 容易 较易 较容易 低 初级 1 easy",
    Difficulty.MEDIUM: "中 中等 一般 普通 适中 中级 2 medium",
    Difficulty.HARD: "难 困难 较难 高 高级 3 hard difficult",
}
_DIFFICULTIES = {word: level for level, words in _DIFFICULTY_WORDS.items() for word in words.split()}
_TRUTH_WORDS = {
    True: "对 √ ✓ ✔ ☑ T TRUE Y YES 是 正确 1 V",
    False: "错 × ✗ ✘ ╳ X F FALSE N NO 否 错误 不对 不正确 0 ☒ ✕ ✖",
}
_TRUTHS = {word: truth for truth, words in _TRUTH_WORDS.items() for word in words.split()}
_TRUTH_OF_LETTER = {"A": "对", "B": "错"}

_ANSWER_PREFIX = re.compile(r"^(?:正确|标准|参考)?答案\s*[:：]?\s*")
_AROUND = " \n\t。.,;:()[]{}【】“”\"'"
_BETWEEN_LETTERS = re.compile(r"[\s,、;|/.。和及与&+]+")
_BETWEEN_TEXTS = re.compile(r"[\n|;；]")
_WIDE = str.maketrans({wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)})
_AFTER_LETTER = r"\s*[.、:)]"
_LABEL = re.compile(r"^.\s*[.．、:：)）]\s*")
_EDGES = "* \n\t;"

_BLANK_SIGNS = re.compile(r"\\([|；/\\])|(//)|([|；])|(.)", re.DOTALL)
_DRAWN_TRUTH = re.compile("[对错√×✓✗✔✘]")
_OPEN_BRACKETS = re.compile(r"（\s*）|\(\s*\)|_{2,}")


def kind_of(word: str) -> Kind | None:
    """The kind a cell names; None where it leaves the kind open. Raises ValueError for a word that is no kind."""
    plain = folded(word)
    if plain in _OPEN_KINDS:
        return None
    if plain not in _KINDS:
        other = "表格放不下，请改用 YAML，或" if plain in _YAML_ONLY else "无法识别，请"
        raise ValueError(f"题型“{word}”{other}填单选题、多选题、判断题或填空题")
    return _KINDS[plain]


def difficulty_of(word: str) -> Difficulty:
    """The difficulty a cell names, medium where it is empty. Raises ValueError."""
    if not word:
        return Difficulty.MEDIUM
    if folded(word) not in _DIFFICULTIES:
        raise ValueError(f"难度“{word}”无法识别，请填易、中或难")
    return _DIFFICULTIES[folded(word)]


def inferred_kind(stem: str, choices: dict[str, str], answer: str) -> Kind:
    """The kind of an item that does not say it; a letter for an answer asks for choices even where there are none."""
    if any(truth_of(text, {}) is None for text in choices.values()):
        return Kind.MULTIPLE if len(letters_of(answer, choices) or "") > 1 else Kind.SINGLE
    if not choices and _bare(answer).upper() in _TRUTH_OF_LETTER:
        return Kind.SINGLE
    if not choices and _OPEN_BRACKETS.search(stem) and not _DRAWN_TRUTH.search(answer):
        return Kind.BLANK
    return Kind.BLANK if truth_of(answer, choices) is None else Kind.JUDGE


def truth_of(answer: str, choices: dict[str, str]) -> bool | None:
    """What the answer of a judge item says, A and B by its choices or else as 对 and 错; None if neither."""
    plain = _bare(answer).upper()
    if plain in _TRUTH_OF_LETTER:
        plain = _bare(choices.get(plain, _TRUTH_OF_LETTER[plain])).upper()
    return _TRUTHS.get(plain.translate(str.maketrans("對錯確誤", "对错确误")))


def letters_of(answer: str, choices: dict[str, str]) -> str | None:
    """The letters of a choice answer, ascending, each once; words are looked up. None if it is neither."""
    letters = _BETWEEN_LETTERS.sub("", _bare(answer).upper())
    by_text = {text: letter for letter, text in choices.items()}
    found = [by_text.get(part.strip(), "") for part in (answer, *_BETWEEN_TEXTS.split(answer)) if part.strip()]
    if re.fullmatch("[A-Z]+", letters) and (set(letters) <= set(choices) or not any(found)):
        return "".join(sorted(set(letters)))
    if found and found[0]:
        return found[0]
    return "".join(sorted(set(found[1:]))) if all(found[1:]) and found[1:] else None


def split_choices(text: str) -> list[str]:
    """The choices in one cell: 「A.甲**B.乙」, 「A、甲 B、乙」, one to a line, or parted by |."""
    plain = text.translate(_WIDE)
    starts: list[tuple[int, int]] = []
    for letter in LETTERS:
        begin = starts[-1][1] if starts else 0
        label = letter + _AFTER_LETTER
        found = re.compile(rf"(?:(?<=[\s*;])|^){label}").search(plain, begin) or (
            re.compile(label).search(plain, begin) if starts else None
        )
        if not found:
            break
        starts.append(found.span())
    if not starts or plain[: starts[0][0]].strip(_EDGES):
        return [part.strip() for part in re.split(r"[\n|]", text) if part.strip()]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return [text[start:end].strip(_EDGES) for (_, start), end in zip(starts, ends, strict=True)]


def labelled(choices: Sequence[str]) -> bool:
    """Whether every choice begins with its own letter (A.甲, B.乙)."""
    return len(choices) > 1 and all(
        re.match(letter + _AFTER_LETTER, text.translate(_WIDE)) for letter, text in zip(LETTERS, choices, strict=False)
    )


def unlabelled(choices: Sequence[str]) -> list[str]:
    """The choices without their letters, where all have them."""
    return [_LABEL.sub("", text, count=1) for text in choices] if labelled(choices) else list(choices)


def blank_texts(answer: str) -> list[list[str]]:
    """For each blank (parted by | or ；) the accepted texts (parted by //); a backslash keeps these signs."""
    blanks = [[""]]
    for escaped, other_text, next_blank, plain in _BLANK_SIGNS.findall(answer):
        if next_blank:
            blanks.append([""])
        elif other_text:
            blanks[-1].append("")
        else:
            blanks[-1][-1] += escaped or plain
    return [[text.strip() for text in blank] for blank in blanks]


def joined_blanks(key: Sequence[Sequence[str]]) -> str:
    """The cell that blank_texts reads back."""
    return "|".join("//".join(map(_escaped, blank)) for blank in key)


def underscored(stem: str, blanks: int) -> str:
    """A stem with its blanks as ____; empty brackets count as blanks where there are as many of them as answers."""
    if "____" in stem or len(_OPEN_BRACKETS.findall(stem)) != blanks:
        return stem
    return _OPEN_BRACKETS.sub("____", stem)


def _escaped(text: str) -> str:
    signs = r"[\\|；/]" if "//" in text or text.startswith("/") or text.endswith("/") else r"[\\|；]"
    return re.sub(signs, r"\\\g<0>", text)


def _bare(text: str) -> str:
    return _ANSWER_PREFIX.sub("", unicodedata.normalize("NFKC", text).strip()).strip(_AROUND)
