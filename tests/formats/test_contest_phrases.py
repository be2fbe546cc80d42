"""The tables of docs/规则.md and docs/rules.md: how each thing that notices say is written, and that it can be."""

import re
from pathlib import Path

import pytest
import yaml

from quizapp.formats.contest.yaml import read_contest, warnings

DOCS = Path(__file__).parents[2] / "docs"
REST = """\
contest: small
title: 小竞赛
opens_at: 2026-06-01 00:00
last_start: 2026-06-30 23:40
closes_at: 2026-06-30 24:00
paper: {draw: [{bank: xinanfa, kind: multiple, count: 10, points: 10}]}
clock: {paper: 20分钟, full_time: 是}
"""
MEANT = {"counts: {take: all, most: 3, as: mean}": "counts"}
PRESSING = re.compile(r"rank_by: ({rate|per_head|pass_of_all|bands, bands: \[{of: rate)")
"""Ranks units by how many of their people take part, of which the check warns."""


def rows(name: str) -> list[str]:
    """The right cell of each row, as lines of a file."""
    found = re.findall(r"^\| [^`|]+ \| (`.+`) \|$", (DOCS / name).read_text("utf-8"), re.MULTILINE)
    return ["\n".join(re.findall("`([^`]+)`", cell)) for cell in found]


@pytest.mark.parametrize("text", rows("规则.md"))
def test_what_a_notice_says_can_be_written_so(text: str) -> None:
    own = yaml.safe_load(text).keys()
    rest = [line for line in REST.splitlines() if line.partition(":")[0] not in own]
    rules = read_contest("\n".join([*rest, text, ""]).encode(), "c.yaml")
    meant = "units.rank_by" if PRESSING.search(text) and "commendations" not in text else MEANT.get(text)
    assert [fault.field for fault in warnings(rules)] == ([meant] if meant else [])


def test_both_languages_write_the_same() -> None:
    assert rows("规则.md") == rows("rules.md") and len(rows("规则.md")) > 40
