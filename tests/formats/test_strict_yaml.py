"""YAML is read as typed; everything that could mean two things is refused with its line (IM-01 to IM-07)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.errors import BadFile
from quizapp.formats import strict_yaml
from quizapp.formats.yaml_writer import dump


def read(text: str | bytes) -> object:
    return strict_yaml.load(text.encode() if isinstance(text, str) else text, "x.yaml")[0]


def faults_of(text: str | bytes) -> list[tuple[int | None, str]]:
    with pytest.raises(BadFile) as caught:
        read(text)
    assert all(fault.file == "x.yaml" for fault in caught.value.faults)
    return [(fault.line, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize("text", ["no", "012", "1:30", "1e3", "对", "2026-06-01", "2026-02-30", "~", "null", "0x1F", "9" * 5_000])
def test_it_keeps_a_scalar_as_typed(text: str) -> None:
    assert read(f"key: {text}\n") == {"key": text}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "第1行和第3行"),
        ("a: &x 1\n", 1, "锚点 &x"),
        ("a: 1\nb: *x\n", 2, "别名 *x"),
        ("a: 1\nb: {<<: 2}\n", 2, "<<"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "标签"),
        ("a: !!binary aGk=\n", 1, "标签"),
        ("a: !!set {x}\n", 1, "标签"),
        ("a: !include x\n", 1, "标签"),
        ("a: !x!y z\n", 1, "以 ! 开头"),
        ("a: 1\n---\nb: 2\n", 2, "一份"),
        ("? [a]\n: b\n", 1, "名称"),
        ("a:\n\tb: c\n", 2, "制表符"),
        ("a: *\n", 1, "以 * 开头"),
        ("a: & x\n", 1, "以 & 开头"),
        ("a: @x\n", 1, "引号"),
        ("a: 1\nb: 'x\nc: 1\n", 2, "引号没有配对"),
        ("a: 1\nb: [x\nc: 1\n", 2, "括号没有配对"),
        ('a: "\\q"\n', 1, "反斜杠"),
        ('a: "\\ud800"\n', 1, "反斜杠"),
        ('a: "x\\0y"\n', 1, "U+0000"),
        ("a: b: c\n", 1, "冒号"),
        ("a: 1\n b: 2\n", 2, "缩进"),
        ("a: x\n- b\n", 2, "缩进"),
        ("", 1, "空的"),
        ("# 只有注释\n", 1, "空的"),
        ("a: b\x07c\n", 1, "U+0007"),
        ("a: 1\nb: x\u2028y\n", 2, "U+2028"),
        ("a: 1\nb: x\0y\n", 2, "NUL"),
    ],
)
def test_it_refuses_what_is_not_plain_text_lists_and_names(text: str, line: int, words: str) -> None:
    found = faults_of(text)
    assert any(line == where and words in message for where, message in found), found


def test_it_names_every_fault_of_structure_at_once() -> None:
    assert [line for line, _ in faults_of("a: &x 1\nb: !t 2\nc: *x\na: 4\n<<: 5\n")] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("bank：x\n", 1),
        ("bank：x\ntitle: y\n", 1),
        ("items:\n  - id: a\n    kind：single\n", 3),
        ("topic: 总则\n\n  difficulty：易\n", 3),
        ("choices:\n  A: 甲\n  B：乙\n", 3),
        ("id: a\n key:A\n", 2),
        ("- id：a\n", 1),
    ],
)
def test_it_points_at_a_colon_that_is_full_width_or_lacks_its_space(text: str, line: int) -> None:
    found = faults_of(text)
    assert any(where == line and "冒号" in message for where, message in found), found


def test_a_full_width_colon_inside_a_text_is_text() -> None:
    assert read('a: 甲：乙\nb: |\n  key：丙\nc: "x\n  key：丁"\n') == {"a": "甲：乙", "b": "key：丙\n", "c": "x key：丁"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_reads_the_encodings_offices_use(encoding: str, end: str) -> None:
    text = f"title: 安全生产法{end}items:{end}  - 题一{end}"
    assert read(text.encode(encoding)) == {"title": "安全生产法", "items": ["题一"]}


def test_it_reads_rare_characters_in_gb18030() -> None:
    assert read("name: 𬬭䶮\n".encode("gb18030")) == {"name": "𬬭䶮"}


@pytest.mark.parametrize("data", [b"a: 1\nb: \xff\xff\xff\n", "安全生產法是一部法律".encode("big5"), "安全生产法是一部法律，十个字以上".encode()[:-1], b"\xff\xfea\xd8"])
def test_it_says_so_when_no_encoding_fits(data: bytes) -> None:
    [(line, message)] = faults_of(data)
    assert "编码" in message and "UTF-8" in message and line


def test_it_names_utf_16_without_a_mark() -> None:
    assert "UTF-16" in faults_of("a: b\n".encode("utf-16-le"))[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "{a: " * 100_000,
        "".join(" " * n + "a:\n" for n in range(2_000)),
        "- " * 5_000 + "x",
        "a: &a [x]\n" + "b: [*a, *a]\n" * 50_000,
        "&a [*a]\n",
        "".join(f"{'a' * 9}：x\n" for n in range(100_000)),
        "\x01\n" * 200_000,
        "? " * 10_000,
        "a" * 1_000_000 + ": [",
        "'" * 200_001,
    ],
)
def test_a_hostile_file_is_refused_within_two_seconds(text: str) -> None:
    begun = time.process_time()  # of this process: a busy machine is not the file's fault
    assert len(faults_of(text)) <= strict_yaml.LIMIT_FAULTS
    assert time.process_time() - begun < 2


def test_it_refuses_too_large_a_file() -> None:
    assert "50MB" in faults_of(b"#" * (strict_yaml.LIMIT_BYTES + 1))[0][1]


@given(st.binary(max_size=200) | st.text(alphabet="ab:- \n\t[]{}&*!|>'\"#%@,?：\\<", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused_with_lines(data: bytes) -> None:
    try:
        strict_yaml.load(data, "x.yaml")
    except BadFile as error:
        assert error.faults and all(fault.line for fault in error.faults)


@given(st.lists(st.sampled_from(["a", "b", "0", "1"]), max_size=5))
def test_every_location_has_a_line(loc: list[str]) -> None:
    positions = strict_yaml.load(b"a:\n  - b: 1\n    a: 2\n  - x\nb: {a: 3}\n", "x")[1]
    assert 1 <= positions.find([int(part) if part.isdigit() else part for part in loc])[0] <= 5


def test_it_finds_lines_and_skips_the_tag_of_a_union() -> None:
    positions = strict_yaml.load("a: 1\nitems:\n  - x: 1\n    y:\n      - 甲\n      - 乙\n".encode(), "x")[1]
    assert positions.find(("items", 0, "single", "y", 1)) == (6, "items.0.y.1")
    assert positions.find(("items", 0, "single", "absent")) == (3, "items.0.absent")
    assert positions.find(("items", 7)) == (2, "items")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_what_is_written_reads_back_unless_it_holds_control_characters(text: str) -> None:
    data = dump({"a": text, "b": [text, {"c": text}]})
    if any(ord(char) < 32 and char not in "\t\n\r" or char in "\x7f\ufffe\uffff" for char in text):
        assert faults_of(data)
    else:
        assert read(data) == {"a": text, "b": [text, {"c": text}]}
