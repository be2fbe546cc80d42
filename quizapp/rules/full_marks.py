"""What can count for one person at most: the full marks that 平均得分率 is taken of."""

from fractions import Fraction

from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Combine, Span, Take
from quizapp.rules.stages import stages_for, stages_of


def most_points(rules: ContestRules) -> Fraction | None:
    """In points; None where it has no end or is not the same for all people and stages."""
    codes = ("", *(division.code for division in rules.divisions))
    found = {_most(rules, code) for code in codes} - {0}
    most = found.pop() if len(found) == 1 else None
    return None if most is None else Fraction(most, 100)


def _most(rules: ContestRules, division: str) -> int | None:
    """The same in hundredths for people of a division; 0 where no stage is for them."""
    how, marks = rules.counting, _marks(rules, division)
    by_stage = how.each is Span.STAGE and how.take is not Take.ALL
    if how.combine is Combine.NUMBER:
        return None
    if by_stage and how.combine is Combine.SUM and how.most is None and not rules.board.each_stage:
        return sum(marks)
    if len(set(marks)) != 1:
        return None if marks else 0
    times = how.most
    if by_stage and times is not None:
        times = min(times, len(marks))
    if how.combine is Combine.MEAN or (how.take is not Take.ALL and how.each is Span.WHOLE):
        times = 1
    if by_stage and rules.board.each_stage:
        times = 1
    return None if times is None else times * marks[0]


def _marks(rules: ContestRules, division: str) -> list[int]:
    """Full marks, hundredths, of a sitting in each stage that counts for people of a division."""
    paper = next((d.blueprint for d in rules.divisions if d.code == division and d.blueprint), rules.blueprint)
    if not stages_of(rules):
        return [rules.scoring.of(paper)]
    papers = [stage.blueprint or paper for stage in stages_for(rules, division) if stage.counts]
    marks = {each: rules.scoring.of(each) for each in set(papers)}
    return [marks[each] for each in papers]
