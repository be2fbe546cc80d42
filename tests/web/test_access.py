"""Every route × every role, with one's own and with others' things: only what the table allows. A route without a line fails."""

from collections.abc import Mapping

import pytest
from factories import PICTURES, Client, World, every_kind
from sqlalchemy import select

from quizapp.models.accounts import Account
from quizapp.models.banks import BankVersion
from quizapp.models.contests import Entry
from quizapp.models.organisations import MissingUnit, Unit
from quizapp.services import banks, exports, unit_imports
from quizapp.services.audit import CLI

ALL = "anonymous alice bob lena ofelia otto olga ada"
SIGNED_IN = "alice bob lena ofelia otto olga ada"
OVERSEERS = "lena ofelia otto olga ada"
ORGANISERS = "olga ada"
LIAISONS = "lena"
ADMIN = "ada"
OWNER = "alice"  # whose sitting and entry the addresses name; everybody else's reply is «not found»

TABLE: Mapping[str, str] = {
    **dict.fromkeys(
        """static public.board public.contest public.healthz public.home public.picture public.privacy public.study public.readyz public.units
        account.code account.sign_in account.sign_in_with_code account.sign_in_with_password account.sign_out
        api.leaderboard api.list_contests api.openapi api.show_contest api.sign_in api.time api.units joining.come_back
        joining.enter joining.find joining.find_json joining.join joining.missing joining.next_person joining.reopen
        joining.report_missing joining.welcome""".split(),
        ALL,
    ),
    **dict.fromkeys(["account.password", "account.change_password", "api.sign_out", "api.start", "api.prepare", "preparing.prepare", "preparing.prepared", "contestant.start", "contestant.begin", "contestant.waiting", "record.mine"], SIGNED_IN),
    **dict.fromkeys(
        """api.open_item api.review api.save api.show_sitting api.submit contestant.answer contestant.confirm
        contestant.hand_in contestant.sheet contestant.sitting record.result record.review joining.unit
        joining.change_unit""".split(),
        OWNER,
    ),
    "public.design": "lena ofelia otto olga ada",
    **dict.fromkeys(
        """official.contest official.exports official.home official.people official.people_file official.summary official.summary_file
        official.units official.units_file official.waiting official.waiting_file""".split(),
        OVERSEERS,
    ),
    **dict.fromkeys(["official.essay", "official.essays", "official.mark_essay", "official.next_essay"], "ofelia otto olga ada"),
    "organiser.essays_file": ORGANISERS,
    "official.give_bonus": "ofelia olga ada",  # the unit named is of ofelia's subtree; a liaison gives none
    **dict.fromkeys(
        "organiser.check_in organiser.extra_time organiser.give_time organiser.room organiser.room_code organiser.room_file".split(),
        ORGANISERS,
    ),
    "official.export_file": "ofelia",  # who asked for it
    **dict.fromkeys(["official.ask_export", "official.people", "official.people_file"], "ofelia otto olga ada"),  # no scores of single people for liaisons
    "official.check": "lena ofelia olga ada",  # the unit named is of lena's and ofelia's subtree, not of otto's
    **dict.fromkeys(
        """liaison.confirm_entry_code liaison.confirm_roster_code liaison.dispute liaison.entry_code liaison.headcount
        liaison.home liaison.poster_pdf liaison.poster_print liaison.roster_code""".split(),
        LIAISONS,
    ),
    **dict.fromkeys(
        """organiser.add_unit organiser.apply_contest organiser.bank organiser.bank_file organiser.bank_upload
        organiser.banks organiser.build_contest organiser.check_contest organiser.choose_unit organiser.codes_file organiser.confirm
        organiser.confirm_publish organiser.contest organiser.contest_file organiser.contest_form_page organiser.contest_upload organiser.dismiss
        organiser.disputes organiser.end organiser.home organiser.import_roster organiser.import_units organiser.missing
        organiser.missing_unit organiser.move_end organiser.new_contest organiser.open_draft organiser.perform organiser.posters organiser.posters_pdf
        organiser.posters_print organiser.key_in organiser.keying_form organiser.print_papers organiser.printed_papers
        organiser.printed_pdf organiser.rehearsal organiser.preview_units organiser.publish organiser.rosters organiser.settle_dispute
        organiser.unit_file organiser.unit_upload organiser.units organiser.upload_bank""".split(),
        ORGANISERS,
    ),
    **dict.fromkeys(
        """admin.account admin.audit admin.backup admin.change_role admin.confirm admin.create_account
        admin.download_backup admin.home admin.new_account admin.perform admin.save_settings admin.settings""".split(),
        ADMIN,
    ),
}  # fmt: skip


def made_export(world: World, login: str) -> str:
    """The id of a finished file of somebody's."""
    with world.database.write() as session:
        account = session.scalars(select(Account).where(Account.login == login)).one()
        asked = exports.Asked("东镇", "Ofelia", "Ofelia", "")
        exports.ask(session, world.contest, account.id, account.unit_id, "people", "csv", 1, asked, world.clock())
        run = exports.claim(session, world.clock())
        assert exports.finish(session, run, "表.csv", 0, world.clock(), world.clock())
        return run.export_id


@pytest.fixture
def things(world: World, sign_in) -> dict[str, str]:
    """What the addresses name: Alice's sitting, entry and account, her unit, a bank, somebody's missing unit."""
    alice = sign_in("alice")
    sitting = alice.start()["id"]
    with world.database.write() as session:
        banks.import_bank(session, CLI, every_kind(), world.clock(), images=PICTURES)
        unit_imports.report_missing(session, world.contest.id, world.clock(), name="新厂", parent="东镇", contact="王", phone="1")
    with world.database.read() as session:
        return {
            "slug": "june", "sitting_id": sitting, "position": "1", "code": "99010101", "layout": "csv", "version": "x",
            "filename": "app.css", "act": "resume", "listing": "people",
            "content_hash": PICTURES["images/yard.png"].content_hash,
            "export_id": made_export(world, "ofelia"),
            "link": session.scalar(select(Unit.link).where(Unit.code == "99010101")),
            "entry_id": session.scalar(select(Entry.id)),
            "account_id": session.scalar(select(Account.id).where(Account.login == "alice")),
            "version_id": str(session.scalar(select(BankVersion.id))),
            "missing_id": str(session.scalar(select(MissingUnit.id))),
        }  # fmt: skip


def came_in(reply) -> bool:
    """Whether the door opened: neither refused, nor sent to the sign-in, nor told that there is nothing."""
    if reply.status_code == 302 and "/sign-in" in reply.headers["Location"]:
        return False
    return reply.status_code not in (401, 403, 404)


def knock(client: Client, rule, things: Mapping[str, str]):
    values = {name: things[name] for name in rule.arguments}
    if rule.endpoint.startswith("admin.") and "act" in values:
        values["act"] = "enable"
    with client.http.application.test_request_context():
        path = client.http.application.url_map.bind("localhost").build(
            rule.endpoint, {k: int(v) if k in ("position", "version_id", "missing_id") else v for k, v in values.items()}, next(iter(methods(rule)))
        )
    body = {} if rule.endpoint.startswith("api.") else None
    with client.http.open(path, method=next(iter(methods(rule))), json=body, headers={"X-CSRFToken": client.token}) as reply:
        return reply


def at_the_door(sign_in, who: str) -> Client:
    """A client signed in as somebody, or with nothing but a visitor's form token."""
    client = sign_in(None if who == "anonymous" else who)
    if who == "anonymous":
        page = client.http.get("/sign-in").get_data(as_text=True)
        client.token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return client


def methods(rule) -> set[str]:
    return rule.methods - {"HEAD", "OPTIONS"}


def test_every_route_has_a_line_in_the_table(world: World, app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(TABLE)
    assert all(len(methods(rule)) == 1 for rule in app.url_map.iter_rules())


@pytest.mark.parametrize("who", ALL.split())
def test_only_what_the_table_allows(world: World, app, sign_in, things, who: str):
    wrong = []
    client = None
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint in CHANGES_THE_ANSWER):
        client = client or at_the_door(sign_in, who)
        reply = knock(client, rule, things)
        if rule.endpoint in ENDS_THE_SESSION:
            client = None
        allowed = who in TABLE[rule.endpoint].split()
        if reply.status_code >= 500 or came_in(reply) is not allowed:
            expected_refusal = allowed and reply.status_code in EXCUSED.get(rule.endpoint, ())
            if not expected_refusal:
                wrong.append((rule.endpoint, reply.status_code, "allowed" if allowed else "forbidden"))
    assert not wrong, wrong


ENDS_THE_SESSION = {"api.sign_out", "account.sign_out", "joining.next_person", "joining.enter", "joining.come_back"}
CHANGES_THE_ANSWER = {"api.start", "api.prepare", "contestant.begin"}  # afterwards everybody has an entry of their own to look at
EXCUSED = {
    "api.sign_in": (401,),
    "api.open_item": (403,),  # a paper clock has no items to open
    "api.review": (403,),  # the sitting is still open
    "record.review": (403,),
    "joining.change_unit": (404,),  # no unit was chosen
    "liaison.roster_code": (404,),  # she has a password, so no code
    "liaison.confirm_roster_code": (404,),
    "liaison.confirm_entry_code": (404,),
    "liaison.entry_code": (404,),  # Alice came by account, she has no code
    "organiser.posters_pdf": (404,),  # no contest was chosen
    "organiser.posters_print": (404,),
    "organiser.choose_unit": (404,),  # no unit was chosen
    "organiser.settle_dispute": (404,),  # nobody disputes the entry
    "public.study": (404,),  # the contest publishes no bank
}


def test_a_subtree_is_all_that_an_official_sees(world: World, sign_in, things):
    sign_in("carol").sit()
    ofelia, otto = sign_in("ofelia"), sign_in("otto")
    for path in ("/official/june/people", "/official/june/units", "/official/june/waiting", "/official/june/people.csv", "/official/june/units.csv"):
        assert "Carol" not in ofelia.http.get(path).get_data(as_text=True), path
        assert "西一厂" not in ofelia.http.get(path).get_data(as_text=True), path
    assert "Carol" in otto.http.get("/official/june/people").get_data(as_text=True)
    for path in ("/official/june/units/99010201", "/official/june/units/9901", "/official/june/people?under=99010201",
                 "/official/june/units?under=9901", "/official/june/people.csv?under=99", "/official/june/waiting?under=990102"):  # fmt: skip
        reply = ofelia.http.get(path)
        assert reply.status_code == 404 and "西" not in reply.get_data(as_text=True), path


def test_a_disabled_account_s_next_request_is_refused(world: World, sign_in):
    olga = sign_in("olga")
    assert olga.http.get("/organiser/").status_code == 200
    with world.database.write() as session:
        session.scalars(select(Account).where(Account.login == "olga")).one().disabled_at = world.clock()
    assert olga.http.get("/organiser/").status_code == 302
