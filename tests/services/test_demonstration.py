"""The demonstration on either engine: repeatable, renewed when it has lapsed, taken away without a trace."""

from pathlib import Path

import pytest
from factories import Client

from quizapp.app import create_app
from quizapp.cli import server
from quizapp.formats import bank_yaml
from quizapp.formats.contest import yaml as contest_yaml
from quizapp.formats.unit_table import read_units
from quizapp.models.base import Database
from quizapp.services import banks, contests, demonstration, organisations
from quizapp.services.audit import CLI
from quizapp.settings import Settings

UNITS = read_units(server.SHIPPED_UNITS.read_bytes(), "units.csv")
RULES = contest_yaml.read_contest(server.SHIPPED_CONTEST.read_bytes(), "contest.yaml")
BANK = bank_yaml.read_bank((Path(server.SHIPPED_BANKS) / "xinanfa.yaml").read_bytes(), "xinanfa.yaml")


@pytest.fixture
def set_up(database: Database, clock):
    def again(kept: dict[str, str]) -> dict[str, str]:
        with database.write() as session:
            banks.import_bank(session, CLI, BANK, clock())
            return demonstration.set_up(session, CLI, UNITS, RULES, kept, clock())[1]

    return again


def test_a_lapsed_contest_is_renewed_and_keeps_its_data(database: Database, settings: Settings, clock, set_up) -> None:
    passwords = set_up({})
    app = create_app(settings, clock, database=database)
    alice = Client(app).enter("demo-contestant", passwords["demo-contestant"])
    sitting = alice.start("demo")
    assert sitting["total"] == 20 and {view["kind"] for view in sitting["items"]} == {"single", "multiple", "judge"}
    alice.submit(sitting)
    clock.pass_(days=40)
    assert alice.post("/contests/demo/sittings").status_code == 403
    assert set_up(passwords) == passwords
    assert alice.get("/contests/demo").json["phase"] == "open"
    assert alice.get("/contests/demo/leaderboard").json["rows"][0]["sittings"] == 1
    assert alice.post("/contests/demo/sittings").status_code == 201


def test_its_times_are_whole_minutes(database: Database, clock, set_up) -> None:
    clock.pass_(seconds=17)
    set_up({})
    with database.read() as session:
        rules = contests.find_contest(session, "demo").rules
    assert all(moment % 60_000 == 0 for moment in (rules.opens_at, rules.last_start, rules.closes_at))


def test_it_can_be_taken_away_with_everything_that_came_of_it(database: Database, settings: Settings, clock, set_up) -> None:
    passwords = set_up({})
    alice = Client(create_app(settings, clock, database=database)).enter("demo-contestant", passwords["demo-contestant"])
    alice.start("demo")
    with database.write() as session:
        demonstration.remove(session, CLI, UNITS, "demo", clock())
    with database.read() as session:
        assert organisations.list_units(session) == [] and contests.list_contests(session) == []
    assert alice.get("/contests").json == {"contests": []}
    set_up({})
