"""What can count for one person at most: full marks that 平均得分率 is taken of, and what nobody can exceed."""

from collections.abc import Sequence
from fractions import Fraction

from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Combine, Span, Take
from quizapp.rules.stages import stages_for, stages_of


def most_points(rules: ContestRules) -> Fraction | None:
    """In points, where it has an end and is the same for all people and stages; else None."""
    found = {_most(rules, marks) if _is_even(rules, marks) else None for marks in _of_everybody(rules)}
    most = found.pop() if len(found) == 1 else None
    return None if most is None else Fraction(most, 100)


def most_standing(rules: ContestRules) -> int | None:
    """The most that anybody can stand at, hundredths; None where that depends on how often somebody sits."""
    found = [_most(rules, marks) for marks in _of_everybody(rules)]
    return max((most for most in found if most is not None), default=0) if None not in found else None


def _most(rules: ContestRules, marks: Sequence[int]) -> int | None:
    """The most of sittings with these full marks, one for each stage."""
    how = rules.counting
    worth = [100] * len(marks) if how.combine is Combine.NUMBER else sorted(marks, reverse=True)
    if how.combine is Combine.MEAN or (how.take is not Take.ALL and how.each is Span.WHOLE):
        return worth[0]
    if _by_stage(rules):
        return worth[0] if rules.board.each_stage else sum(worth[: how.most])
    return None if how.most is None else how.most * worth[0]


def _is_even(rules: ContestRules, marks: Sequence[int]) -> bool:
    """Whether the most is the same for everybody, whichever stages they sat in."""
    how = rules.counting
    all_summed = _by_stage(rules) and how.combine is Combine.SUM and how.most is None and not rules.board.each_stage
    return how.combine is not Combine.NUMBER and (all_summed or len(set(marks)) == 1)


def _by_stage(rules: ContestRules) -> bool:
    return rules.counting.each is Span.STAGE and rules.counting.take is not Take.ALL


def _of_everybody(rules: ContestRules) -> list[list[int]]:
    """The full marks of each division, and of those in none, as far as there is a stage for them."""
    codes = ("", *(division.code for division in rules.divisions))
    return [marks for code in codes if (marks := _marks(rules, code))]


def _marks(rules: ContestRules, division: str) -> list[int]:
    """Full marks, hundredths, of a sitting in each stage that counts for people of a division."""
    paper = next((d.blueprint for d in rules.divisions if d.code == division and d.blueprint), rules.blueprint)
    if not stages_of(rules):
        return [rules.scoring.of(paper)]
    papers = [stage.blueprint or paper for stage in stages_for(rules, division) if stage.counts]
    marks = {each: rules.scoring.of(each) for each in set(papers)}
    return [marks[each] for each in papers]
