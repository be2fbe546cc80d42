"""Who is commended in a rehearsal, line by line of the notice: by the standings, or by the sittings of one stage alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from quizapp.rules.candidates import not_again
from quizapp.rules.commendations import EACH, Candidate, Commendation, Cut, Decision, Of, lists
from quizapp.rules.contests import ContestRules, Stage
from quizapp.rules.counting import Finished
from quizapp.rules.rehearsal.places import PersonPlace, Places
from quizapp.rules.stages import at_stage, stages_of
from quizapp.rules.units import Facts


@dataclass(frozen=True, slots=True)
class Commended:
    """One line of the notice: who could be commended, what became of each, where the grades of each list with anybody in it end; `stage` where its
    sittings alone decide."""

    rule: Commendation
    stage: str
    candidates: Mapping[str, Candidate]
    decisions: tuple[Decision, ...]
    lists: tuple[tuple[Cut, ...], ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """People and units as one stage, or the whole contest, leaves them."""

    places: Places
    people: Sequence[PersonPlace]
    facts: Mapping[int, Facts]


def commended(
    whole: Places, people: Sequence[PersonPlace], facts: Mapping[int, Facts], able: Mapping[str, Sequence[Finished]]
) -> Iterator[Commended]:
    """Everything, in the order of the file; `able`: all sittings that can make a standing."""
    seen = {"": _Seen(whole, people, facts)}
    taken: dict[str, set[str]] = defaultdict(set)
    for rule in whole.rules.commendations:
        for stage in _stages(rule, whole.rules):
            code = stage.code if stage else ""
            if stage and code not in seen:
                seen[code] = _at(whole, stage, able)
            yield (found := _commended(rule, code, seen[code], taken))
            taken[rule.title] |= {decision.key for decision in found.decisions if decision.grade is not None}


def _stages(rule: Commendation, rules: ContestRules) -> list[Stage | None]:
    if not rule.stage:
        return [None]
    return [stage for stage in stages_of(rules) if stage.counts and rule.stage in (EACH, stage.code)]


def _at(whole: Places, stage: Stage, able: Mapping[str, Sequence[Finished]]) -> _Seen:
    places = Places(replace(at_stage(whole.rules, stage), stages=(stage,)), whole.cast, whole.seed)
    made = {key: [s for s in sittings if s.stage == stage.code] for key, sittings in able.items()}
    return _Seen(places, places.people(made), places.facts(made))


def _commended(rule: Commendation, stage: str, seen: _Seen, taken: Mapping[str, set[str]]) -> Commended:
    cast = seen.places.cast
    if rule.of is Of.PEOPLE:
        own = [seen.places.person(row, rule.per_unit) for row in seen.people]
    else:
        above = () if rule.kinds else {unit.parent for unit in cast.units}
        units = [unit for unit in cast.units if unit.id not in above]
        own = [seen.places.unit(unit, seen.facts.get(unit.id) or Facts(headcount=unit.headcount), rule) for unit in units]
    meant = not_again(own, rule, taken)
    found = lists(meant, rule, dense=seen.places.rules.board.dense)
    ends = tuple(listed.cuts for listed in found if any(decision.place is not None for decision in listed.decisions))
    decisions = tuple(decision for listed in found for decision in listed.decisions)
    return Commended(rule, stage, {c.key: c for c in meant}, decisions, ends)
