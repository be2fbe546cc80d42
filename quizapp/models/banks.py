"""Question banks: published versions never change."""

from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Json, Millis


class BankVersion(Base):
    """One imported state of a bank, whole; immutable once published. `content_hash` is of its items and pictures.

    `images`: {path: [content hash, width, height]}.
    """

    __tablename__ = "bank_versions"
    __table_args__ = (UniqueConstraint("code", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), index=True)
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(400))
    content_hash: Mapped[str] = mapped_column(String(64), index=True)
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json, deferred=True)
    images: Mapped[dict[str, list[Any]] | None] = mapped_column(Json)
    item_count: Mapped[int]
    imported_at: Mapped[int] = mapped_column(Millis)
    published_at: Mapped[int | None] = mapped_column(Millis)


class BankImage(Base):
    """A picture that items show; the same bytes are kept once."""

    __tablename__ = "bank_images"

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    data: Mapped[bytes] = mapped_column(LargeBinary)


class LawText(Base):
    """The text of a cited law, shown to contestants at the cited article."""

    __tablename__ = "laws"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    edition: Mapped[str] = mapped_column(String(100))
    in_force: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(100))
    articles: Mapped[dict[str, str]] = mapped_column(Json)

