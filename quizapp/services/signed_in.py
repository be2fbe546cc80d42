"""The one condition under which somebody is signed in, for every statement that looks for it, and who it is."""

from typing import Any

from sqlalchemy import and_, bindparam, select

from quizapp.models.accounts import Account, SignIn
from quizapp.models.organisations import Unit

A: Any = Account.__table__.c
SI: Any = SignIn.__table__.c
SIGNED_IN: Any = and_(
    A.id == SI.account_id, SI.id == bindparam("token"), SI.ended_at.is_(None), SI.expires_at > bindparam("now"), A.disabled_at.is_(None)
)
"""The account and sign-in that `token` (a fingerprint) stands for `now`."""

_below: Any = Unit.__table__.alias()
_U: Any = Unit.__table__.c
VISITOR = (
    select(
        A.id, SI.id, A.role, A.name, A.login, A.unit_id, _U.name,
        ~select(_below.c.id).where(_below.c.parent_id == A.unit_id).exists(), A.must_change_password,
    )
    .select_from(SignIn.__table__)
    .join(Account.__table__, SIGNED_IN)
    .outerjoin(Unit.__table__, _U.id == A.unit_id)
)  # fmt: skip
"""Who that is, and of which unit."""
