"""What a rehearsal shows that a person should think about, as sentences; and how the figures are called."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from quizapp.rules.candidates import asked
from quizapp.rules.commendations import Line, Of
from quizapp.rules.items import Kind
from quizapp.rules.rehearsal import Rehearsal
from quizapp.rules.rehearsal.figures import Bin, Edge, Size, draws, edges
from quizapp.rules.speech import Length, Points, Sentence, fraction
from quizapp.rules.stages import at_stage, blueprints
from quizapp.rules.tickets import Wins
from quizapp.rules.units import Metric

SMALL = 10
"""Fewer participants make a unit small: one of them moves its mean by much."""


def remarks(found: Rehearsal) -> list[Sentence]:
    if not found.people:
        return [("没有人有成绩：请核对时间、阶段和次数", {})]
    return [
        *_people(found),
        *_sittings(found),
        *_commendations(found),
        *_units(found),
        *_draws(found),
        *_left_out(found),
    ]


def percent(part: int, whole: int) -> str:
    return f"{fraction(Fraction(round(1000 * part / whole), 10))}%" if whole else "—"


def _people(found: Rehearsal) -> Iterator[Sentence]:
    first = sum(row.place == 1 for row in found.people)
    if first > 1:
        yield "第1名有{count}人并列，同分时比什么（ties）分不出先后，可在末尾加 finish 或 lot", {"count": first}
    most = max(row.standing.points for row in found.people)
    best = sum(row.standing.points == most for row in found.people)
    if best > 1 and 5 * best >= len(found.people):
        said = "{count}人同为最高分{points}分，占{share}，名次主要由同分后比的项目决定"
        yield said, {"count": best, "points": Points(most), "share": percent(best, len(found.people))}
    if found.rules.pass_points is not None:
        passed = sum(row.standing.passed for row in found.people)
        yield "合格{count}人，占{share}", {"count": passed, "share": percent(passed, len(found.people))}


def _sittings(found: Rehearsal) -> Iterator[Sentence]:
    counted = [sat for sat in found.sittings if sat.counts]
    invalid = sum(not sat.made.valid for sat in counted)
    if invalid == len(counted):
        yield "没有一次答题有效，请核对 valid 的条件和一次答题能得的分", {}
    elif 4 * invalid >= len(counted):
        yield "{share}的答题无效，请核对 valid 的条件", {"share": percent(invalid, len(counted))}
    limits = {stage.code: at_stage(found.rules, stage).clock.paper_ms for stage in found.rules.stages}
    limits = limits or {"": found.rules.clock.paper_ms}
    out = sum(sat.made.time_ms >= limit for sat in counted if (limit := limits[sat.made.stage]) is not None)
    if 10 * out >= len(counted):
        yield "{share}的答题用完了限时还没有答完，限时可能太短", {"share": percent(out, len(counted))}
    entered = {sat.made.stage for sat in found.sittings}
    for stage in found.rules.stages:
        if stage.code not in entered:
            yield "阶段“{title}”没有人参加，请核对进入条件和时间", {"title": stage.title}


def _commendations(found: Rehearsal) -> Iterator[Sentence]:
    rules = {rule.title: rule for rule in found.rules.commendations}
    for edge in edges(found):
        places = {"title": name(edge), "most": edge.most, "room": edge.room, "taken": edge.taken, "lists": edge.tied}
        rule = rules[edge.title]
        places["who"] = "人" if rule.of is Of.PEOPLE else "个单位"
        if edge.tied and rule.line is Line.ALL:
            yield (
                "“{title}”末位并列（{lists}处，最多{most}{who}同名次），按规则都取：名额{room}个，取了{taken}个",
                places,
            )
        elif edge.tied:
            yield (
                "“{title}”末位并列（{lists}处，最多{most}{who}同名次），按规则都不取：名额{room}个，取了{taken}个",
                places,
            )
        elif not edge.taken:
            none = "人" if rule.of is Of.PEOPLE else "单位"
            yield "“{title}”没有{who}够条件，或名额太少一个也取不到", {**places, "who": none}
        elif edge.room is not None and edge.taken < edge.room:
            yield "“{title}”名额{room}个，够条件的只有{taken}{who}", places


def _units(found: Rehearsal) -> Iterator[Sentence]:
    above = {unit.parent for unit in found.cast.units}
    rows = [row for row in found.units if row.unit.id not in above]
    placed = sorted((row for row in rows if row.place is not None), key=lambda row: row.merit, reverse=True)
    if not placed:
        yield "没有一个单位有名次，请核对单位取得名次的条件", {}
    ahead = placed[: max(1, len(placed) // 10)]
    small = sum(row.facts.figures.people < SMALL for row in ahead)
    if placed and 2 * small > len(ahead):
        said = "排在前面的{count}个单位中有{small}个不足{least}人，人少的单位容易排到最前，可写 min_people 或 shrink"
        yield said, {"count": len(ahead), "small": small, "least": SMALL}
    if Metric.BONUS in {*found.rules.units.metrics, *asked(found.rules.commendations)}:
        yield "试演没有官员加分，一律按0分计", {}


def _draws(found: Rehearsal) -> Iterator[Sentence]:
    for title, count in Counter(found.excepted.values()).items():
        yield "有抽奖机会的人中，{count}人因获得“{title}”不参加抽奖", {"count": count, "title": title}
    if found.rules.tickets and not found.held:
        yield "没有人得到抽奖机会，请核对 tickets 的条件", {}
        return
    once = "一人在每个阶段只中一次" if found.rules.tickets and found.rules.tickets.wins is Wins.STAGE else "一人只中一次"
    for drawn in draws(found):
        if drawn.drawn < drawn.count:
            said = "“{title}”{stage}设{count}名，有机会的{holders}人，只抽出{drawn}名（{once}）"
            yield said, {
                "title": drawn.title, "stage": titles(found).get(drawn.stage, drawn.stage), "count": drawn.count,
                "holders": drawn.holders, "drawn": drawn.drawn, "once": once,
            }  # fmt: skip


def _left_out(found: Rehearsal) -> Iterator[Sentence]:
    if any(draw.kind is Kind.ESSAY for _, paper in blueprints(found.rules) for draw in paper.draws):
        yield "论述题由人评分，试演按一般水平估分", {}


def titles(found: Rehearsal) -> dict[str, str]:
    """The stages by their codes."""
    return {stage.code: stage.title for stage in found.rules.stages}


def name(edge: Edge) -> str:
    """优秀组织单位, 优秀个人·一等奖, 每周之星（第1周）."""
    grade = "" if edge.title == edge.grade else f"·{edge.grade}"
    return f"{edge.title}{grade}（{edge.stage}）" if edge.stage else f"{edge.title}{grade}"


def of_points(found: Bin) -> Sentence:
    return "{least}分起", {"least": Points(found.least)}


def of_time(found: Bin) -> Sentence:
    if not found.least:
        return "不到{below}", {"below": Length(found.below)}
    return "{least}起", {"least": Length(found.least)}


def of_size(size: Size) -> Sentence:
    if size.most is None:
        return "{least}人以上", {"least": size.least}
    if size.most == size.least:
        return "{least}人", {"least": size.least}
    return "{least}至{most}人", {"least": size.least, "most": size.most}
