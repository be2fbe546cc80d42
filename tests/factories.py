"""Making things with sensible defaults: banks, contests, units, the cast, and a client that speaks the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quizapp.models.base import Database
from quizapp.rules.contests import Clock as ClockRule
from quizapp.rules.contests import ContestRules, Limits
from quizapp.rules.items import Bank, Criterion, Item, Kind
from quizapp.rules.numerals import Range
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.pictures import Picture
from quizapp.rules.regions import Region
from quizapp.rules.roles import Role
from quizapp.rules.rows import UnitRow
from quizapp.services import accounts, banks, contests, unit_imports
from quizapp.services.audit import CLI

PASSWORD = "correct horse"
SECRET = "tests-only-secret-of-more-than-32-characters"
HOUR, DAY = 3_600_000, 86_400_000
MARKER = "只有答案里才有的话"
YARD = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200"><rect width="300" height="200" fill="#dde3ea"/></svg>'
PICTURES = {"images/yard.png": Picture("image/svg+xml", 1000, 667, YARD)}

UNITS = [
    UnitRow(1, "示例省", "99", "省"),
    UnitRow(2, "示例县", "9901", "区县", "99"),
    UnitRow(3, "东镇", "990101", "镇街", "9901"),
    UnitRow(4, "西镇", "990102", "镇街", "9901"),
    UnitRow(5, "东一厂", "99010101", "企业", "990101", 10),
    UnitRow(6, "东二厂", "99010102", "企业", "990101", 4),
    UnitRow(7, "西一厂", "99010201", "企业", "990102"),
]

CAST: list[tuple[str, Role, str | None]] = [
    ("alice", Role.CONTESTANT, "99010101"),
    ("bob", Role.CONTESTANT, "99010102"),
    ("carol", Role.CONTESTANT, "99010201"),
    ("olga", Role.ORGANISER, None),
    ("ofelia", Role.OFFICIAL, "990101"),
    ("otto", Role.OFFICIAL, "990102"),
    ("lena", Role.OFFICIAL, "99010101"),
    ("ada", Role.ADMIN, None),
]
_HASH = accounts.hash_password(PASSWORD)


OWN_KINDS = (Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE, Kind.BLANK, Kind.NUMERIC, Kind.ORDER, Kind.MATCH)


def _of_kind(number: int, kind: Kind) -> dict[str, Any]:
    """What the kinds have that are more than choices, truths and blanks."""
    cite = ("安全生产法 第五条",)
    regions = (
        Region(f"{MARKER}一", ((100, 100), (200, 200)), MARKER, cite),
        Region(f"{MARKER}二", ((500, 500), (700, 500), (600, 700))),
    )
    own = tuple(item(number * 100 + n, kind, id=f"t-{number}-{n}") for n, kind in enumerate(OWN_KINDS)) if kind is Kind.CASE else ()
    given: dict[Kind, dict[str, Any]] = {
        Kind.NUMERIC: {"key": Range(Decimal(number), Decimal(number), Decimal("0.375")), "unit": "米"},
        Kind.ORDER: {"choices": tuple(f"{number}题第{n}步" for n in (2, 0, 1)), "key": (1, 2, 0)},
        Kind.MATCH: {
            "left": tuple(f"{number}题左{n}" for n in range(3)),
            "choices": tuple(f"{number}题右{n}" for n in (2, 0, 1, 3)),
            "key": (1, 2, 0),
        },
        Kind.HOTSPOT: {"key": None, "image": "images/yard.png", "alt": "院子", "regions": regions},
        Kind.CASE: {"key": None, "items": own},
        Kind.ESSAY: {"key": None, "rubric": (Criterion(f"{MARKER}立意", 4000), Criterion("文字")), "least": 5, "most": 100},
    }
    return given[kind]


def item(number: int, kind: Kind = Kind.SINGLE, **over: Any) -> Item:
    """An item whose right answer is known from its number: single → choice number % 4."""
    given: dict[str, Any] = {
        "id": f"t-{number:03d}",
        "kind": kind,
        "stem": f"第{number}题（{kind}）",
        "topic": "总则",
        "explain": f"{MARKER}{number}",
        "cite": ("安全生产法 第五条",),
    }
    if kind is Kind.SINGLE:
        given |= {"choices": tuple(f"{number}题选项{n}" for n in range(4)), "key": (number % 4,)}
    elif kind is Kind.MULTIPLE:
        given |= {"choices": tuple(f"{number}题选项{n}" for n in range(4)), "key": (0, 2)}
    elif kind is Kind.JUDGE:
        given |= {"key": number % 2 == 0}
    elif kind is Kind.BLANK:
        given |= {"stem": f"第{number}题的____是什么", "key": (("主要负责人", "负责人"),)}
    else:
        given |= _of_kind(number, kind)
    return Item(**(given | over))


def bank(code: str = "tests", count: int = 12) -> Bank:
    """`count` single items and three of each other kind."""
    items = [item(n) for n in range(1, count + 1)]
    for offset, kind in ((100, Kind.MULTIPLE), (200, Kind.JUDGE), (300, Kind.BLANK)):
        items += [item(offset + n, kind) for n in range(1, 4)]
    return Bank(code, "测试题库", "测试", tuple(items))


def every_kind(code: str = "kinds") -> Bank:
    """One item of each kind."""
    return Bank(code, "各种题", "测试", tuple(item(n, kind) for n, kind in enumerate(Kind, 1)))


def rules(now: int, **over: Any) -> ContestRules:
    """A contest open since yesterday: four single items, one of each other kind, ten points each, ten minutes."""
    given: dict[str, Any] = {
        "slug": "june",
        "title": "六月竞赛",
        "opens_at": now - DAY,
        "last_start": now + 20 * DAY,
        "closes_at": now + 20 * DAY,
        "blueprint": PaperBlueprint(
            (
                Draw("tests", 4, 1000, Kind.SINGLE),
                Draw("tests", 1, 1000, Kind.MULTIPLE),
                Draw("tests", 1, 1000, Kind.JUDGE),
                Draw("tests", 1, 1000, Kind.BLANK),
            ),
            shuffle_items=False,
        ),
        "clock": ClockRule(paper_ms=600_000),
        "limits": Limits(per_day=2, practice_per_day=1),
    }
    return ContestRules(**(given | over))


@dataclass
class World:
    database: Database
    clock: Any
    contest: contests.Running

    @classmethod
    def make(cls, database: Database, clock: Any, **over: Any) -> "World":
        now = clock()
        with database.write() as session:
            unit_imports.import_units(session, CLI, UNITS, "units.csv", now)
            banks.import_bank(session, CLI, bank(), now)
            for login, role, unit in CAST:
                account = accounts.create_account(session, CLI, now, login=login, role=role, name=login.title(), unit_code=unit)
                account.password = _HASH
            contest = contests.apply_contest(session, CLI, rules(now, **over), now)
        return cls(database, clock, contest)

    def apply(self, **over: Any) -> contests.Running:
        """Change the rules of the contest, or add another with `slug`."""
        with self.database.write() as session:
            self.contest = contests.apply_contest(session, CLI, rules(self.clock(), **over), self.clock())
        return self.contest

    def add_account(self, login: str, unit: str | None = "99010101", role: Role = Role.CONTESTANT) -> str:
        with self.database.write() as session:
            account = accounts.create_account(
                session, CLI, self.clock(), login=login, role=role, name=login.title(), unit_code=unit
            )
            account.password = _HASH
            return account.id

    def token(self, login: str) -> str:
        """A bearer token, without paying for a password check."""
        with self.database.write() as session:
            return accounts.token_for(session, CLI, login, 30, self.clock())


def right_answer(view: Mapping[str, Any]) -> Any:
    """The right answer of an item as it is shown, found by its text."""
    number = int(view["stem"].split("题")[0].removeprefix("第"))
    labels = {choice["text"]: choice["label"] for choice in view.get("choices", view.get("right", []))}
    answers: dict[str, Any] = {
        "single": lambda: [labels[f"{number}题选项{number % 4}"]],
        "multiple": lambda: sorted([labels[f"{number}题选项0"], labels[f"{number}题选项2"]]),
        "judge": lambda: number % 2 == 0,
        "blank": lambda: "主要负责人",
        "numeric": lambda: f"{number}.3",
        "order": lambda: [labels[f"{number}题第{n}步"] for n in range(3)],
        "match": lambda: {left["label"]: labels[left["text"].replace("左", "右")] for left in view["left"]},
        "hotspot": lambda: [[150, 150], [600, 550]],
        "case": lambda: {str(own["position"]): right_answer(own) for own in view["items"]},
        "essay": lambda: "安全第一，预防为主",
    }
    return answers[view["kind"]]()


def wrong_answer(view: Mapping[str, Any]) -> Any:
    right = right_answer(view)
    spoiled: dict[str, Any] = {
        "judge": lambda: not right,
        "blank": lambda: "不知道",
        "numeric": lambda: "2～5",
        "order": lambda: right[::-1],
        "match": lambda: dict(zip(right, [*list(right.values())[1:], ""], strict=True)),
        "hotspot": lambda: [[0, 0]],
        "case": lambda: {str(own["position"]): wrong_answer(own) for own in view["items"]},
        "essay": lambda: "不知道",
    }
    return spoiled.get(view["kind"], lambda: ["D" if right != ["D"] else "A"])()


def right_answers(sitting: Mapping[str, Any], wrong: int = 0) -> dict[str, Any]:
    """The right answer of every item of a paper drawn from `bank()` or `every_kind()`; the last `wrong` of them wrong."""
    views = sitting["items"]
    answers = {str(view["position"]): right_answer(view) for view in views}
    return answers | {str(view["position"]): wrong_answer(view) for view in views[len(views) - wrong :]}


class Client:
    """A browser's client of the API and the pages: keeps cookies, sends the CSRF token."""

    def __init__(self, app: Any) -> None:
        self.http = app.test_client()
        self.token = ""

    def enter(self, login: str, password: str = PASSWORD) -> "Client":
        reply = self.http.post("/api/v1/session", json={"account": login, "password": password})
        assert reply.status_code == 200, reply.get_data(as_text=True)
        self.token = reply.json["csrf_token"]
        return self

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.http.open(f"/api/v1{path}", method=method, json=body, headers={"X-CSRFToken": self.token})

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, {} if body is None else body)

    def start(self, slug: str = "june", **body: Any) -> dict[str, Any]:
        reply = self.post(f"/contests/{slug}/sittings", body)
        assert reply.status_code in (200, 201), reply.get_data(as_text=True)
        return reply.json

    def save(self, sitting: Mapping[str, Any], answers: Mapping[str, Any], revision: int = 0, key: str = "k1") -> Any:
        return self.call(
            "PATCH", f"/sittings/{sitting['id']}/answers", {"revision": revision, "key": key, "answers": answers}
        )

    def submit(self, sitting: Mapping[str, Any], revision: int = 0, key: str = "s1", **body: Any) -> Any:
        return self.post(f"/sittings/{sitting['id']}/submission", {"revision": revision, "key": key, **body})

    def sit(self, slug: str = "june", wrong: int = 0) -> Any:
        """A whole sitting with everything right but `wrong` items; the reply to its hand-in."""
        sitting = self.start(slug)
        reply = self.submit(sitting, answers=right_answers(sitting, wrong))
        assert reply.status_code == 200, reply.get_data(as_text=True)
        return reply.json
