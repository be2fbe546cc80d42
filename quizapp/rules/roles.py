"""Role and what each may do."""

from enum import StrEnum


class Role(StrEnum):
    CONTESTANT = "contestant"
    ORGANISER = "organiser"
    OFFICIAL = "official"
    ADMIN = "admin"


class Right(StrEnum):
    """What a page or an API call asks for."""

    ANSWER = "answer"  # sit papers that count
    ORGANISE = "organise"  # banks, contests, unit trees, missing units
    OVERSEE = "oversee"  # results and people of one's own subtree
    ADMINISTER = "administer"  # accounts, settings, audit, backup


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CONTESTANT: frozenset({Right.ANSWER}),
    Role.OFFICIAL: frozenset({Right.OVERSEE}),
    Role.ORGANISER: frozenset({Right.ORGANISE, Right.OVERSEE}),
    Role.ADMIN: frozenset({Right.ORGANISE, Right.OVERSEE, Right.ADMINISTER}),
}


def may(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]
