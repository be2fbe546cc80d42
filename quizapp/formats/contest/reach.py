"""The most that a sitting of each paper of a contest can give."""

from collections.abc import Sequence
from dataclasses import dataclass

from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Combine, Span, Take
from quizapp.rules.papers import Draw
from quizapp.rules.stages import at_stage, is_for
from quizapp.rules.units import Metric

OF_A_HUNDRED = {Metric.RATE, Metric.SCORE_RATE, Metric.FULL_RATE, Metric.PASS_RATE, Metric.PASS_OF_ALL}
"""Metrics that end at 100."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One sitting at the most: worth (hundredths), items, time; `field` and `title` are of the stage or division whose it is, empty
    for the contest's own; `stage` is the code of the stage in which it is sat."""

    field: str
    title: str
    stage: str
    worth: int
    items: int
    time_ms: int | None
    counts: bool
    draws: Sequence[Draw]


def papers(rules: ContestRules) -> list[Paper]:
    """What is sat, stage by stage where a file lists stages, and there by whom."""
    found = []
    for n, stage in enumerate(rules.stages or (None,)):
        own = [(f"stages.{n}", stage.title, "")] if stage else [("", "", "")]
        if stage is None or stage.blueprint is None:
            divided = [(f"divisions.{m}", one.title, one.code) for m, one in enumerate(rules.divisions) if one.blueprint]
            own = divided if len(divided) == len(rules.divisions) > 0 else own + divided
        for field, title, code in own:
            if stage is None or not code or is_for(stage, code):
                at = at_stage(rules, stage, code or None)
                paper, where, counts = at.blueprint, stage.code if stage else "", stage is None or stage.counts
                worth, limit = at.full_marks, at.clock.paper_ms
                found.append(Paper(field, title, where, worth, paper.total, limit, counts, paper.draws))
    return found


def adds_up(rules: ContestRules) -> bool:
    """Whether more than one sitting can make a standing."""
    how = rules.counting
    return how.combine is Combine.SUM and (how.take is Take.ALL or how.each is not Span.WHOLE)
