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
from quizapp.rules.commendations import Commendation, Grade, Line, Of, Per
from quizapp.rules.contests import (
    Ask,
    Board,
    BoardRules,
    Clock,
    ContestRules,
    Division,
    Door,
    EntryRules,
    Extra,
    Limits,
    Promotion,
    Release,
    Stage,
)
from quizapp.rules.counting import Combine, Counting, Span, Take, Tie
from quizapp.rules.items import Difficulty, Kind
from quizapp.rules.marking import Marking, MultipleMarking, Partial
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.scoring import Condition, Scoring, Step, SubScore, Worth
from quizapp.rules.tickets import Prize, TicketRules
from quizapp.rules.units import Metric, Steps, UnitRules
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


def several(values: st.SearchStrategy, least: int = 0, most: int = 3, **unique: object) -> st.SearchStrategy:
    return st.lists(values, min_size=least, max_size=most, **unique).map(tuple)  # type: ignore[arg-type]


points, few, kinds = st.integers(1, 1_000_000), st.integers(1, 1_000), st.sampled_from(Kind)
draws = st.builds(Draw, slugs, few, points, perhaps(kinds), perhaps(words), perhaps(st.sampled_from(Difficulty)))
blueprints = st.builds(PaperBlueprint, several(draws, 1), st.booleans(), st.booleans())
clocks = st.one_of(
    st.builds(Clock, durations, perhaps(durations), st.booleans(), st.integers(0, 300_000)),
    st.builds(Clock, st.none(), durations, st.booleans(), st.integers(0, 300_000)),
)
conditions = st.builds(Condition, st.booleans(), perhaps(few), perhaps(points), perhaps(durations))
worths = st.builds(
    Worth, several(st.integers(0, 1_000)), st.integers(0, 1_000), several(st.builds(Step, st.integers(0, 9_999), conditions))
)
sub_scores = st.builds(SubScore, perhaps(kinds), perhaps(words), perhaps(slugs))
countings = st.builds(Counting, st.sampled_from(Take), st.sampled_from(Span), perhaps(few), st.sampled_from(Combine))
codes = st.from_regex(r"[a-z0-9-]{1,15}", fullmatch=True).filter(lambda code: code not in ("counted", "practice"))
comparable = [metric for metric in Metric if metric not in (Metric.STEPS, Metric.BONUS)]
steps = st.builds(Steps, st.sampled_from(comparable), points, points, points)
metrics = st.sampled_from(Metric)
weights = several(st.tuples(metrics, fractions), 1, unique_by=lambda weight: weight[0])
unit_words = st.sampled_from(["企业", "镇街", "学校", "#"])
prizes = several(st.builds(Prize, words, st.integers(1, 10_000_000), st.booleans()))


@st.composite
def limits(draw: st.DrawFn, passing: bool) -> Limits:
    retakes = draw(st.integers(0, 9)) if passing else 0
    return Limits(draw(perhaps(few)), draw(perhaps(few)), draw(st.integers(0, 9)), retakes, draw(st.just(0) | durations))


@st.composite
def marking(draw: st.DrawFn) -> Marking:
    how = draw(st.sampled_from(MultipleMarking))
    per_right = perhaps(points) if how in (MultipleMarking.PER_RIGHT, MultipleMarking.PER_RIGHT_LESS_WRONG) else st.none()
    per_wrong = perhaps(points) if how is MultipleMarking.PER_RIGHT_LESS_WRONG else st.none()
    partial = st.sampled_from(Partial)
    wrong = st.just(0) | points
    return Marking(
        how, draw(per_right), draw(per_wrong), draw(wrong), draw(wrong), draw(partial), draw(partial), draw(partial), draw(partial),
        draw(fractions),
    )  # fmt: skip


@st.composite
def stages(draw: st.DrawFn, opens: int, closes: int, passing: bool) -> tuple[Stage, ...]:
    made: list[Stage] = []
    named = draw(st.lists(codes, max_size=3, unique=True))
    for code in named:
        first, last, end = sorted(draw(st.lists(st.integers(opens, closes), min_size=3, max_size=3, unique=True)))
        after = draw(st.just("") | st.sampled_from([one.code for one in made])) if made else ""
        promoted = perhaps(st.builds(Promotion, few, st.just("") | unit_words)) if code != named[-1] else st.none()
        own = draw(perhaps(blueprints))
        made.append(
            Stage(
                code, draw(words), draw(perhaps(st.just(first))), draw(perhaps(st.just(last))), draw(perhaps(st.just(end))),
                own, draw(perhaps(clocks)), draw(perhaps(limits(passing))), after,
                draw(st.just(0) | points) if after else 0, draw(st.booleans()), draw(promoted), own is not None and draw(st.booleans()),
            )
        )  # fmt: skip
    return tuple(made)


@st.composite
def commendations(draw: st.DrawFn, divisions: tuple[str, ...]) -> Commendation:
    quotas = st.one_of(st.tuples(few, st.none()), st.tuples(st.none(), fractions))
    title, of = draw(words), draw(st.sampled_from(Of))
    grades = [Grade(draw(words), *draw(quotas), draw(st.booleans())) for _ in range(draw(st.integers(0, 2)))]
    asked = metrics if of is Of.UNITS else st.sampled_from([Metric.POINTS, Metric.PAPERS])
    numbers = st.integers(0, 10**9).map(lambda number: Fraction(number, 1_000))
    return Commendation(
        title, of, tuple(grades) or (Grade(title, *draw(quotas)),), draw(several(unit_words, unique=True)),
        draw(several(st.sampled_from(divisions), unique=True)) if divisions else (),
        draw(st.sampled_from(Per if divisions else [Per.WHOLE, Per.KIND])), draw(st.just("") | unit_words), draw(st.sampled_from(Line)),
        draw(several(st.tuples(asked, numbers), unique_by=lambda one: one[0])),
    )  # fmt: skip


@st.composite
def tickets(draw: st.DrawFn, staged: bool) -> TicketRules:
    of_stages = perhaps(few) if staged else st.none()
    return TicketRules(draw(conditions), draw(perhaps(few)), draw(of_stages), draw(perhaps(few)), draw(of_stages), draw(perhaps(few)))


@st.composite
def units(draw: st.DrawFn, passing: bool, least_mean: st.SearchStrategy) -> UnitRules:
    by, then = draw(weights), draw(several(metrics, unique=True))
    wanted = {*then, *(metric for metric, _ in by)}
    if Metric.PASS_RATE in wanted and not passing:
        by, then, wanted = ((Metric.RATE, Fraction(1)),), (), set()
    bonus = draw(points) if Metric.BONUS in wanted else draw(st.just(0) | points)
    return UnitRules(
        by, then, draw(few), draw(steps), bonus, draw(st.integers(0, 99)), draw(few), draw(perhaps(fractions)),
        draw(perhaps(least_mean)), draw(st.integers(0, 9)),
    )  # fmt: skip


@st.composite
def contests(draw: st.DrawFn) -> ContestRules:
    opens, last, closes = sorted(draw(st.lists(moments, min_size=3, max_size=3, unique=True)))
    blueprint = draw(blueprints)
    marks = st.integers(1, blueprint.points)
    pass_points = draw(perhaps(marks))
    passing = pass_points is not None
    listed = draw(stages(opens, closes, passing))
    cycle = None if listed else draw(perhaps(st.sampled_from([Span.DAY, Span.WEEK, Span.MONTH])))
    staged = bool(listed or cycle)
    counting = draw(countings.filter(lambda counting: staged or counting.each is not Span.STAGE))
    sub_score = draw(perhaps(sub_scores))
    ties = [tie for tie in draw(st.lists(st.sampled_from(Tie), unique=True)) if tie is not Tie.SUB_SCORE or sub_score is not None]
    named = draw(st.lists(slugs, max_size=2, unique=True))
    earned = draw(perhaps(tickets(staged)))
    papers, own_clocks = [one.blueprint for one in listed], [one.clock for one in listed]
    return ContestRules(
        slug=draw(slugs),
        title=draw(words),
        opens_at=opens,
        last_start=draw(st.sampled_from([last, closes])),
        closes_at=closes,
        blueprint=draw(st.just(blueprint) | st.just(papers[0])) if papers and papers[0] else blueprint,
        clock=draw(clocks | st.just(own_clocks[0])) if own_clocks and own_clocks[0] else draw(clocks),
        zone=draw(zones),
        about=draw(st.just("") | words),
        organiser=draw(st.just("") | words),
        telephone=draw(st.just("") | words),
        study=draw(st.booleans()),
        limits=draw(limits(passing)),
        extra=Extra(draw(st.integers(0, 9)), draw(st.integers(0, 9))),
        scoring=Scoring(draw(marking()), draw(worths), draw(conditions), sub_score),
        counting=counting,
        ties=tuple(ties),
        pass_points=pass_points,
        stages=listed,
        cycle=cycle,
        release_score=draw(st.sampled_from(Release)),
        release_key=draw(st.sampled_from(Release)),
        divisions=tuple(Division(code, draw(words), (f"类型{n}", "#")[: 1 + (n == 0)]) for n, code in enumerate(named)),
        entry=EntryRules(
            tuple(draw(st.lists(st.sampled_from(Door), min_size=1, unique=True))),
            tuple(draw(st.lists(st.sampled_from(["32", "032", "A-1"]), unique=True))),
            draw(st.integers(0, 9)),
            draw(perhaps(st.integers(60_000, 31 * 86_400_000))),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(several(st.sampled_from(Ask), unique=True)),
            draw(st.just("") | words),
            draw(st.booleans()),
            draw(st.booleans()),
        ),
        units=draw(units(passing, marks)),
        board=BoardRules(
            draw(st.sampled_from(Board)), draw(st.sampled_from(Board)), draw(perhaps(moments)), draw(st.booleans()),
            draw(st.booleans()) if staged else False,
        ),
        commendations=draw(several(commendations(tuple(named)))),
        tickets=earned,
        prizes=draw(prizes) if earned is not None else (),
    )  # fmt: skip


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
        "  rank_by: {steps: 30%, mean: 60%, bonus: 100%}",
        "counts: best",
        "valid: {points: 60, time: 30秒}",
        "marking: {multiple: per_right, per_right: 0.5}",
        "- {title: 参与奖, count: 50, each_stage: 是}",
    ):
        assert line in written.splitlines()
