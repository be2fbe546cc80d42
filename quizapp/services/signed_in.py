"""The one condition under which somebody is signed in, for every statement that looks for it."""

from typing import Any

from sqlalchemy import and_, bindparam

from quizapp.models.accounts import Account, SignIn

A: Any = Account.__table__.c
SI: Any = SignIn.__table__.c
SIGNED_IN: Any = and_(
    A.id == SI.account_id, SI.id == bindparam("token"), SI.ended_at.is_(None), SI.expires_at > bindparam("now"), A.disabled_at.is_(None)
)
"""The account and sign-in that `token` (a fingerprint) stands for `now`."""
