"""What the form of a contest shows of who takes part, how units are ranked, what is shown and who is commended."""

from quizapp.formats.contest.form_shapes import Field, Shape
from quizapp.rules.commendations import METRIC_WORDS
from quizapp.rules.units import Metric

_METRICS = {str(metric): words for metric, words in METRIC_WORDS.items()}
_RELEASES = {"at_once": "交卷后", "at_end": "竞赛结束后", "published": "结果公布后", "never": "不给看"}
_BOARDS = {"live": "随时可看", "hidden": "不公开"}
_DIRECT = {name: words for name, words in _METRICS.items() if name not in (Metric.STEPS, Metric.BONUS, Metric.BANDS)}

ENTRY = (
    Field("entry.doors", "怎样进入", "至少选一种", Shape.TICKS, {
        "link": "扫本单位的二维码", "roster": "名册中的人凭登录码", "account": "用账号登录",
    }, ["link", "roster", "account"]),
    Field("entry.units", "只限这些单位及其下级", "填单位编码，用顿号或空格隔开；不填为不限", Shape.LIST),
    Field("entry.unit_changes", "可以换几次单位", "不填为1次", default="1"),
    Field("entry.change_within", "多久之内可以换", "例如 7天；不填为到竞赛结束", more=True),
    Field("entry.minors", "未成年人竞赛", "只用班级和座号，不公开姓名", Shape.TICK),
    Field("entry.guests", "没有单位的人也能答", "不计入排名", Shape.TICK),
    Field("entry.ask", "另外要填", "姓名、手机、单位之外；没有必要就不要收", Shape.TICKS, {
        "id_number": "身份证号", "address": "地址", "post": "职务",
    }, more=True),
    Field("entry.gate", "开始前必须看完的内容", "第一次开始前显示，可不填", Shape.NOTE, more=True),
    Field("entry.check_in", "签到过的人才能开始", "正式考试用", Shape.TICK, more=True),
    Field("entry.room_code", "凭考场口令开始", "正式考试用", Shape.TICK, more=True),
    Field("entry.choose_division", "参加时自选组别", "不勾：按单位类型归组", Shape.TICK, more=True),
)  # fmt: skip

UNITS = (
    Field("units.rank_by", "按什么排", "一个指标（不填权重），或几个指标各乘权重相加，例如 60%；率都按0到100计", Shape.PAIRS,
          _METRICS, "mean"),
    Field("units.then", "仍相同的依次再比", "从上往下比；都空着为并列", Shape.ORDER, _METRICS),
    Field("units.min_people", "至少几人才有名次", "不填为1人", default="1"),
    Field("units.min_rate", "至少多高的参与率", "例如 60%；不填为不要求"),
    Field("units.min_mean", "至少多高的平均分", "不填为不要求"),
    Field("units.hide_mean_below", "不足几人不公开平均分", "免得看出个人的得分，不填为5人", default="5"),
    Field("units.top", "取最好的几人", "用于“最好若干人”的指标，不填为10人", default="10", more=True),
    Field("units.shrink", "平均分按人数修正", "视同每个单位另有几人、分数为全体平均；不填为不修正", more=True),
    Field("units.bonus.most", "官员最多加几分", "用于“加分”的指标，须写理由", more=True),
    Field("units.bonus.least", "官员最多扣几分", "组织不力的扣分，写负数，例如 -5；不填为不扣", more=True),
    Field("units.steps", "名次分", "用于“名次分”的指标：同类单位按一个指标排名，按名次给分；几行的相加", Shape.ROWS, columns=(
        Field("of", "按什么排", "", Shape.CHOICE, _DIRECT, "people"),
        Field("first", "第1名几分", "不填为100分", default="100"),
        Field("step", "以后每名少几分", "不填为5分", default="5"),
        Field("least", "最低几分", "不填为0分", default="0"),
        Field("values", "逐名列出", "例如 100、90、85、80，其余的得最低分；不填为每名少同样的分", Shape.LIST, more=True),
        Field("weight", "占多少", "几行相加时的权重，例如 40%；不填为1", more=True),
    ), more=True),
    Field("units.bands", "分段计分", "用于“分段计分”的指标：每个指标从高到低，够哪一档计哪一档的分", Shape.ROWS, columns=(
        Field("of", "看什么", "", Shape.CHOICE, _DIRECT),
        Field("from", "不低于", "率按0到100写，例如 90"),
        Field("points", "计几分", "例如 30"),
    ), more=True),
)  # fmt: skip

BOARD = (
    Field("release.score", "成绩什么时候给看", "本人的得分和用时", Shape.CHOICE, _RELEASES, "at_once"),
    Field("release.key", "答案什么时候给看", "本人的答卷、正确答案和解析", Shape.CHOICE, _RELEASES, "at_once"),
    Field("board.people", "个人榜", "姓名一律打星号", Shape.CHOICE, _BOARDS, "live"),
    Field("board.units", "单位榜", "只列有名次的单位", Shape.CHOICE, _BOARDS, "live"),
    Field("board.freeze_at", "封榜时间", "从此榜单不再更新，到竞赛结束；不填为不封"),
    Field("board.places", "并列之后", "并列第2名之后是第4名还是第3名", Shape.CHOICE, {
        "standard": "跳号（1 2 2 4）", "dense": "不跳号（1 2 2 3）",
    }, "standard"),
    Field("board.each_stage", "每个阶段重新计分、分别排名", "要有阶段", Shape.TICK),
)  # fmt: skip

_QUOTA = (
    Field("quota", "取几名", "名额和比例只填一个；都不填，达到要求的都取"),
    Field("share", "取百分之几", "例如 10%，取整数部分"),
)
_OF_SHARE = (
    Field("at_least", "比例：至少取几名", "例如 1，即不足1名的按1名", more=True),
    Field("at_most", "比例：最多取几名", "例如 20；不填为不限", more=True),
    Field("round", "比例：不是整数时", "", Shape.CHOICE, {"down": "舍去小数", "up": "进一", "nearest": "四舍五入"}, "down", more=True),
)
AWARDS = (
    Field("commendations", "通报表扬", "一行一种表扬：给谁、取几名、至少要达到什么", Shape.ROWS, columns=(
        Field("title", "名称", "例如 优秀组织单位"),
        Field("of", "表扬", "单位还是个人", Shape.CHOICE, {"units": "单位", "people": "个人"}),
        *_QUOTA,
        Field("per", "名额对谁而言", "全体共用，还是各取各的", Shape.CHOICE, {
            "whole": "全体", "kind": "每类单位各取", "division": "每个组别各取",
        }, "whole"),
        Field("line", "末位并列", "名额最后一名有并列时", Shape.CHOICE, {"none": "都不取", "all": "都取"}, "none"),
        Field("kinds", "只在这些单位类型中", "例如 镇街、企业；不填为不限", Shape.LIST),
        Field("least", "至少要达到", "率按0到100写；平均分按原值，不按人数修正；对个人只能要求总分和有效答卷数", Shape.PAIRS, _METRICS),
        Field("per_unit", "每个什么单位里各取", "单位类型，例如 镇街", more=True),
        Field("divisions", "只在这些组别中", "填组别编码；不填为不限", Shape.LIST, more=True),
        Field("rank_by", "单位按什么取", "例如组织奖按参与人数；不填，同单位排名", Shape.PAIRS, _METRICS, "", more=True),
        Field("then", "仍相同的依次再比", "只用于单位", Shape.ORDER, _METRICS, more=True),
        Field("most_per_unit", "一个单位最多几人", "只用于个人；超出的由后面的递补", more=True),
        Field("except", "已获哪些表扬的不再取", "填排在前面的名称，用顿号隔开", Shape.LIST, more=True),
        Field("stage", "只按哪个阶段的答题", "填阶段编码，按日历分的例如 week-1；填 each 为每个阶段各取；不填为全部成绩", more=True),
        *_OF_SHARE,
        Field("grades", "分等次", "依次取一等奖、二等奖；分了等次，上面的名额和比例就空着", Shape.ROWS, columns=(
            Field("title", "名称", "例如 一等奖"),
            *_QUOTA,
            Field("least", "至少要达到", "例如 90分以上的一等奖，填总分 90", Shape.PAIRS, _METRICS),
            *_OF_SHARE,
            Field("of", "比例对谁而言", "", Shape.CHOICE, {"all": "符合条件的全部", "rest": "前面取剩下的"}, "all"),
        ), more=True),
    )),
    Field("tickets", "抽奖机会", "设了才有抽奖", Shape.GROUP, columns=(
        Field("when.right", "至少答对几题", "不填为有效即可"),
        Field("when.points", "至少得几分", "不填为有效即可"),
        Field("when.all_right", "全部答对", "", Shape.TICK),
        Field("when.time", "至少用时", "例如 30秒", more=True),
        Field("when.within", "至多用时", "例如 60秒", more=True),
        Field("per_right", "每答对几题一次机会", "不填为每次答题一次", more=True),
        Field("stages", "集齐几个阶段得一次机会", "例如 5", more=True),
        Field("per_day", "每天最多几次机会", "不填为不限"),
        Field("per_stage", "每阶段最多几次机会", "不填为不限", more=True),
        Field("total", "每人一共最多几次机会", "不填为不限"),
        Field("except", "得到哪些表扬的不参加抽奖", "填个人表扬的名称；不填为都参加", Shape.LIST, more=True),
        Field("wins", "每人最多中奖一次", "整个竞赛里，还是每个阶段里", Shape.CHOICE, {
            "contest": "整个竞赛", "stage": "每个阶段",
        }, "contest", more=True),
    )),
    Field("prizes", "奖品", "抽什么、几名", Shape.ROWS, columns=(
        Field("title", "名称", "例如 参与奖"),
        Field("count", "几名", "例如 50"),
        Field("each_stage", "每个阶段各抽这么多", "", Shape.TICK),
        Field("when.all_right", "只抽全部答对的", "其他答题得的机会不参加这一奖", Shape.TICK),
        Field("when.points", "只抽至少得几分的", "例如 100", more=True),
        Field("when.right", "只抽至少答对几题的", "例如 10", more=True),
        Field("when.time", "只抽用时至少多久的", "例如 30秒", more=True),
        Field("when.within", "只抽用时至多多久的", "例如 60秒", more=True),
    )),
)  # fmt: skip
