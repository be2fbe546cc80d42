"""A contest file: the rules of one notice as YAML, read into ContestRules and written back."""

from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from quizapp.errors import BadFile
from quizapp.formats import strict_yaml
from quizapp.formats.contest.checks import complaints
from quizapp.formats.contest.checks_units import of_rules
from quizapp.formats.contest.fields import PATTERNS
from quizapp.formats.contest.parts import ContestPart
from quizapp.formats.contest.rules import rules_of
from quizapp.formats.contest.text import file_of
from quizapp.formats.contest.warnings import warnings
from quizapp.formats.contest.words import hint
from quizapp.formats.yaml_faults import explain
from quizapp.formats.yaml_writer import dump
from quizapp.rules.contests import ContestRules

__all__ = ["read_contest", "schema", "warnings", "write_contest"]


def read_contest(data: bytes, file: str) -> ContestRules:
    """The rules in a contest file. Raises BadFile with every fault."""
    value, positions = strict_yaml.load(data, file)
    faults = [positions.fault(loc, message, file) for loc, message in complaints(value)]
    try:
        part = ContestPart.model_validate(value)
    except ValidationError as error:
        faults += explain(error, positions, file, _say)
    if faults:
        raise BadFile(sorted(faults, key=lambda fault: fault.line or 0))
    rules = rules_of(part)
    if faults := [positions.fault(loc, message, file) for loc, message in of_rules(rules)]:
        raise BadFile(faults)
    return rules


def write_contest(rules: ContestRules) -> bytes:
    """The rules as a contest file: read_contest gives the same rules again."""
    return dump(file_of(rules))


def schema() -> dict[str, Any]:
    """JSON Schema of a contest file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | TypeAdapter(ContestPart).json_schema()


def _say(detail: ErrorDetails) -> str | None:
    if detail["type"] == "string_pattern_mismatch":
        return PATTERNS.get(detail.get("ctx", {})["pattern"])
    return hint(detail)
