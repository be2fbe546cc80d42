"""Accounts, sign-ins and one-time codes."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Id, Millis


class Account(Base):
    """A person who can sign in: by password (`login`), by one-time code (roster), or by having entered through a unit's link."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("role IN ('contestant', 'organiser', 'official', 'admin')", name="role"),
        Index(None, "unit_id"),
        Index(None, "phone"),
    )

    id: Mapped[str] = mapped_column(Id(), primary_key=True)
    login: Mapped[str | None] = mapped_column(String(64), unique=True)
    password: Mapped[str | None] = mapped_column(String(128))
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(20))
    number: Mapped[str | None] = mapped_column(String(32))  # 工号, 学号, 座号 of a roster
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    division: Mapped[str | None] = mapped_column(String(200))  # 组别 of a roster, where people would choose it
    on_roster: Mapped[bool] = mapped_column(default=False)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    consented_at: Mapped[int | None] = mapped_column(Millis)  # to the privacy notice, by one who came with a code
    created_at: Mapped[int] = mapped_column(Millis)
    disabled_at: Mapped[int | None] = mapped_column(Millis)


class SignIn(Base):
    """One device or script signed in; the cookie or bearer token holds what hashes to `id`."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(Id(), ForeignKey("accounts.id"))
    created_at: Mapped[int] = mapped_column(Millis)
    expires_at: Mapped[int] = mapped_column(Millis)
    ended_at: Mapped[int | None] = mapped_column(Millis)


class OneTimeCode(Base):
    """A code that signs an account in once: a roster slip, or a password reset by an administrator."""

    __tablename__ = "one_time_codes"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(Id(), ForeignKey("accounts.id"))
    created_at: Mapped[int] = mapped_column(Millis)
    expires_at: Mapped[int] = mapped_column(Millis)
    used_at: Mapped[int | None] = mapped_column(Millis)


class Throttle(Base):
    """Failed tries in a window, per account or address; what it counts must outlive the refusal."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    window: Mapped[int] = mapped_column(Millis, primary_key=True)
    failures: Mapped[int]
