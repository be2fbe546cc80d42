"""Sign-ins wait beside the work of a process: beyond a bound they are asked to come again, and the work goes on meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from factories import PASSWORD, World
from waiting import until

from quizapp.services import accounts
from quizapp.web import turns
from quizapp.web.turns import Turns


class Checks:
    """Password checks that last until they are told to end."""

    def __init__(self) -> None:
        self.running, self.end = 0, threading.Event()

    def __call__(self, hashed: str, password: str) -> bool:
        self.running += 1
        assert self.end.wait(30)
        return True


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    made = Checks()
    monkeypatch.setattr(accounts, "_hasher", type("Hasher", (), {"verify": staticmethod(made)}))
    return made


@pytest.fixture
def one_at_a_time(app, monkeypatch: pytest.MonkeyPatch) -> Turns:
    monkeypatch.setattr(turns, "AT_MOST", 3)
    app.wsgi_app = made = Turns(app.wsgi_app, 1)
    return made


def sign_in(app) -> Callable:
    return lambda: app.test_client().post("/api/v1/session", json={"account": "alice", "password": PASSWORD})


def by_form(app):
    http = app.test_client()
    token = http.get("/sign-in").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    return http.post("/sign-in", data={"csrf_token": token, "account": "alice", "password": PASSWORD, "next": "/"})


def test_while_passwords_are_checked_others_are_served(world: World, app, one_at_a_time: Turns, checks: Checks):
    with ThreadPoolExecutor(3) as pool:
        entering = [pool.submit(sign_in(app)) for _ in range(3)]
        until(lambda: checks.running == 2, "two are being checked, the third waits")
        assert app.test_client().get("/api/v1/time").status_code == 200, "the only working thread is free"
        checks.end.set()
        assert [one.result(30).status_code for one in entering] == [200, 200, 200]


def test_too_many_are_told_to_come_again_at_different_times(world: World, app, one_at_a_time: Turns, checks: Checks):
    with ThreadPoolExecutor(3) as pool:
        entering = [pool.submit(sign_in(app)) for _ in range(3)]
        until(lambda: one_at_a_time._aside._value == 0, "as many stand aside as may")
        replies = [sign_in(app)() for _ in range(20)]
        page = by_form(app)
        checks.end.set()
        assert [one.result(30).status_code for one in entering] == [200, 200, 200]
    assert {reply.status_code for reply in replies} == {503} and all("登录的人太多" in reply.json["detail"] for reply in replies)
    assert len({reply.headers["Retry-After"] for reply in replies}) > 1
    assert page.status_code == 503 and page.headers["Retry-After"] and 'value="alice"' in page.get_data(as_text=True)
    assert sign_in(app)().status_code == 200


def test_those_who_sit_go_before_those_who_came_earlier():
    begun, order, first = threading.Event(), [], threading.Event()

    def app(environ, _):
        if environ["PATH_INFO"] == "/first":
            begun.set()
            assert first.wait(30)
        order.append(environ["PATH_INFO"])
        return []

    line = Turns(app, 1)
    with ThreadPoolExecutor(9) as pool:

        def arrive(path: str, waiting: int) -> None:
            pool.submit(line, {"PATH_INFO": path}, None)
            until(lambda: len(line._working._waiting) + len(line._working._hurried) == waiting, f"{path} stands in the line")

        pool.submit(line, {"PATH_INFO": "/first"}, None)
        assert begun.wait(30)
        for number, path in enumerate(("/c/june/board", *(f"/s/{n}/answer" for n in range(6)), "/"), start=1):
            arrive(path, number)
        first.set()
    sits = [f"/s/{n}/answer" for n in range(6)]
    assert order == ["/first", *sits[:3], "/c/june/board", *sits[3:], "/"], "those who sit go first, but not for ever"
