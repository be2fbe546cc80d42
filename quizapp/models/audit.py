"""Who did what."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Json, Millis, RowId


class AuditRecord(Base):
    """One action of staff or one event of sign-in; there is no function that changes or deletes a record."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    at: Mapped[int] = mapped_column(Millis, index=True)
    actor: Mapped[str] = mapped_column(String(64))  # account id, or "cli", "job", ""
    actor_name: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64), index=True)
    object: Mapped[str] = mapped_column(String(128))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    result: Mapped[str] = mapped_column(String(200))

