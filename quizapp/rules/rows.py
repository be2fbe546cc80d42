"""Rows of a unit tree, a roster or an account list as read from somebody's file: still words, nothing looked up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit; `parent` is a code or a name, `headcount` None where the office left it open."""

    line: int
    name: str
    code: str | None = None
    kind: str | None = None
    parent: str | None = None
    headcount: int | None = None
    aliases: tuple[str, ...] = ()
    telephone: str | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of a roster; `number` is 工号, 学号 or 座号, `unit` a code or a name."""

    line: int
    name: str
    phone: str | None = None
    number: str | None = None
    unit: str | None = None
    division: str | None = None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account with its password; `unit` is a code."""

    line: int
    name: str
    role: str
    password: str
    unit: str | None = None
    full_name: str | None = None
