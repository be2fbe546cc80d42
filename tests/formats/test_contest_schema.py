"""The JSON Schema beside the example: editors complete and check contest files by it."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from quizapp.formats.contest.yaml import schema

ROOT = Path(__file__).parents[2]
STORED = ROOT / "docs/contest.schema.json"
FILES = sorted([ROOT / "docs/contest.example.yaml", ROOT / "quizapp/demo/contest.yaml", *(ROOT / "quizapp/presets").glob("*.yaml")])


def test_the_stored_schema_is_that_of_the_program():
    assert json.loads(STORED.read_text(encoding="utf-8")) == schema()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_contest_file_fits_the_schema(path: Path):
    typed = yaml.safe_load(path.read_text(encoding="utf-8"))
    plain = json.loads(json.dumps(typed, default=str))  # dates as the texts that they are
    jsonschema.validate(plain, schema())
