"""The large shape of deploy/ on one machine: its parts are killed one after another while people answer; nothing is lost."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from deployed import lacking
from factories import PASSWORD
from large_shape import Phone, Shape, Short, Watcher, people
from servers import Writer, all_check, all_start, set_up
from waiting import until

from quizapp.services import throttles

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("servers"),
    pytest.mark.skipif(bool(lacking("nginx", "pgbouncer", "redis-server", "openssl")), reason=lacking("nginx", "pgbouncer", "redis-server", "openssl")),
]
WRITERS, SHORT = 8, 20
LASTS = 40_000
"""Milliseconds that the guesses and what follows them take at most."""
SOONEST = 1_000
"""No job runs more often, ms."""
CLAIMS = """
CREATE TABLE claims (name text, due_at bigint, before bigint);
CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN INSERT INTO claims VALUES (NEW.name, NEW.due_at, OLD.due_at); RETURN NEW; END $$;
CREATE TRIGGER claimed AFTER UPDATE ON job_runs FOR EACH ROW EXECUTE FUNCTION note_claim()
"""


@dataclass
class Crowd:
    """Everybody who uses it while it suffers."""

    writers: list[Writer]
    shorts: list[Short]
    watchers: list[Watcher]
    over: threading.Event = field(default_factory=threading.Event)
    told: list[str] = field(default_factory=list)
    running: list[Future[None]] = field(default_factory=list)

    def stop(self) -> None:
        """Nobody saves or looks any more, and no reply is on its way."""
        self.over.set()
        for one in self.running:
            one.result(60)

    def saved_again(self, times: int = 3) -> None:
        """Everybody's answers arrive, several times over."""
        before = [writer.saves for writer in self.writers]
        until(lambda: all(w.saves >= b + times or w.faults for w, b in zip(self.writers, before, strict=True)), "everybody saves", 40)

    def suffer(self, what: str, kill: Callable[[], object], mend: Callable[[], object]) -> tuple[list[float], list[float]]:
        """Seconds after the kill at which saves, and boards, were not answered well."""
        self.saved_again()
        began, saves = time.monotonic(), sum(writer.saves for writer in self.writers)
        kill()
        mend()
        self.saved_again()
        mended = time.monotonic() - began
        errors = sorted(at - began for writer in self.writers for at, _ in writer.errors if at >= began)
        boards = sorted(at - began for watcher in self.watchers for at, status, _ in watcher.seen if at >= began and status != 200)
        self.told.append(
            f"{what:<34} {mended:5.1f} s, {sum(w.saves for w in self.writers) - saves:5} saves, {len(errors):3} errors"
            f" (last after {max(errors, default=0):4.1f} s), boards {len(boards)} errors (last after {max(boards, default=0):4.1f} s)"
        )
        return errors, boards


@pytest.fixture
def shape() -> Iterator[Shape]:
    with tempfile.TemporaryDirectory(prefix="quizapp-large-") as folder, Shape(Path(folder)) as made:
        yield made


@pytest.fixture
def crowd(shape: Shape) -> Iterator[Crowd]:
    """Saving, handing in and looking, through nginx."""
    database, tokens = set_up(shape.pooler.url, WRITERS + SHORT)
    database.dispose()
    shape.primary.sql(CLAIMS, "quizapp")
    shape.start()
    boards = ["/api/v1/contests/june/leaderboard", "/api/v1/contests/june/units"]
    made = Crowd(
        people(shape.nginx, tokens[:WRITERS]),
        [Short(shape.nginx, token) for token in tokens[WRITERS:]],
        [*(Watcher(shape.nginx, path) for path in boards), Watcher(shape.nginx, boards[0], tokens[0])],
    )
    all_start(made.writers)
    with ThreadPoolExecutor(WRITERS + 5) as pool:
        made.running = [pool.submit(writer.write, made.over, True) for writer in made.writers]
        made.running += [pool.submit(watcher.watch, made.over) for watcher in made.watchers]
        shorts = [pool.submit(lambda part: [one.go_through() for one in part], made.shorts[n::2]) for n in range(2)]
        try:
            yield made
        finally:
            made.stop()
        for one in shorts:
            one.result(60)


def test_parts_are_killed_one_after_another_and_nothing_is_lost(shape: Shape, crowd: Crowd, capsys: pytest.CaptureFixture[str]):
    first, second = shape.hosts
    seen = {}
    seen["host"] = crowd.suffer("kill -9 of one host", first.kill, crowd.saved_again)
    seen["host back"] = crowd.suffer("that host is back", first.start, lambda: until(first.is_used, "nginx uses it again", 10))
    seen["restart"] = crowd.suffer("the other restarts in good order", second.stop, second.start)
    seen["redis hangs"] = crowd.suffer("Redis says nothing", shape.redis.hang, crowd.saved_again)
    seen["redis"] = crowd.suffer("kill -9 of Redis", lambda: shape.redis.stop(9), lambda: guess(shape))
    seen["redis back"] = crowd.suffer("Redis is back", shape.redis.start, lambda: guess(shape, times=0))
    seen["replica"] = crowd.suffer("replica stopped at once", lambda: shape.replica.stop("immediate"), crowd.saved_again)
    seen["replica back"] = crowd.suffer("replica is back", shape.replica.start, lambda: replica_is_read(shape))
    seen["pooler"] = crowd.suffer("pgbouncer restarted", shape.pooler.stop, shape.pooler.start)
    seen["primary"] = crowd.suffer("primary stopped at once, started", lambda: shape.primary.stop("immediate"), shape.primary.start)
    crowd.stop()
    until(lambda: all(one.receipts or one.faults for one in crowd.shorts), "everybody has handed in", 60)
    until(lambda: is_claimed(shape, "snapshots"), "looks at new units keep the boards up by themselves for a minute, then this job does", 90)
    with capsys.disabled():
        print("", *crowd.told, sep="\n")
    assert not all_check(crowd.writers)
    check_shorts(shape, crowd)
    check_jobs(shape)
    check_boards(crowd)
    for calm in ("host", "host back", "restart", "redis hangs", "redis", "redis back", "replica", "replica back"):
        assert seen[calm] == ([], []), f"{calm}: nobody outside may notice"
    for rough in ("pooler", "primary"):
        assert max(seen[rough][0], default=0) < 10, f"{rough}: {seen[rough][0]}"


def guess(shape: Shape, times: int = throttles.FAILURES_PER_ACCOUNT) -> None:
    """Wrong passwords through both hosts, and after so many of them not even the right one: all within one window of the counts."""
    if times:
        until(lambda: time.time() * 1000 % throttles.WINDOW < throttles.WINDOW - LASTS, "a window is young enough", LASTS / 1000 + 5)
    for password in ["wrong password"] * times + [PASSWORD]:
        with closing(Phone(shape.nginx)) as phone:
            status, _ = phone.call("POST", "/api/v1/session", {"account": "olga", "password": password})
        assert status == (401 if password != PASSWORD else 429)


def replica_is_read(shape: Shape) -> None:
    """The hosts' transactions there become more."""
    count = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'quizapp'"
    before = int(shape.replica.sql(count))
    until(lambda: int(shape.replica.sql(count)) >= before + 3, "the hosts read the replica again", 30, look_every=0.2)


def check_shorts(shape: Shape, crowd: Crowd) -> None:
    """One sitting each, handed in once, with what was acknowledged."""
    assert [fault for one in crowd.shorts for fault in one.faults] == []
    assert all(len(one.receipts) == 1 and "" not in one.receipts for one in crowd.shorts)
    assert shape.primary.sql("SELECT count(*), count(DISTINCT account_id) FROM sittings", "quizapp") == f"{WRITERS + SHORT}|{WRITERS + SHORT}"
    stored = shape.primary.sql("SELECT count(*) FROM sittings WHERE state = 'handed_in' AND revision = 3", "quizapp")
    assert int(stored) == SHORT
    for one in crowd.shorts:
        kept = shape.primary.sql(f"SELECT answers ->> '1', answers ->> '2', answers ->> '3' FROM sittings WHERE answers ->> '1' = '{one.answers['1']}'", "quizapp")
        assert kept == "|".join(one.answers.values())


def is_claimed(shape: Shape, job: str) -> bool:
    return shape.primary.sql(f"SELECT count(*) FROM claims WHERE name = '{job}'", "quizapp") != "0"


def check_jobs(shape: Shape) -> None:
    """However many processes run the jobs, each round has one that does it: no date was moved by two, none too early."""
    rounds: dict[str, list[tuple[int, int]]] = {}
    for line in shape.primary.sql("SELECT name, before, due_at FROM claims ORDER BY due_at", "quizapp").splitlines():
        name, *dates = line.split("|")
        rounds.setdefault(name, []).append((int(dates[0]), int(dates[1])))
    assert len(rounds["overdue"]) >= 2 and "snapshots" in rounds, "the one runs always, the other where a board is stale"
    for name, moved in rounds.items():
        assert len({before for before, _ in moved}) == len(moved), (name, moved)
        assert all(due - before >= SOONEST for before, due in moved), (name, moved)


def check_boards(crowd: Crowd) -> None:
    """They move on; to those who are not signed in they never failed, not even without a primary."""
    for watcher in crowd.watchers:
        assert watcher.token or {status for _, status, _ in watcher.seen} == {200}
        moments = [as_of for _, status, as_of in watcher.seen if status == 200]
        assert len(set(moments)) >= 3 and moments[-1] > moments[len(moments) // 2], "the board moves on"
