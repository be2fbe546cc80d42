"""A contest that is being built: its file so far, what is wrong with it, and the form's fields with that beside them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask_babel import gettext as _

from quizapp.errors import BadFile, Fault, Invalid
from quizapp.formats import strict_yaml
from quizapp.formats.contest import form as contest_form
from quizapp.formats.contest import values
from quizapp.formats.contest import yaml as contest_yaml
from quizapp.formats.contest.form import Cell, Row, cells, nodes, place_of, plain
from quizapp.formats.contest.form_fields import SECTIONS, all_fields, labels
from quizapp.formats.yaml_writer import dump
from quizapp.rules.contests import ContestRules
from quizapp.rules.items import Difficulty, Item, Kind
from quizapp.rules.papers import Draw
from quizapp.web import staff
from quizapp.web.staff import Upload

MOST = 200_000  # bytes of a draft: it travels with every page
_NAME = re.compile(r"(?<![\w“.-])[a-z_]{2,}(?![\w”.-])", re.ASCII)
_GAP = re.compile(r"(?<=[\u4e00-\u9fff）”]) (?=[\u4e00-\u9fff（“])")
_DRAW = re.compile(r"(?:.*\.)?paper\.draw\.\d+")


@dataclass(frozen=True)
class Draft:
    """The file as texts; its rules where it has no faults; (path, words) of each fault."""

    file: dict[str, Any]
    rules: ContestRules | None = None
    faults: list[tuple[str, str]] = field(default_factory=list)

    @property
    def data(self) -> bytes:
        """The file as people read it; what has faults is written as it is."""
        return dump(plain(self.file)) if self.rules is None else contest_yaml.write_contest(self.rules)


def draft(file: dict[str, Any]) -> Draft:
    """Checked as every contest file is checked."""
    try:
        return Draft(file, contest_yaml.read_contest(dump(plain(file)), ""))
    except BadFile as error:
        return Draft(file, None, worded(error.faults))


def opened(upload: Upload) -> dict[str, Any]:
    """A file as texts, in the form's own shapes where it has no faults. Raises BadFile, Invalid."""
    if len(upload.data) > MOST:
        raise Invalid("竞赛文件超过{most}KB，请直接上传文件应用", most=MOST // 1000)
    file, _positions = strict_yaml.load(upload.data, upload.name)
    if not isinstance(file, dict):
        raise Invalid("这不是竞赛文件，请重新选择文件")
    try:
        return dict(strict_yaml.load(contest_yaml.write_contest(contest_yaml.read_contest(upload.data, "")), "")[0])
    except BadFile:
        return file


def opened_again(upload: Upload) -> dict[str, Any]:
    """The draft that the page before carried along. Raises Invalid."""
    try:
        file = strict_yaml.load(upload.data, upload.name)[0] if len(upload.data) <= MOST else None
    except BadFile:
        file = None
    if not isinstance(file, dict):
        raise Invalid("草稿没有传完整，请重新开始")
    return file


def carried(file: dict[str, Any]) -> dict[str, str]:
    """Fields by which a page carries the draft to its next step. Raises Invalid where it is too large."""
    data = dump(plain(file))
    if len(data) > MOST:
        raise Invalid("内容超过{most}KB，请删去一些", most=MOST // 1000)
    return staff.keep(Upload(data, "draft.yaml"))


@cache
def _labels() -> Mapping[str, str]:
    return labels()


def worded(faults: Iterable[Fault]) -> list[tuple[str, str]]:
    """(path, words) with the form's labels in place of the file's names; beside its field a fault need not name it."""
    told = []
    for fault in faults:
        name = re.escape(fault.field.rpartition(".")[2])
        words = re.sub(rf"^{name}(?=“| (没有|应是|太|至少|不认识))\s*", "", fault.message) if name else fault.message
        words = words.replace("没有写，请补上", "没有填，请填上")
        told.append((fault.field, _GAP.sub("", _NAME.sub(_label, words))))
    return told


def _label(found: re.Match[str]) -> str:
    return _labels().get(found[0], found[0])


def sections_of(made: Draft, told: Iterable[tuple[str, str, str]] = ()) -> dict[str, list[Cell]]:
    """The cells of every section, with (kind, path, words) said where they belong."""
    found = {section.code: cells(section.fields, made.file) for section in SECTIONS}
    every: dict[str, Cell | Row] = {node.name: node for shown in found.values() for node in nodes(shown)}
    for kind, path, words in told:
        place = place_of(path, every)
        if place is not None:
            every[place].told.append((kind, words))
    return found


@dataclass(frozen=True, slots=True)
class Mending:
    """A fault with the section where it is mended and its place there in words; both empty where the form does not show it."""

    step: str
    place: str
    words: str


def mendings(made: Draft) -> list[Mending]:
    """Every fault, in the order of the form; what the form does not show comes last."""
    shown = [(section, {node.name: node for node in nodes(cells(section.fields, made.file))}) for section in SECTIONS]
    left, found = list(made.faults), []
    for section, every in shown:
        for fault in list(left):
            place = place_of(fault[0], every)
            if place is not None:
                left.remove(fault)
                found.append(Mending(section.code, " ".join([section.title, *_trail(every, place)]), fault[1]))
    return [*found, *(Mending("", "", words) for _path, words in left)]


def supplies(made: Draft, items: Mapping[str, Sequence[Item]]) -> list[tuple[str, str, str]]:
    """For every line of a blueprint, how many items of its bank it may take."""
    told = []
    for node in nodes(cells(all_fields(), made.file)):
        line = _drawn(made, node.name) if _DRAW.fullmatch(node.name) else None
        if line is not None and line.bank in items:
            count = sum(line.matches(item) for item in items[line.bank])
            told.append(("info", node.name, _("题库里符合的有%(count)s道", count=count)))
    return told


def _drawn(made: Draft, name: str) -> Draw | None:
    """A line of a blueprint as far as it can be read; None without a bank or with a kind that there is not."""
    row = contest_form.at(made.file, name)
    if not isinstance(row.get("bank"), str):
        return None
    kind, difficulty = row.get("kind") or None, row.get("difficulty") or None
    try:
        return Draw(
            row["bank"], 1, 1, kind and Kind(kind), row.get("topic") or None, difficulty and Difficulty(difficulty)
        )
    except (KeyError, ValueError):
        return None


def full_paper(made: Draft) -> tuple[int, str] | None:
    """(items, full marks as words) of the contest's paper, as far as its lines can be read."""
    total = points = 0
    for row in contest_form.at(made.file, "paper.draw") or []:
        try:
            count = values.whole(row["count"], 1, 1_000)
            points += count * values.hundredths(row["points"], 1, 10**9)
        except (KeyError, TypeError, ValueError):
            return None
        total += count
    return (total, values.points_text(points)) if total else None


def counted(names: Iterable[str]) -> str:
    """单选题120、多选题40"""
    return "、".join(f"{name}{count}" for name, count in Counter(names).most_common())


def _trail(every: Mapping[str, Cell | Row], place: str) -> list[str]:
    """The labels on the way to a field."""
    found: list[str] = []
    for end in (n for n in range(1, len(place) + 1) if n == len(place) or place[n] == "."):
        node = every.get(place[:end])
        if isinstance(node, Cell):
            found.append(node.of.label)
        elif node is not None and found:
            found[-1] += _("第%(n)s行", n=int(node.name.rpartition(".")[2]) + 1)
    return found
