"""Checking passwords without holding up those who sit."""

from flask import request

from quizapp.services import accounts
from quizapp.web.edge import address, edge, now
from quizapp.web.turns import KEY, Turns


def check(login: str, password: str) -> str:
    """The account's id, where the password is right. Raises Unauthenticated, TooMany, Busy."""
    with edge().database.read() as session:
        account = accounts.find_login(session, login, address(), now())
    turns: Turns | None = request.environ.get(KEY)
    if turns is None:
        return accounts.check_password(account, password)
    with turns.aside():
        return accounts.check_password(account, password)
