"""What the form of a contest shows, section by section: every field of a contest file with its label and a line of help."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from quizapp.formats.contest.form_awards import AWARDS, BOARD, ENTRY, UNITS
from quizapp.formats.contest.form_shapes import Field, Shape
from quizapp.rules.items import Difficulty
from quizapp.rules.wording.marking import KINDS

_KINDS = {"": "不限"} | {str(kind): words for kind, words in KINDS.items()}
_DIFFICULTIES = {"": "不限"} | {str(one): f"{one.value}题" for one in Difficulty}
_MOMENT = "写成 2027-06-01 09:00；一天结束可写 24:00"
_PARTIAL = {"each": "按对的比例得分", "exact": "全对才得分"}


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    about: str
    fields: tuple[Field, ...]


def _inside(part: str, one: Field) -> Field:
    """A field of a stage's own part, as the contest has it."""
    return replace(one, path=f"{part}.{one.path}")


_DRAW = (
    Field("bank", "题库", "从哪个题库抽", offers="banks"),
    Field("kind", "题型", "只抽这一种", Shape.CHOICE, _KINDS),
    Field("topic", "专题", "不填为不限", offers="topics"),
    Field("difficulty", "难度", "只抽这一档", Shape.CHOICE, _DIFFICULTIES),
    Field("count", "题数", "抽几道"),
    Field("points", "每题分数", "可写 2.5"),
)
_CONDITIONS = (
    Field("all_right", "全部答对", "每一题都对", Shape.TICK),
    Field("right", "至少答对几题", "例如 4"),
    Field("points", "至少得几分", "例如 60"),
    Field("time", "至少用时", "例如 30秒，防止乱点"),
    Field("within", "至多用时", "例如 60秒"),
)
_LIMITS = (
    Field("per_day", "每天几次", "不填为不限"),
    Field("total", "一共几次", "不填为不限"),
    Field("practice_per_day", "每天练习几次", "练习不计成绩，不填为没有练习", default="0", more=True),
    Field("retakes", "补考几次", "次数用完仍不合格的可以再考，要有合格分", default="0", more=True),
    Field("cooldown", "间隔多久", "交卷后隔多久才能再答，例如 10分钟", more=True),
)
_CLOCK = (
    Field("paper", "整卷限时", "例如 20分钟、1小时30分；整卷和每题至少填一个"),
    Field("item", "每题限时", "例如 20秒；填了就按顺序答、不能返回"),
    Field("full_time", "晚开始的人也给足时间", "不勾：到截止时间一律交卷", Shape.TICK),
    Field("grace", "网络宽限", "迟到多久仍算按时，不填为2秒", default="2秒", more=True),
)
_OWN_PAPER = (
    Field("draw", "组卷", "一行一类题", Shape.ROWS, columns=_DRAW),
    Field("shuffle.items", "题目顺序每人不同", "", Shape.TICK, default=True, more=True),
    Field("shuffle.choices", "选项顺序每人不同", "", Shape.TICK, default=True, more=True),
)
_STAGE = (
    Field("title", "名称", "例如 初赛、第一天、第一关"),
    Field("code", "编码", "小写字母、数字和连字符"),
    Field("opens_at", "开始时间", "不填同竞赛"),
    Field("last_start", "最后开始", "不填同截止时间", more=True),
    Field("closes_at", "截止时间", "不填同竞赛"),
    Field("counts", "计入成绩", "不勾：训练，不计成绩", Shape.TICK, default=True),
    Field("paper", "自己的试卷", "不设则用竞赛的试卷", Shape.GROUP, columns=(
        *_OWN_PAPER, Field("study", "这些题可供学习", "阶段开始后能翻看题目和答案", Shape.TICK, more=True),
    )),
    Field("clock", "自己的限时", "不设则同竞赛", Shape.GROUP, columns=_CLOCK),
    Field("sittings", "自己的次数", "不设则同竞赛", Shape.GROUP, columns=_LIMITS),
    Field("after", "先过前面的阶段", "得到几分才能进入", Shape.GROUP, columns=(
        Field("stage", "哪个阶段", "排在前面的阶段", offers="stages"),
        Field("points", "至少几分", "例如 80"),
    )),
    Field("promote", "晋级", "前几名进入下一阶段，末位并列的一并晋级", Shape.GROUP, columns=(
        Field("best", "前几名", "例如 3；名次和比例只填一个"),
        Field("share", "前百分之几", "例如 10%，不足1人的按1人计"),
        Field("per", "名额对谁而言", "全体共用，还是每个组别各取", Shape.CHOICE, {"whole": "全体", "division": "每个组别各取"}, "whole"),
        Field("per_unit", "每个什么单位里", "单位类型，例如 企业；不填为全体"),
    )),
    Field("divisions", "只限这些组别", "填组别编码；不填为人人都能参加", Shape.LIST, more=True),
)  # fmt: skip
_DIVISIONS = Field("divisions", "组别", "分组排名，按单位类型归组或参加时自选；不分组就不用加", Shape.ROWS, columns=(
    Field("title", "名称", "例如 企业组"),
    Field("code", "编码", "小写字母、数字和连字符"),
    Field("unit_kinds", "单位类型", "例如 企业、危化企业；自选组别的不填", Shape.LIST),
    Field("paper", "自己的试卷", "不设则用竞赛的试卷；阶段有自己试卷的，人人都答阶段的", Shape.GROUP, columns=(
        *_OWN_PAPER, Field("study", "这些题可供学习", "开赛前后都能翻看题目和答案", Shape.TICK, more=True),
    )),
), begin={"code": "group-{n}"})  # fmt: skip

_BASICS = (
    Field("title", "竞赛名称", "参赛人员看到的名称，例如 新安法知多少"),
    Field("contest", "竞赛代码", "写在网址里，例如 xinanfa-2027，启用后不再改"),
    Field("organiser", "主办单位", "不填则用系统设置里的"),
    Field("telephone", "咨询电话", "参赛人员有问题时打的电话"),
    Field("about", "说明", "写在竞赛首页，例如 自愿参加，不收费，不作个人考核", Shape.NOTE),
    Field("zone", "时区", "开始、截止和“每天”按它算，不填为北京时间", default="Asia/Shanghai", more=True),
)
_TIMES = (
    Field("opens_at", "开始时间", _MOMENT),
    Field("last_start", "最后开始时间", "此后不能再开始，不填同截止时间"),
    Field("closes_at", "截止时间", "到此必须交卷，例如 2027-06-30 24:00"),
    Field("cycle", "按日历分阶段", "每天、每周、每月重新算次数；与阶段只用一种", Shape.CHOICE,
          {"": "不分", "day": "每天", "week": "每周（周一起）", "month": "每月"}),
    Field("stages", "阶段", "轮次、每日主题、关卡；不分阶段就不用加", Shape.ROWS, columns=_STAGE,
          begin={"code": "stage-{n}", "title": "第{n}阶段"}),
)  # fmt: skip
_PAPER = (
    Field("paper.draw", "组卷", "一行一类题：从哪个题库抽几道，每道几分", Shape.ROWS, columns=_DRAW),
    Field("paper.shuffle.items", "题目顺序每人不同", "防止互相抄", Shape.TICK, default=True),
    Field("paper.shuffle.choices", "选项顺序每人不同", "防止互相抄", Shape.TICK, default=True),
    Field("paper.study", "这些题可供学习", "开赛前后都能翻看可能考到的题目和答案", Shape.TICK),
)
_TIMING = (
    *(_inside("clock", one) for one in _CLOCK if one.shape is Shape.TEXT),
    *(_inside("sittings", one) for one in _LIMITS),
    *(_inside("clock", one) for one in _CLOCK if one.shape is Shape.TICK),
    Field("extra.share", "分享换机会", "每天最多几次；平台可能屏蔽诱导分享的链接", more=True),
    Field("extra.invite", "邀请换机会", "每天最多几次；容易变成摊派，请慎用", more=True),
)
_COUNTS = {
    "best": "最好一次", "last": "最后一次", "first": "第一次", "sum": "各次相加", "mean": "各次平均", "sum_of_days": "每天最好一次相加",
    "sum_of_weeks": "每周最好一次相加", "sum_of_stages": "每阶段最好一次相加", "valid": "有效次数", "days": "有效天数",
}  # fmt: skip
_TIES = {
    "time": "计入成绩的用时少", "total_time": "全部用时少", "finish": "交卷早", "sub_score": "指定部分得分高", "sittings": "次数少",
    "lot": "抽签",
}  # fmt: skip
_MARKING = (
    Field("counts", "多次答题怎样计成绩", "每人最后算哪几次", Shape.SPELLED, _COUNTS, "best", columns=(
        Field("take", "取有效答题中的哪几次", "", Shape.CHOICE, {"best": "最好一次", "last": "最后一次", "first": "第一次", "all": "各次"}, "best"),
        Field("each", "在什么之内取", "", Shape.CHOICE, {
            "whole": "整个竞赛", "stage": "每个阶段", "month": "每月", "week": "每周", "day": "每天",
        }, "whole"),
        Field("most", "只取其中最好的几次", "例如 7；不填为全部"),
        Field("as", "取出的几次怎样合起来", "", Shape.CHOICE, {"sum": "相加", "mean": "平均", "number": "计次数，一次1分"}, "sum"),
    )),
    Field("pass", "合格分", "不填则不分合格与否"),
    Field("ties", "得分相同时依次比", "从上往下比；都空着为并列", Shape.ORDER, _TIES, ["time", "finish"]),
    Field("marking.multiple", "多选题", "少选、错选怎样给分", Shape.CHOICE, {
        "exact": "全对才得分", "half": "少选得一半，错选不得分", "short": "漏选得固定的分，错选不得分",
        "per_right": "少选按选对的项得分，错选不得分",
        "per_right_less_wrong": "选对得分、选错扣分",
    }, "exact"),
    Field("marking.short", "多选漏选得几分", "只用于“漏选得固定的分”，例如 1", more=True),
    Field("marking.per_right", "多选每对一项几分", "不填为该题分数除以正确项数", more=True),
    Field("marking.per_wrong", "多选每错一项扣几分", "只用于“选对得分、选错扣分”", more=True),
    Field("marking.wrong", "单选、判断答错扣几分", "整卷不低于0分，不填为不扣", more=True),
    Field("marking.unanswered", "不答的题得几分", "不填为0分", more=True),
    *(Field(f"marking.{name}", words, "部分答对怎样给分", Shape.CHOICE, _PARTIAL, "exact" if name == "order" else "each", more=True)
      for name, words in (("blank", "填空题"), ("order", "排序题"), ("match", "配对题"), ("hotspot", "找隐患题"))),
    Field("marking.essay_gap", "论述题两人评分相差多少由第三人裁定", "占该题分数的几成，不填为20%", default="20%", more=True),
    Field("valid", "有效的条件", "达到的一次才有效；不设则都有效", Shape.GROUP, columns=_CONDITIONS),
    Field("worth.all_right", "全部答对另加几分", "不填为不加", more=True),
    Field("worth.streak", "连续答对加分", "连对第1、2、3…题各加几分，例如 0、1、2、3", Shape.LIST, more=True),
    Field("worth.steps", "按档计分", "不用各题得分，改按档计：从上往下看第一个符合的", Shape.ROWS, more=True,
          columns=(*_CONDITIONS, Field("worth", "计几分", "符合这一档的得分"))),
    Field("sub_score", "指定部分", "得分相同时比这一部分，要和上面的“指定部分得分高”一起用", Shape.GROUP, more=True, columns=(
        Field("kind", "题型", "例如 多选题", Shape.CHOICE, _KINDS),
        Field("topic", "专题", "不填为不限", offers="topics"),
        Field("bank", "题库", "不填为不限", offers="banks"),
    )),
)  # fmt: skip

SECTIONS = (
    Section("basics", "基本信息", "竞赛叫什么，由谁主办。", _BASICS),
    Section("times", "时间与阶段", "什么时候开始、截止，分不分阶段。", _TIMES),
    Section("paper", "试卷", "从题库里抽哪些题，每题几分。", _PAPER),
    Section("timing", "限时与次数", "一次答多久，可以答几次。", _TIMING),
    Section("marking", "评分", "怎样给分，多次答题算哪一次，得分相同怎么办。", _MARKING),
    Section("entry", "参加", "谁可以参加，怎样进入，要填什么。", (*ENTRY, _DIVISIONS)),
    Section("units", "单位排名", "单位按什么排，达到什么才有名次。", UNITS),
    Section("board", "公布与榜单", "成绩、答案和榜单什么时候给谁看。", BOARD),
    Section("awards", "表扬与抽奖", "通报表扬谁、取几名，抽什么奖。都可以不设。", AWARDS),
)


def all_fields() -> tuple[Field, ...]:
    return tuple(one for section in SECTIONS for one in section.fields)


def labels() -> dict[str, str]:
    """How the names of a contest file, fields and options, are called in the form, where only one thing is called so."""
    called: dict[str, set[str]] = {}
    for one in _every(all_fields()):
        for name, words in [(one.path.rpartition(".")[2], one.label), *one.options.items()]:
            called.setdefault(name, set()).add(words)
    alone = {name: next(iter(words)) for name, words in called.items() if len(words) == 1 and name.isascii()}
    return (
        alone
        | {one.path: one.label for one in all_fields() if "." not in one.path}
        | {"paper": "整卷限时", "clock": "限时"}
    )


def offered() -> Iterator[tuple[str, str]]:
    """Every option: its word in a contest file, and how the form calls it."""
    for one in _every(all_fields()):
        yield from one.options.items()


def _every(fields: tuple[Field, ...]) -> Iterator[Field]:
    for one in fields:
        yield one
        yield from _every(one.columns)
