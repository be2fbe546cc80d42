"""What every shipped rule set keeps to: no fault, enough items, written back without loss, said in Chinese and in English."""

import ast
import re
from pathlib import Path

import pytest
from playing import BANKS

from quizapp.errors import NotFound
from quizapp.formats import bank_yaml, presets
from quizapp.formats.contest.yaml import read_contest, warnings, write_contest
from quizapp.rules import wording
from quizapp.rules.contests import ContestRules
from quizapp.rules.english import ENGLISH
from quizapp.rules.speech import say_all
from quizapp.rules.stages import blueprints
from quizapp.services.contests import STORED

ROOT = Path(__file__).parents[2]
FILES = [*sorted(presets.FOLDER.glob("*.yaml")), ROOT / "docs/contest.example.yaml"]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PARTS = (wording.activity, wording.unit_places, wording.commendations, wording.prizes)
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def rules_in(path: Path) -> ContestRules:
    return read_contest(path.read_bytes(), path.name)


def test_all_fourteen_are_there() -> None:
    found = presets.list_presets()
    assert [one.name[:2] for one in found] == [f"{letter.lower()}-" for letter in "ABCDEFJKMNOPUW"]
    assert all(one.name == rules_in(presets.FOLDER / f"{one.name}.yaml").slug for one in found)
    assert all("（" in one.about and ("未公布" in one.about or "不是哪一次" in one.about) for one in found)
    with pytest.raises(NotFound):
        presets.read_preset("../demo/contest")


@every_file
def test_it_is_written_back_without_loss(path: Path) -> None:
    rules = rules_in(path)
    written = write_contest(rules)
    assert read_contest(written, "again.yaml") == rules
    assert write_contest(read_contest(written, "again.yaml")) == written
    assert STORED.validate_python(STORED.dump_python(rules, mode="json")) == rules


@every_file
def test_the_shipped_banks_have_enough_items(path: Path) -> None:
    banks = {file.stem: bank_yaml.read_bank(file.read_bytes(), file.name).items for file in BANKS.glob("*.yaml")}
    assert not [fault for fault in warnings(rules_in(path), banks) if "题库" in fault.message]


def test_what_a_preset_warns_of_is_what_its_notice_asked_for() -> None:
    told = {
        path.stem[0]: [fault.field for fault in warnings(rules_in(path))]
        for path in FILES
        if path.parent == presets.FOLDER
    }
    assert {letter: fields for letter, fields in told.items() if fields} == {
        "a": ["extra.share", "extra.invite"],
        "c": ["counts", "units.rank_by"],  # any number of sittings added up; by participants
        "d": ["extra.share"],
        "f": ["units.top"],  # teams of fewer than ten
        "k": ["units.rank_by"],
        "u": ["units.rank_by"],
    }


def names_of(rules: ContestRules) -> list[str]:
    """What the organiser has named, in any language."""
    titles = [rules.title, *(stage.title for stage in rules.stages), *(one.title for one in rules.divisions)]
    titles += [one.title for one in rules.prizes] + [stage.promote.per_unit for stage in rules.stages if stage.promote]
    for rule in rules.commendations:
        titles += [rule.title, rule.per_unit, *rule.kinds, *(grade.title for grade in rule.grades)]
    titles += [kind for one in rules.divisions for kind in one.unit_kinds]
    titles += [draw.topic or "" for _, blueprint in blueprints(rules) for draw in blueprint.draws]
    return sorted(filter(None, titles), key=len, reverse=True)


@every_file
def test_it_is_said_in_both_languages(path: Path) -> None:
    rules = rules_in(path)
    for sentences in PARTS:
        chinese, english = say_all(sentences(rules)), say_all(sentences(rules), "en")
        assert len(chinese) == len(english) and all(map(CHINESE.search, chinese))
        for line in english:
            for name in names_of(rules):
                line = line.replace(name, "…")
            assert not CHINESE.search(line), line
            assert "  " not in line and " ," not in line and "{" not in line


RULES = ("units", "commendations", "candidates", *(f"wording/{path.stem}" for path in sorted((ROOT / "quizapp/rules/wording").glob("*.py"))))


def test_every_sentence_of_the_rules_has_its_english() -> None:
    """Whatever a contest file may say: each Chinese text in the code that speaks, with the same places in both languages."""
    texts = {
        node.value
        for name in RULES
        for node in ast.walk(ast.parse((ROOT / f"quizapp/rules/{name}.py").read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.match(node.value.lstrip("{}“abcdefghijklmnopqrstuvwxyz_ "))
    }  # fmt: skip
    texts = {
        text for text in texts if "\n" not in text and text not in {"、", "；", "，", "：", "（%）"} and not text.endswith(".")
    }
    assert len(texts) > 100
    assert not texts - ENGLISH.keys()
    for text in texts:
        assert set(re.findall(r"{(\w+)", text)) == set(re.findall(r"{(\w+)", ENGLISH[text])), text
