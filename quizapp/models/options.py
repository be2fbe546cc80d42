"""What an administrator set in the browser."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base


class Option(Base):
    """A setting that an administrator changed in the browser; stands before the environment's."""

    __tablename__ = "options"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str]
