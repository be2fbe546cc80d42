"""Rules written as a contest file, or stored as JSON, come back without loss, whatever they are."""

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.formats.contest_values import duration, duration_text, moment, moment_text
from quizapp.formats.contest_yaml import read_contest, write_contest
from quizapp.rules.contests import (
    Board,
    BoardRules,
    Clock,
    ContestRules,
    Counts,
    Division,
    Door,
    EntryRules,
    Limits,
    Metric,
    Release,
    Tie,
    UnitRules,
)
from quizapp.rules.items import Difficulty, Kind
from quizapp.rules.marking import Marking, MultipleMarking
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.services.contests import STORED

EXAMPLE = Path(__file__).parents[2] / "docs/contest.example.yaml"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


fractions = st.fractions(0, 1, max_denominator=1_000)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20).filter(str.strip)
slugs = st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True)
zones = st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "UTC", "Europe/Berlin", "America/New_York"])
moments = st.integers(ms("2001-01-01T00:00+00:00"), ms("2099-01-01T00:00+00:00")) | st.sampled_from(
    [ms("2026-10-25T00:30+00:00"), ms("2026-10-25T01:30+00:00"), ms("2026-06-30T16:00+00:00")]
)
durations = st.integers(1_000, 31 * 86_400_000)


def perhaps(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


@st.composite
def contests(draw: st.DrawFn) -> ContestRules:
    opens, last, closes = sorted(draw(st.lists(moments, min_size=3, max_size=3, unique=True)))
    draws = st.builds(
        Draw, slugs, st.integers(1, 1_000), st.integers(1, 1_000_000), perhaps(st.sampled_from(Kind)), perhaps(words),
        perhaps(st.sampled_from(Difficulty)),
    )  # fmt: skip
    blueprint = draw(st.builds(PaperBlueprint, st.lists(draws, min_size=1, max_size=3).map(tuple), st.booleans(), st.booleans()))
    marks = perhaps(st.integers(1, blueprint.points))
    share = draw(fractions)
    weights = draw(st.sampled_from([((Metric.RATE, Fraction(1)),), ((Metric.PEOPLE, share), (Metric.POINTS, 1 - share))]))
    count = perhaps(st.integers(1, 1_000))
    paper_ms = draw(perhaps(durations))
    codes = draw(st.lists(slugs, max_size=2, unique=True))
    return ContestRules(
        slug=draw(slugs),
        title=draw(words),
        opens_at=opens,
        last_start=draw(st.sampled_from([last, closes])),
        closes_at=closes,
        blueprint=blueprint,
        clock=Clock(paper_ms, draw(durations if paper_ms is None else perhaps(durations)), draw(st.booleans()), draw(st.integers(0, 300_000))),
        zone=draw(zones),
        about=draw(st.just("") | words),
        organiser=draw(st.just("") | words),
        telephone=draw(st.just("") | words),
        limits=Limits(draw(count), draw(count), draw(st.integers(0, 9))),
        marking=Marking(draw(st.sampled_from(MultipleMarking))),
        counts=draw(st.sampled_from(Counts)),
        ties=tuple(draw(st.lists(st.sampled_from(Tie), unique=True))),
        pass_points=draw(marks),
        release_score=draw(st.sampled_from(Release)),
        release_key=draw(st.sampled_from(Release)),
        divisions=tuple(Division(code, draw(words), (f"类型{n}", "#")[: 1 + (n == 0)]) for n, code in enumerate(codes)),
        entry=EntryRules(
            tuple(draw(st.lists(st.sampled_from(Door), min_size=1, unique=True))),
            tuple(draw(st.lists(st.sampled_from(["32", "032", "A-1"]), unique=True))),
            draw(st.integers(0, 9)),
            draw(st.booleans()),
        ),
        units=UnitRules(weights, draw(st.integers(1, 99)), draw(perhaps(fractions)), draw(marks), draw(st.integers(0, 9))),
        board=BoardRules(draw(st.sampled_from(Board)), draw(st.sampled_from(Board)), draw(perhaps(moments))),
    )


@settings(max_examples=200, deadline=None)
@given(contests())
def test_what_is_written_reads_back_the_same(rules: ContestRules) -> None:
    assert read_contest(write_contest(rules), "c.yaml") == rules


@settings(max_examples=100, deadline=None)
@given(contests())
def test_what_is_stored_comes_back_the_same(rules: ContestRules) -> None:
    assert STORED.validate_python(json.loads(json.dumps(STORED.dump_python(rules, mode="json")))) == rules


@given(st.integers(0, 31 * 86_400_000))
def test_a_duration_reads_back_the_same(value: int) -> None:
    assert duration(duration_text(value), 0, value) == value


@given(moments, zones, st.booleans())
def test_a_moment_reads_back_the_same(value: int, zone: str, end_of_day: bool) -> None:
    read_back = moment(moment_text(value, zone, end_of_day))
    aware = read_back if read_back.tzinfo else read_back.replace(tzinfo=ZoneInfo(zone))
    assert aware.astimezone(UTC) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)


def test_it_writes_what_a_person_would_write() -> None:
    written = write_contest(read_contest(EXAMPLE.read_bytes(), "c.yaml")).decode()
    for line in (
        "closes_at: 2026-06-30 24:00",
        "  - {bank: xinanfa, kind: single, count: 10, points: 5}",
        "clock: {paper: 20分钟, item: 1分钟30秒, full_time: 否, grace: 2秒}",
        "pass: 80",
        "  min_rate: 60%",
        "  rank_by: {mean: 50%, rate: 50%}",
    ):
        assert line in written.splitlines()
