"""YAML as people type it: every scalar is text, nothing is guessed, and every fault names its line.

Built on the event stream of PyYAML's C parser: a third of the time of CSafeLoader, and anchors, aliases, tags and depth are
seen before anything is made of them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

import yaml

from quizapp.errors import BadFile, Fault

LIMIT_BYTES = 50_000_000
LIMIT_DEPTH = 20
LIMIT_FAULTS = 1_000  # of structure; keeps a hostile file from filling the memory with complaints

Loc = Sequence[int | str]

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_ESCAPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BAD_COLON = re.compile(r"^[ \t]*(?:- +)?([a-z_]+|[A-Z])[ \t]*(?:：|:(?=[^\s/:]))", re.MULTILINE)
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_DROPPED = "\0"

_PROBLEMS = (
    ("an alias", "以 * 开头的文字请用引号括起"),
    ("an anchor", "以 & 开头的文字请用引号括起"),
    ("tag", "以 ! 开头的文字请用引号括起"),
    ("directive", "以 % 开头的文字请用引号括起"),
    ("cannot start any token", "这里有不能作开头的字符：缩进请用空格，不用制表符；以 @ ` % 开头的文字请用引号括起"),
    ("mapping values are not allowed", "这里的冒号不合规则：请检查上一行的缩进，文字里有冒号加空格时请用引号括起"),
    ("could not find expected ':'", "这一行缺少半角冒号加空格，请写成“名称: 内容”"),
    ("unexpected end of stream", "引号没有配对，请补上另一个引号"),
    ("escape", "双引号里的反斜杠写法不对，请改用单引号"),
    ("expected ',' or", "括号没有配对，或两项之间少了半角逗号"),
    ("did not find expected", "缩进与上文没有对齐，请用空格对齐"),
)


def load(data: bytes, file: str) -> tuple[Any, "Positions"]:
    """The file as text, lists and dicts, and where each thing stands in it. Raises BadFile with every fault of structure."""
    text = decode(data, file)
    walk = _Walk(text, with_lines=False)
    walk.run()
    if not walk.faults and not walk.root:
        walk.fault("文件是空的", 1)
    if walk.faults:
        raise BadFile([replace(fault, file=file) for fault in sorted(walk.faults, key=lambda f: f.line or 0)])
    return walk.root[0], Positions(text)


def decode(data: bytes, file: str) -> str:
    """The text of a file by BOM, else UTF-8, else GB18030, with plain line ends. Raises BadFile when none fits."""
    if len(data) > LIMIT_BYTES:
        raise BadFile([Fault(f"文件超过{LIMIT_BYTES // 1_000_000}MB，请分成几个文件", file=file)])
    try:
        text = _decode(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "文件编码无法识别（不是 UTF-8，也不是 GB18030）或文件已损坏，请另存为 UTF-8 再试"
        raise BadFile([Fault(hint, line, file=file)]) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    if found := [_invisible(match, line, file) for line, match in islice(_by_line(_INVISIBLE, text), LIMIT_FAULTS)]:
        raise BadFile(found)
    return text


def _decode(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # GB18030 hardly ever looks like ten good UTF-8 characters in a row: that is UTF-8 with damage
        if sum(char > "\x7f" for char in data[: error.start].decode("utf-8")) >= 10:
            raise
        text = data.decode("gb18030")
        if _PRIVATE.search(text):  # Big5 and the like read as GB18030 lands there
            raise
        return text


def _by_line(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    line, place = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        yield line, match


def _invisible(match: re.Match[str], line: int, file: str) -> Fault:
    code = ord(match.group())
    what = f"这里有看不见的字符（U+{code:04X}），请删去"
    if code == 0:
        what = "文件里有空字符（NUL），可能是没有标记的 UTF-16，请另存为 UTF-8 再试"
    return Fault(what, line, file=file)


class _TooDeep(Exception):
    """The walk cannot go on; the fault is already noted."""


class _Walk:
    """One pass over the events. With lines, each child is kept as (line, child) and scalars as None."""

    def __init__(self, text: str, with_lines: bool) -> None:
        self.text, self.with_lines = text, with_lines
        self.faults: list[Fault] = []
        self.root: list[Any] = []
        self.box: Any = self.root
        self.seen: dict[str, int] | None = None  # lines of the keys of a mapping; None in a list
        self.key: str | None = None
        self.stack: list[tuple[Any, dict[str, int] | None]] = []
        self.bad_colons = dict(_by_line(_BAD_COLON, text))

    def run(self) -> None:
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceStartEvent: self._sequence,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        loader = yaml.CSafeLoader(self.text)
        try:
            while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
                if handler := handlers.get(event.__class__):
                    handler(event)
        except _TooDeep:
            pass
        except yaml.YAMLError as error:
            self._problem(error)
        except (ValueError, RecursionError) as error:
            self.fault(f"YAML 读不懂（{error}），请检查写法", 1)
        finally:
            loader.dispose()

    def fault(self, message: str, line: int) -> None:
        self.faults.append(Fault(message, line))
        if len(self.faults) >= LIMIT_FAULTS:
            raise _TooDeep

    def _scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        value = event.value
        if event.anchor or event.tag or self.bad_colons or event.style == '"':
            self._inspect(event, line)
        if self.seen is None:
            self.box.append((line, None) if self.with_lines else value)
        elif self.key is None:
            self._name(value, line, plain=not event.style)
        else:
            self.box[self.key] = (self.seen.get(self.key, line), None) if self.with_lines else value
            self.key = None

    def _name(self, name: str, line: int, plain: bool) -> None:
        assert self.seen is not None
        self.key = name
        if plain and name == "<<":
            self.fault("这里不用合并键 <<，请把内容写全", line)
        if name in self.seen:
            self.fault(f"“{name}”写了两次：第{self.seen[name]}行和第{line}行，请删去一个", line)
            self.key = _DROPPED
        else:
            self.seen[name] = line

    def _inspect(self, event: Any, line: int) -> None:
        self._marks(event, line)
        if event.style == '"' and (match := _ESCAPED.search(event.value)):
            self.fault(f"这里有看不见的字符（U+{ord(match.group()):04X}），请删去", line)
        if not event.style:
            for number in range(line, event.end_mark.line + 2):
                if match := self.bad_colons.pop(number, None):
                    self.fault(_colon_hint(match), number)

    def _marks(self, event: Any, line: int) -> None:
        if event.anchor:
            self.fault(f"这里不用锚点 &{event.anchor}；若是文字，请用引号括起", line)
        if event.tag:
            self.fault(f"这里不用标签 {event.tag}；若是文字，请用引号括起", line)

    def _alias(self, event: Any) -> None:
        self.fault(f"这里不用别名 *{event.anchor}，请把内容写全；若是文字，请用引号括起", event.start_mark.line + 1)
        self.key = None

    def _document(self, event: Any) -> None:
        if self.root:
            self.fault("一个文件只写一份内容，请删去这里的 ---", event.start_mark.line + 1)
            raise _TooDeep

    def _mapping(self, event: yaml.MappingStartEvent) -> None:
        self._open(event, {}, {})

    def _sequence(self, event: yaml.SequenceStartEvent) -> None:
        self._open(event, [], None)

    def _open(self, event: Any, box: Any, seen: dict[str, int] | None) -> None:
        line = event.start_mark.line + 1
        self._marks(event, line)
        if self.seen is not None and self.key is None:
            self.fault("冒号前只能是一个名称，不能是列表或括号；若是文字，请用引号括起", line)
            raise _TooDeep
        if len(self.stack) >= LIMIT_DEPTH:
            self.fault(f"嵌套超过{LIMIT_DEPTH}层，请检查缩进和括号", line)
            raise _TooDeep
        if self.seen is None:
            self.box.append((line, box) if self.with_lines else box)
        else:
            assert self.key is not None
            self.box[self.key] = (self.seen.get(self.key, line), box) if self.with_lines else box
        self.key = None
        self.stack.append((self.box, self.seen))
        self.box, self.seen = box, seen

    def _end(self, event: yaml.Event) -> None:
        self.box, self.seen = self.stack.pop()

    def _problem(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        context, problem = str(getattr(error, "context", None)), str(getattr(error, "problem", None) or error)
        if "quoted" in context or "flow" in context:  # where a bracket or quote opens says more than where it is missed
            mark = getattr(error, "context_mark", None) or mark
        line = mark.line + 1 if mark else 1
        near = [number for number in self.bad_colons if line - 3 <= number <= line + 1]
        for number in near:
            self.fault(_colon_hint(self.bad_colons[number]), number)
        if not near:
            words = (text for part, text in _PROBLEMS if part in problem or part in context)
            self.fault(next(words, f"YAML 写法有误（{problem}），请检查缩进、冒号和引号"), line)


def _colon_hint(match: re.Match[str]) -> str:
    kind = "是全角冒号，请改为半角冒号加空格" if match.group().endswith("：") else "的冒号后面请加一个空格"
    return f"“{match.group().strip(' -')}”{kind}；若本来就是文字，请用引号括起"


@dataclass(frozen=True)
class Positions:
    """Where things stand in a file; the lines are looked up only once somebody asks."""

    text: str

    @cached_property
    def _tree(self) -> tuple[int, Any]:
        walk = _Walk(self.text, with_lines=True)
        walk.run()
        return walk.root[0]

    def find(self, loc: Loc) -> tuple[int, str]:
        """(line, path as typed) of a pydantic location; what does not stand in the file (a union's tag) is skipped.

        The last part of a location is kept in the path: it may be a field that is missing.
        """
        (line, box), path = self._tree, []
        for depth, part in enumerate(loc):
            if child := _child(box, part):
                line, box = child
                path.append(str(part))
            elif depth == len(loc) - 1 and isinstance(box, dict):
                path.append(str(part))
        return line, ".".join(path)

    def fault(self, loc: Loc, message: str, file: str) -> Fault:
        line, field = self.find(loc)
        return Fault(message, line, field, file)


def _child(box: Any, part: int | str) -> tuple[int, Any] | None:
    if isinstance(box, dict):
        return box.get(part)
    return box[part] if isinstance(box, list) and isinstance(part, int) and part < len(box) else None
