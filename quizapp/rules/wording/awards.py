"""How prizes are drawn, as a notice prints it."""

from quizapp.rules.contests import ContestRules
from quizapp.rules.scoring import Condition
from quizapp.rules.speech import Sentence, Several, said
from quizapp.rules.tickets import TicketRules, Wins
from quizapp.rules.wording.marking import condition


def prizes(rules: ContestRules) -> list[Sentence]:
    """抽奖规则."""
    tickets = rules.tickets
    if tickets is None:
        return []
    found = [_earned(tickets)]
    caps = (
        ("每天最多{count}次", tickets.per_day), ("每个阶段最多{count}次", tickets.per_stage), ("每人最多{count}次", tickets.total),
    )  # fmt: skip
    capped = tuple(said(text, count=count) for text, count in caps if count is not None)
    if capped:
        found.append(said("抽奖机会{caps}", caps=Several(capped, "，")))
    for prize in rules.prizes:
        text = "{title}：每个阶段抽{count}名" if prize.each_stage else "{title}：抽{count}名"
        found.append(said(text, title=prize.title, count=prize.count))
        if prize.when != Condition():
            text = "“{title}”只在{condition}的答题得到的机会中抽取"
            found.append(said(text, title=prize.title, condition=condition(prize.when)))
    if tickets.excepted:
        titles = tuple(said("“{title}”", title=title) for title in tickets.excepted)
        found.append(said("获得{titles}的不参加抽奖", titles=Several(titles)))
    if rules.entry.guests:
        found.append(said("没有单位的人不参加抽奖"))
    return [*found, said(_FAIR[tickets.wins])] if rules.prizes else found


def _earned(tickets: TicketRules) -> Sentence:
    earning = Several((said("有效"),)) if tickets.when == Condition() else condition(tickets.when)
    if tickets.stages is not None:
        return said("在{count}个不同阶段有{condition}的答题，得1次抽奖机会", count=tickets.stages, condition=earning)
    if tickets.per_right is not None:
        return said("{condition}的每次答题，每答对{count}题得1次抽奖机会", condition=earning, count=tickets.per_right)
    return said("{condition}的每次答题，得1次抽奖机会", condition=earning)


_FAIR = {
    Wins.CONTEST: "抽奖用事先公布散列值的种子计算，结果人人可以复核；每人最多中奖一次",
    Wins.STAGE: "抽奖用事先公布散列值的种子计算，结果人人可以复核；每人在每个阶段最多中奖一次，不分阶段的奖品也最多中一次",
}
