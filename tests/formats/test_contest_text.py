"""Rules written as a contest file, or stored as JSON, come back without loss, whatever they are."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quizapp.formats.contest.checks_units import of_rules
from quizapp.formats.contest.values import duration, duration_text, moment, moment_text
from quizapp.formats.contest.yaml import read_contest, write_contest
from quizapp.rules.commendations import EACH, Commendation, Grade, Line, Of, Per, Rounding
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
from quizapp.rules.tickets import Prize, TicketRules, Wins
from quizapp.rules.units import OF_PASSING, Band, Metric, Steps, UnitRules
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
conditions = st.builds(Condition, st.booleans(), perhaps(few), perhaps(points), perhaps(durations), perhaps(durations))
worths = st.builds(
    Worth, several(st.integers(0, 1_000)), st.integers(0, 1_000), several(st.builds(Step, st.integers(0, 9_999), conditions))
)
sub_scores = st.builds(SubScore, perhaps(kinds), perhaps(words), perhaps(slugs))
countings = st.builds(Counting, st.sampled_from(Take), st.sampled_from(Span), perhaps(few), st.sampled_from(Combine))
codes = st.from_regex(r"[a-z0-9-]{1,15}", fullmatch=True).filter(lambda code: code not in ("counted", "practice"))
comparable = st.sampled_from([metric for metric in Metric if metric not in (Metric.STEPS, Metric.BONUS, Metric.BANDS)])
steps = st.one_of(
    st.builds(Steps, comparable, points, points, points, weight=fractions),
    st.builds(Steps, comparable, least=points, values=several(points, 1), weight=fractions),
)
metrics = st.sampled_from(Metric)
weights = several(st.tuples(metrics, fractions), 1, unique_by=lambda weight: weight[0])
unit_words = st.sampled_from(["企业", "镇街", "学校", "#"])


@st.composite
def limits(draw: st.DrawFn, passing: bool) -> Limits:
    retakes = draw(st.integers(0, 9)) if passing else 0
    return Limits(draw(perhaps(few)), draw(perhaps(few)), draw(st.integers(0, 9)), retakes, draw(st.just(0) | durations))


@st.composite
def marking(draw: st.DrawFn) -> Marking:
    how = draw(st.sampled_from(MultipleMarking))
    per_right = perhaps(points) if how in (MultipleMarking.PER_RIGHT, MultipleMarking.PER_RIGHT_LESS_WRONG) else st.none()
    per_wrong = perhaps(points) if how is MultipleMarking.PER_RIGHT_LESS_WRONG else st.none()
    short = draw(points) if how is MultipleMarking.SHORT else 0
    partial = st.sampled_from(Partial)
    wrong = st.just(0) | points
    return Marking(
        how, draw(per_right), draw(per_wrong), draw(wrong), draw(wrong), draw(partial), draw(partial), draw(partial), draw(partial),
        draw(fractions), short,
    )  # fmt: skip


@st.composite
def promotions(draw: st.DrawFn, divided: bool) -> Promotion:
    best, share = draw(st.tuples(few, st.none()) | st.tuples(st.none(), fractions))
    per = draw(st.sampled_from([Per.WHOLE, Per.DIVISION])) if divided else Per.WHOLE
    return Promotion(best, draw(st.just("") | unit_words), share, per)


@st.composite
def stages(draw: st.DrawFn, opens: int, late: int, closes: int, passing: bool, divided: bool) -> tuple[Stage, ...]:
    """Within the contest; one that could begin after the contest's last start (from `late` on) has a last start of its own."""
    made: list[Stage] = []
    named = draw(st.lists(codes, max_size=3, unique=True))
    for code in named:
        first, last, end = sorted(draw(st.lists(st.integers(opens, closes), min_size=3, max_size=3, unique=True)))
        after = draw(st.just("") | st.sampled_from([one.code for one in made])) if made else ""
        promoted = perhaps(promotions(divided)) if code != named[-1] else st.none()
        own = draw(perhaps(blueprints))
        made.append(
            Stage(
                code, draw(words), draw(perhaps(st.just(first))), draw(st.just(last) if first > late else perhaps(st.just(last))), draw(perhaps(st.just(end))),
                own, draw(perhaps(clocks)), draw(perhaps(limits(passing))), after,
                draw(st.just(0) | points) if after else 0, draw(st.booleans()), draw(promoted), own is not None and draw(st.booleans()),
            )
        )  # fmt: skip
    if made and not any(stage.counts for stage in made):
        made[-1] = replace(made[-1], counts=True)
    return tuple(made)


@st.composite
def grades(draw: st.DrawFn, title: str, least: st.SearchStrategy, alone: bool, free: bool) -> Grade:
    """A number, a share, or, where something is least, neither."""
    own = () if alone else draw(least)
    how = draw(st.sampled_from(["quota", "share", *(["all"] if own or free else [])]))
    if how != "share":
        return Grade(title, draw(few) if how == "quota" else None, None, False, own)
    at_least, more = draw(st.integers(0, 9)), draw(st.integers(1, 9))
    return Grade(
        title, None, draw(fractions), not alone and draw(st.booleans()), own, at_least, draw(perhaps(st.just(at_least + more))),
        draw(st.sampled_from(Rounding)),
    )  # fmt: skip


@st.composite
def commendations(
    draw: st.DrawFn, divisions: tuple[str, ...], staged: tuple[str, ...], asked: st.SearchStrategy, before: tuple[Commendation, ...]
) -> Commendation:  # fmt: skip
    title, of = draw(words), draw(st.sampled_from(Of))
    is_units = of is Of.UNITS
    numbers = st.integers(0, 10**9).map(lambda number: Fraction(number, 1_000))
    least = several(
        st.tuples(asked if is_units else st.sampled_from([Metric.POINTS, Metric.PAPERS]), numbers), unique_by=lambda one: one[0]
    )
    every = draw(least)
    listed = [draw(grades(draw(words), least, False, bool(every))) for _ in range(draw(st.integers(0, 2)))]
    known = [one.title for one in before if one.of is of and not any(two.title == one.title and two.of is not of for two in before)]
    return Commendation(
        title, of, tuple(listed) or (draw(grades(title, least, True, bool(every))),), draw(several(unit_words, unique=True)),
        draw(several(st.sampled_from(divisions), unique=True)) if divisions else (),
        draw(st.sampled_from(Per if divisions else [Per.WHOLE, Per.KIND])), draw(st.just("") | unit_words), draw(st.sampled_from(Line)),
        every,
        draw(several(st.tuples(asked, fractions), unique_by=lambda one: one[0])) if is_units else (),
        draw(several(asked, unique=True)) if is_units else (),
        draw(several(st.sampled_from(known), unique=True)) if known else (),
        draw(st.sampled_from(["", *staged])), None if is_units else draw(perhaps(few)),
    )  # fmt: skip


@st.composite
def commended(draw: st.DrawFn, divisions: tuple[str, ...], staged: tuple[str, ...], asked: st.SearchStrategy) -> tuple[Commendation, ...]:
    made: tuple[Commendation, ...] = ()
    for _ in range(draw(st.integers(0, 3))):
        made = (*made, draw(commendations(divisions, staged, asked, made)))
    return made


@st.composite
def tickets(draw: st.DrawFn, staged: bool, titles: list[str]) -> TicketRules:
    when, excepted = draw(conditions), draw(several(st.sampled_from(titles), unique=True)) if titles else ()
    wins = draw(st.sampled_from(Wins)) if staged else Wins.CONTEST
    if staged and draw(st.booleans()):
        return TicketRules(when, stages=draw(few), excepted=excepted, wins=wins)
    per_stage = draw(perhaps(few)) if staged else None
    return TicketRules(when, draw(perhaps(few)), None, draw(perhaps(few)), per_stage, draw(perhaps(few)), excepted, wins)


@st.composite
def prizes(draw: st.DrawFn, each_stage: bool) -> tuple[Prize, ...]:
    flags = st.booleans() if each_stage else st.just(False)
    return draw(several(st.builds(Prize, words, st.integers(1, 10_000_000), flags, conditions)))


@st.composite
def bands(draw: st.DrawFn) -> tuple[Band, ...]:
    """The bands of one metric, the highest first."""
    of, least = draw(comparable), sorted(draw(several(st.integers(0, 10**6), 1, unique=True)), reverse=True)
    return tuple(Band(of, Fraction(value, 100), draw(st.just(0) | points)) for value in least)


@st.composite
def units(draw: st.DrawFn, passing: bool, least_mean: st.SearchStrategy) -> UnitRules:
    by, then = draw(weights), draw(several(metrics, unique=True))
    first, *further = draw(several(steps, 1))
    banded = draw(several(bands(), 1 if Metric.BANDS in (*then, *(metric for metric, _ in by)) else 0, unique_by=lambda one: one[0].of))
    looked_at = {*then, *(metric for metric, _ in by), *(one.of for one in (first, *further)), *(one[0].of for one in banded)}
    if looked_at & OF_PASSING and not passing:
        by, then, first, further, banded = ((Metric.RATE, Fraction(1)),), (), Steps(), [], ()
    bonus = draw(points if Metric.BONUS in looked_at else st.just(0) | points)
    return UnitRules(
        by, then, draw(few), first, bonus, draw(st.integers(0, 99)), draw(few), draw(perhaps(fractions)),
        draw(perhaps(least_mean)), draw(st.integers(0, 9)), tuple(further), tuple(band for one in banded for band in one),
        -draw(st.integers(0, 9)),
    )  # fmt: skip


@st.composite
def divisions(draw: st.DrawFn, named: list[str], *, chosen: bool) -> tuple[Division, ...]:
    """Some with papers of their own; a kind of unit is in one division only, and in none where people choose."""
    made = []
    for n, code in enumerate(named):
        own, kinds = draw(perhaps(blueprints)), (f"类型{n}", "#")[: 1 + (n == 0)]
        made.append(Division(code, draw(words), () if chosen else kinds, own, own is not None and draw(st.booleans())))
    return tuple(made)


@st.composite
def contests(draw: st.DrawFn) -> ContestRules:
    opens, last, closes = sorted(draw(st.lists(moments, min_size=3, max_size=3, unique=True)))
    blueprint = draw(blueprints)
    marks = st.integers(1, blueprint.points)
    pass_points = draw(perhaps(marks))
    passing = pass_points is not None
    named = draw(st.lists(slugs, max_size=2, unique=True))
    listed = draw(stages(opens, last, closes, passing, bool(named)))
    cycle = None if listed else draw(perhaps(st.sampled_from([Span.DAY, Span.WEEK, Span.MONTH])))
    staged = bool(listed or cycle)
    counting = draw(countings.filter(lambda counting: staged or counting.each is not Span.STAGE))
    sub_score = draw(perhaps(sub_scores))
    ties = [tie for tie in draw(st.lists(st.sampled_from(Tie), unique=True)) if tie is not Tie.SUB_SCORE or sub_score is not None]
    chosen = bool(named) and draw(st.booleans())
    divided = draw(divisions(named, chosen=chosen))
    invited = draw(several(st.sampled_from(named), unique=True)) if named else ()
    listed = tuple(replace(stage, divisions=draw(st.sampled_from([(), invited]))) for stage in listed)
    codes_of = (*(stage.code for stage in listed if stage.counts), *([f"{cycle}-1"] if cycle else []), *([EACH] if staged else []))
    ranked = draw(units(passing, marks))
    missing = {Metric.BONUS: ranked.most_bonus, Metric.BANDS: ranked.bands} | dict.fromkeys(OF_PASSING, passing)
    asked = [metric for metric in Metric if missing.get(metric, True)]
    papers, own_clocks = [one.blueprint for one in [*listed, *divided] if one.blueprint], [one.clock for one in listed]
    honoured = draw(commended(() if chosen else tuple(named), codes_of, st.sampled_from(asked)))
    earned = draw(perhaps(tickets(staged, sorted({rule.title for rule in honoured if rule.of is Of.PEOPLE}))))
    made = ContestRules(
        slug=draw(slugs),
        title=draw(words),
        opens_at=opens,
        last_start=draw(st.sampled_from([last, closes])),
        closes_at=closes,
        blueprint=draw(st.sampled_from([blueprint, *papers])),
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
        divisions=divided,
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
            chosen,
        ),
        units=ranked,
        board=BoardRules(
            draw(st.sampled_from(Board)), draw(st.sampled_from(Board)), draw(perhaps(moments)), draw(st.booleans()),
            draw(st.booleans()) if staged else False,
        ),
        commendations=honoured,
        tickets=earned,
        prizes=draw(prizes(staged and earned.stages is None)) if earned is not None else (),
    )  # fmt: skip
    assume(not list(of_rules(made)))
    return made


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
        "  rank_by: {steps: 60%, bands: 40%, bonus: 100%}",
        "counts: sum_of_stages",
        "valid: {points: 60, time: 30秒}",
        "marking: {multiple: per_right, per_right: 0.5}",
        "- {title: 参与奖, count: 50, each_stage: 是}",
    ):
        assert line in written.splitlines()
