"""Setting a password that one was told to set, and changing one's own."""

import re

import pytest
from factories import Client, World
from sqlalchemy import update

from quizapp.models.accounts import Account
from quizapp.web import words


def page_of(client: Client, path: str, status: int = 200) -> str:
    reply = client.http.get(path)
    assert reply.status_code == status
    return reply.get_data(as_text=True)


def test_who_came_by_a_one_time_code_is_not_asked_for_an_old_password(world: World, sign_in):
    olga = sign_in("olga")
    with world.database.write() as session:
        session.execute(update(Account).where(Account.login == "olga").values(must_change_password=True))
    page = page_of(olga, "/account/password")
    assert "设置密码" in page and 'name="old"' not in page and 'action="/sign-out"' in page
    refused = page_of(olga, "/organiser/", 403)
    assert 'href="/account/password"' in refused
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    fields = {"csrf_token": token, "new": "a new long phrase", "again": "a new long phrase"}
    reply = olga.http.post("/account/password", data=fields)
    assert reply.status_code == 302 and reply.headers["Location"] == "/organiser/"
    assert 'name="old"' in page_of(olga, "/account/password")


@pytest.mark.parametrize(
    ("share", "told"),
    [(0, "0.0%"), (1 / 2922, "<0.1%"), (0.0005, "0.1%"), (0.1, "10.0%"), (0.623, "62.3%"), (1, "100.0%"), (None, "—")],
)
def test_somebody_is_never_shown_as_nobody(share: float | None, told: str):
    assert words.percent(share) == told
