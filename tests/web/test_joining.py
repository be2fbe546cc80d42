"""Coming in by a unit's link with name and phone; coming back; changing units: plain forms, as a phone sends them."""

import re
from contextlib import contextmanager

import pytest
from factories import SECRET, World
from sqlalchemy import select

from quizapp.models.accounts import Account
from quizapp.models.contests import Entry
from quizapp.models.organisations import MissingUnit, Unit
from quizapp.rules.contests import Door, EntryRules
from quizapp.rules.rows import PersonRow
from quizapp.services import participation, rosters
from quizapp.services.audit import CLI

PERSON = {"name": "王示例", "phone": "13800138000", "consent": "y"}


class Phone:
    """A browser that fills in forms, token and all."""

    def __init__(self, app):
        self.http = app.test_client()

    def get(self, path: str, status: int = 200) -> str:
        reply = self.http.get(path, follow_redirects=True)
        assert reply.status_code == status, reply.get_data(as_text=True)[:2000]
        return reply.get_data(as_text=True)

    def post(self, path: str, form_at: str | None = None, **fields: str):
        page = self.http.get(form_at or path, follow_redirects=True).get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, page[:2000]
        return self.http.post(path, data={"csrf_token": token[1], **fields})


@pytest.fixture
def phone(app) -> Phone:
    return Phone(app)


@contextmanager
def read(world: World):
    with world.database.read() as session:
        yield session


def link_of(world: World, code: str = "99010101") -> str:
    with read(world) as session:
        return f"/j/june/{session.scalar(select(Unit.link).where(Unit.code == code))}"


def join(world: World, phone: Phone, code: str = "99010101", **over: str) -> str:
    """Enter by the unit's link; the 取回码."""
    link = link_of(world, code)
    reply = phone.post(link, f"{link}?step=details", **{**PERSON, **over})
    assert reply.status_code == 302, reply.get_data(as_text=True)[:3000]
    found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", phone.get("/c/june/welcome"))
    assert found
    return found[0]


def test_the_link_says_whom_one_represents_before_anything_is_typed(world: World, phone: Phone):
    page = phone.get(link_of(world))
    assert "东一厂" in page and "您代表" in page and 'name="phone"' not in page


def test_name_and_phone_are_enough(world: World, phone: Phone):
    join(world, phone)
    page = phone.get("/c/june/start")
    assert "7题" in page and "自愿参加" in page
    with read(world) as session:
        entry = session.scalars(select(Entry)).one()
        assert (entry.name, entry.phone, entry.may_publish) == ("王示例", "13800138000", False)
        assert session.scalars(select(Account).where(Account.phone == "13800138000")).one().password is None


def test_nobody_enters_without_consent(world: World, phone: Phone):
    link = link_of(world)
    reply = phone.post(link, f"{link}?step=details", name="王示例", phone="13800138000")
    assert reply.status_code == 400 and "隐私" in reply.get_data(as_text=True)
    with read(world) as session:
        assert session.scalars(select(Entry)).all() == []


@pytest.mark.parametrize("number", ["123", "abc", "1380013800", "23800138000"])
def test_a_wrong_phone_is_told_beside_its_field(world: World, phone: Phone, number: str):
    link = link_of(world)
    reply = phone.post(link, f"{link}?step=details", **{**PERSON, "phone": number})
    assert reply.status_code == 400 and "手机号" in reply.get_data(as_text=True)


def test_the_same_phone_by_another_unit_s_link_is_told_of_the_first_entry(world: World, app):
    join(world, Phone(app))
    second = Phone(app)
    link = link_of(world, "99010102")
    reply = second.post(link, f"{link}?step=details", **PERSON)
    assert reply.status_code == 400 and "取回码" in reply.get_data(as_text=True)
    with read(world) as session:
        assert len(session.scalars(select(Entry)).all()) == 1
        assert len(session.scalars(select(Account).where(Account.phone == "13800138000")).all()) == 1


def roster(world: World, *people: PersonRow) -> list[str]:
    """Put people on the roster of 东一厂; their codes."""
    with world.database.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "99010101")).one()
        issued = rosters.import_people(session, CLI, SECRET, people, unit, world.clock(), "r.csv")
    return [code for _, _, code in issued]


def waiting(world: World) -> list[str]:
    with world.database.replica(world.clock()) as session:
        return [str(row["name"]) for row in participation.not_started(session, world.contest) if row["phone"]]


def test_name_and_phone_never_open_a_colleague_s_roster_account(world: World, app):
    roster(world, PersonRow(2, "王示例", "13800138000"))
    world.apply(slug="exam", entry=EntryRules(doors=(Door.ROSTER,)))
    guest = Phone(app)
    join(world, guest)
    assert guest.post("/c/exam/start", form_at="/c/june/start").status_code == 403


def test_the_same_phone_by_link_and_by_roster_is_one_person(world: World, app):
    (code,) = roster(world, PersonRow(2, "王示例", "13800138000"))
    by_link, by_code = Phone(app), Phone(app)
    assert waiting(world) == ["王示例"]
    join(world, by_link)
    assert by_link.post("/c/june/start").status_code == 302
    assert waiting(world) == []
    assert by_code.post("/sign-in/code", code=code, consent="y").status_code == 302
    reply = by_code.post("/c/june/start")
    assert reply.status_code == 409 and "取回码" in reply.get_data(as_text=True)
    with read(world) as session:
        assert len(session.scalars(select(Entry)).all()) == 1


def test_a_second_contest_on_the_same_phone_keeps_the_first(world: World, phone: Phone):
    join(world, phone)
    world.apply(slug="second")
    link = link_of(world).replace("/june/", "/second/")
    assert phone.post(link, f"{link}?step=details", **PERSON).status_code == 302
    assert "王示例" in phone.get("/c/june/mine") and "王示例" in phone.get("/c/second/mine")


def test_nobody_comes_in_or_moves_after_the_end(world: World, app, phone: Phone):
    join(world, phone)
    with read(world) as session:
        other = str(session.scalar(select(Unit.id).where(Unit.code == "99010102")))
    late, link = Phone(app), link_of(world)
    page = late.http.get(f"{link}?step=details").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    world.clock.pass_(days=21)
    assert late.http.post(link, data={"csrf_token": token, **PERSON, "phone": "13900139000"}).status_code >= 400
    with read(world) as session:
        assert len(session.scalars(select(Entry)).all()) == 1
    assert phone.post("/c/june/unit", unit=other, form_at="/c/june/mine").status_code == 403


def test_pupils_of_one_name_are_told_apart_by_their_seats(world: World, app):
    first, second = roster(world, PersonRow(2, "张示例", number="0701"), PersonRow(3, "张示例", number="0702"))
    world.apply(entry=EntryRules(minors=True))
    for code in (first, second):
        pupil = Phone(app)
        assert pupil.post("/sign-in/code", code=code, consent="y").status_code == 302
        assert pupil.post("/c/june/start").status_code == 302
    with read(world) as session:
        assert sorted(session.scalars(select(Entry.name))) == ["0701", "0702"]


def test_a_roster_s_code_works_once(world: World, app):
    (code,) = roster(world, PersonRow(2, "李示例", "13900139000"))
    first, second = Phone(app), Phone(app)
    assert first.post("/sign-in/code", code=code.lower(), consent="y").status_code == 302
    assert first.post("/c/june/start").status_code == 302
    assert "李示例" in first.get("/c/june/mine")
    assert second.post("/sign-in/code", code=code, consent="y").status_code == 400


def test_the_code_reopens_the_entry_on_another_phone(world: World, app):
    code = join(world, Phone(app))
    other = Phone(app)
    assert other.post("/c/june/reopen", name="王示例", phone="13800138000", code="AAAA-AAAA").status_code == 400
    reply = other.post("/c/june/reopen", name="王示例", phone="138 0013 8000", code=code.lower().replace("-", ""))
    assert reply.status_code == 302
    assert "王示例" in other.get("/c/june/mine")


def test_guessing_a_code_is_slowed_down(world: World, app):
    code = join(world, Phone(app))
    guesser = Phone(app)
    for _ in range(10):
        guesser.post("/c/june/reopen", name="王示例", phone="13800138000", code="AAAA-AAAA")
    reply = guesser.post("/c/june/reopen", name="王示例", phone="13800138000", code=code)
    assert reply.status_code == 400 and "再试" in reply.get_data(as_text=True)


def test_the_unit_can_be_changed_once(world: World, phone: Phone):
    join(world, phone)
    with read(world) as session:
        ids = {unit.code: str(unit.id) for unit in session.scalars(select(Unit))}
    assert phone.post("/c/june/unit", unit=ids["99010102"], form_at="/c/june/unit?q=厂").status_code == 302
    assert "东二厂" in phone.get("/c/june/mine")
    assert phone.post("/c/june/unit", unit=ids["99010201"], form_at="/c/june/mine").status_code == 403


def test_units_are_found_by_name_and_by_pinyin_initials(world: World, phone: Phone):
    assert "东一厂" in phone.get("/c/june/find?q=dyc") and "东一厂" in phone.get("/c/june/find?q=东一")
    found = phone.http.get("/c/june/find.json?q=厂").json["units"]
    assert {unit["name"] for unit in found} == {"东一厂", "东二厂", "西一厂"}
    assert phone.http.get("/c/june/find.json?q=%25").json["units"] == []


def test_a_missing_unit_goes_into_the_organiser_s_queue_once(world: World, phone: Phone):
    told = {"unit_name": "新厂", "parent": "东镇", "name": "王示例", "phone": "13800138000"}
    for _ in range(2):
        assert phone.post("/c/june/missing", **told).status_code == 200
    with read(world) as session:
        assert [(unit.name, unit.parent) for unit in session.scalars(select(MissingUnit))] == [("新厂", "东镇")]


def test_the_next_person_finds_nothing_of_the_one_before(world: World, phone: Phone):
    join(world, phone)
    reply = phone.post("/c/june/next", form_at="/c/june/mine")
    assert reply.status_code == 302 and reply.headers["Location"] == link_of(world)
    assert reply.headers["Clear-Site-Data"] == '"storage"'
    assert "王示例" not in phone.get("/c/june")
    assert phone.http.get("/c/june/mine").status_code == 302


def test_a_shut_door_stays_shut(world: World, phone: Phone):
    world.apply(entry=EntryRules(doors=(Door.ROSTER,)))
    link = link_of(world)
    assert phone.post(link, f"{link}?step=details", **PERSON).status_code == 400


def test_only_people_of_the_units_named_may_enter(world: World, app, sign_in):
    world.apply(entry=EntryRules(units=("990101",)))
    link = link_of(world, "99010201")
    assert Phone(app).post(link, f"{link}?step=details", **PERSON).status_code == 400
    assert sign_in("carol").post("/contests/june/sittings").status_code == 403
    assert sign_in("alice").post("/contests/june/sittings").status_code == 201


def test_minors_give_a_seat_number_and_nothing_else(world: World, app, phone: Phone, sign_in):
    world.apply(entry=EntryRules(minors=True))
    link = link_of(world)
    page = phone.get(f"{link}?step=details")
    assert 'name="number"' in page and 'name="phone"' not in page
    assert phone.post(link, f"{link}?step=details", number="三2班17号", consent="y").status_code == 302
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", phone.get("/c/june/welcome"))[0]
    other = Phone(app)
    assert other.post(link, f"{link}?step=details", number="三2班17号", consent="y").status_code == 400
    assert other.post("/c/june/reopen", number="三2班18号", code=code).status_code == 400
    assert other.post("/c/june/reopen", number="三2班17号", code=code).status_code == 302
    assert sign_in().get("/contests/june/leaderboard").json["hidden"]


def test_an_unknown_link_is_not_found(world: World, phone: Phone):
    phone.get("/j/june/zzzzzzzzzzzz", 404)
