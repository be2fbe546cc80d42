"""The stored texts of laws, as the checks of a bank take them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.models.banks import LawText
from quizapp.rules.items import Law


def stored_laws(session: Session) -> dict[str, Law]:
    """Every law by the name by which it is cited."""
    return {
        law.name: Law(law.name, law.title, law.edition, law.in_force, law.status, dict(law.articles))
        for law in session.scalars(select(LawText))
    }
