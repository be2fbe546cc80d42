"""A contest file shown as a form and sent back is the same contest, whatever the form can or cannot show of it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from test_contest_text import contests

from quizapp.formats import presets, strict_yaml
from quizapp.formats.contest import form as contest_form
from quizapp.formats.contest.form import Cell, Row, add, cells, filled, nodes, place_of, plain, raised, remove
from quizapp.formats.contest.form_fields import SECTIONS, all_fields
from quizapp.formats.contest.form_shapes import Shape
from quizapp.formats.contest.parts import ContestPart
from quizapp.formats.contest.yaml import read_contest, write_contest
from quizapp.formats.yaml_writer import dump
from quizapp.rules.contests import ContestRules

EXAMPLE = (Path(__file__).parents[2] / "docs/contest.example.yaml").read_bytes()
FIELDS = all_fields()
FILES = {"example": EXAMPLE} | {one.name: presets.read_preset(one.name) for one in presets.list_presets()}


def loaded(data: bytes) -> Any:
    return strict_yaml.load(data, "c.yaml")[0]


SENT: dict[Shape, Callable[[str, Any], dict[str, list[str]]]] = {
    Shape.PAIRS: lambda name, pairs: {name: [*(n for n, _ in pairs), ""], f"{name}=": [*(t for _, t in pairs), ""]},
    Shape.TICK: lambda name, on: {name: ["yes"]} if on else {},
    Shape.TICKS: lambda name, chosen: {name: chosen} if chosen else {},
    Shape.ORDER: lambda name, chosen: {name: [*chosen, ""]},
}


def sent(shown: Iterable[Cell]) -> dict[str, list[str]]:
    """What a browser sends of a form that nobody touched."""
    form: dict[str, list[str]] = {}
    for cell in shown:
        if cell.kept:
            form |= {cell.name: [contest_form.KEEP]} if cell.of.shape is Shape.CHOICE else {}
        elif cell.of.shape in (Shape.ROWS, Shape.GROUP) or isinstance(cell.value, Row):
            for row in [cell.value] if isinstance(cell.value, Row) else cell.value or []:
                form |= sent(row.cells)
        else:
            form |= SENT.get(cell.of.shape, lambda name, text: {name: [text.replace("\n", "\r\n")]})(
                cell.name, cell.value
            )
    return form


def without_shown(file: Any, shown: Iterable[Cell]) -> Any:
    """The file as far as the form does not say it: only what it says may then bring the rest back."""
    left = file
    for cell in shown:
        if not cell.kept and cell.of.shape not in (Shape.ROWS, Shape.GROUP) and not isinstance(cell.value, Row):
            left = remove(FIELDS, left, cell.name)
    return left


def again(file: Any) -> Any:
    left = without_shown(file, cells(FIELDS, file))
    made, complaints = filled(FIELDS, left, sent(cells(FIELDS, file)))
    assert not complaints
    return made


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("written", [False, True], ids=["as typed", "as written"])
def test_a_file_comes_back_from_the_form_as_the_same_rules(name: str, written: bool) -> None:
    rules = read_contest(FILES[name], "c.yaml")
    file = loaded(write_contest(rules) if written else FILES[name])
    assert read_contest(dump(plain(again(file))), "c.yaml") == rules
    untouched, _ = filled(FIELDS, file, sent(cells(FIELDS, file)))
    assert untouched == file or read_contest(dump(plain(untouched)), "c.yaml") == rules


@pytest.mark.parametrize("name", FILES)
def test_every_field_of_a_file_is_shown(name: str) -> None:
    file = loaded(write_contest(read_contest(FILES[name], "c.yaml")))
    assert not [cell.name for cell in nodes(cells(FIELDS, file)) if isinstance(cell, Cell) and cell.kept]


@settings(max_examples=100, deadline=None)
@given(contests())
def test_any_rules_come_back_from_the_form(rules: ContestRules) -> None:
    file = loaded(write_contest(rules))
    assert read_contest(dump(plain(again(file))), "c.yaml") == rules


def paths(part: type[BaseModel], above: str = "") -> Iterable[str]:
    """Every field that a contest file knows, rows by the name of their list."""
    for name, info in part.model_fields.items():
        path = above + (info.alias or name)
        inner = [one for one in _models(info.annotation) if issubclass(one, BaseModel)]
        yield from paths(inner[0], f"{path}.") if inner else [path]


def _models(annotation: Any) -> Iterable[type]:
    for one in getattr(annotation, "__args__", ()) or [annotation]:
        if isinstance(one, type) and not getattr(one, "__args__", ()):
            yield one
        elif one is not annotation:
            yield from _models(one)


def test_the_form_has_every_field_that_a_file_knows() -> None:
    def names(fields: Any, above: str = "") -> Iterable[str]:
        for one in fields:
            yield from names(one.columns, f"{above}{one.path}.") if one.columns else [above + one.path]

    assert set(paths(ContestPart)) == set(names(FIELDS))
    assert len(SECTIONS) == 9 and len({section.code for section in SECTIONS}) == 9


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\u2028\u2029"), max_size=8
) | st.sampled_from(["是", "否", "", "5", "mean", "units", "每天"])
names = st.sampled_from(
    "title pass units rank_by stages paper draw bank kind clock item least of ties worth steps tickets when right".split()
)
files = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ContestPart.model_fields)), files, max_size=5))
def test_whatever_a_file_says_the_form_loses_nothing_that_it_does_not_show(file: Any) -> None:
    made = again(file)
    for cell in nodes(cells(FIELDS, file)):
        if isinstance(cell, Cell) and cell.kept:
            assert contest_form.at(made, cell.name) == contest_form.at(file, cell.name)
    assert filled(FIELDS, made, sent(cells(FIELDS, made)))[0] == made
    assert not made or loaded(dump(plain(made))) == made


@settings(max_examples=200, deadline=None)
@given(
    files,
    st.sampled_from(
        ["stages", "stages.0", "stages.0.paper", "units", "tickets", "counts", "paper.draw.1", "x.y", "0", ""]
    ),
)
def test_no_button_breaks_on_any_file(part: Any, name: str) -> None:
    file = {"stages": part, "units": part, "tickets": part, "paper": part, "counts": part}
    for act in (add, remove, raised):
        list(nodes(cells(FIELDS, act(FIELDS, file, name))))


def test_rows_and_groups_are_added_taken_away_and_moved() -> None:
    file = add(FIELDS, add(FIELDS, {}, "stages"), "stages")
    assert file == {"stages": [{"code": "stage-1", "title": "第1阶段"}, {"code": "stage-2", "title": "第2阶段"}]}
    file = add(FIELDS, add(FIELDS, file, "stages.1.paper"), "stages.1.paper.draw")
    assert file["stages"][1]["paper"] == {"draw": [{}]}
    file = raised(FIELDS, file, "stages.1")
    assert [stage["code"] for stage in file["stages"]] == ["stage-2", "stage-1"]
    file = remove(FIELDS, remove(FIELDS, file, "stages.1"), "stages.0.paper.draw.0")
    assert [stage["code"] for stage in file["stages"]] == ["stage-2"]
    assert remove(FIELDS, file, "stages.0") == {}
    spelled = add(FIELDS, {"counts": "last"}, "counts")
    assert spelled == {"counts": {}} and remove(FIELDS, spelled, "counts") == {}
    assert typed(spelled, **{"counts.each": ["week"], "counts.most": ["3"]})[0] == {"counts": {"each": "week", "most": "3"}}
    assert add(FIELDS, {}, "tickets") == {"tickets": {}} and remove(FIELDS, {"tickets": {}}, "tickets") == {}


def typed(file: Any, **fields: list[str]) -> tuple[Any, Any]:
    return filled(FIELDS, file, sent(cells(FIELDS, file)) | fields)


def test_an_emptied_field_is_no_longer_in_the_file() -> None:
    made, _ = typed({"title": "甲", "units": {"min_rate": "60%"}}, **{"title": [" "], "units.min_rate": [""]})
    assert made == {}


def test_what_equals_the_default_is_not_written_and_what_differs_is() -> None:
    assert typed({})[0] == {}
    assert typed({}, ties=["", ""])[0]["ties"] == []
    assert typed({}, **{"paper.study": ["yes"]})[0]["paper"] == {"study": "是"}


def test_a_metric_chosen_twice_is_told() -> None:
    made, complaints = typed({}, **{"units.rank_by": ["mean", "mean", ""], "units.rank_by=": ["50%", "40%", "10%"]})
    assert made["units"]["rank_by"] == {"mean": "50%"}
    assert [path for path, _ in complaints] == ["units.rank_by"]


def test_a_fault_is_told_where_its_field_stands() -> None:
    shown = [node.name for node in nodes(cells(FIELDS, loaded(EXAMPLE)))]
    for path, place in {
        "units.min_rate": "units.min_rate", "units.rank_by.mean": "units.rank_by", "clock": "clock.paper",
        "commendations.0": "commendations.0", "commendations.1.grades.0.quota": "commendations.1.grades.0.quota",
        "paper.draw.0.nonsense": "paper.draw.0", "nonsense": None,
    }.items():  # fmt: skip
        assert place_of(path, shown) == place
