"""Checking passwords without holding up those who sit."""

from flask import request

from quizapp.services import accounts
from quizapp.web import turns
from quizapp.web.edge import address, edge, now


def check(login: str, password: str) -> str:
    """The account's id, where the password is right. Raises Unauthenticated, TooMany, Busy."""
    with edge().database.read() as session:
        account = accounts.find_login(session, login, address(), now())
    with turns.aside(request.environ, "现在登录的人太多，请过几秒再点一次“登录”"):
        return accounts.check_password(account, password)
