"""Serials of printed papers: short, told apart by eye and ear, with a last letter that gives a slip away."""

import unicodedata
from collections.abc import Sequence

LETTERS = (
    "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is read as another; 31 of them, a prime, so that every slip shows
)
LENGTH = 5  # without the check letter


def serial(chosen: Sequence[str]) -> str:
    """The serial that begins with these `LENGTH` letters."""
    begun = "".join(chosen)
    return begun + LETTERS[-_weight(begun + LETTERS[0]) % len(LETTERS)]


def _weight(text: str) -> int:
    """Nothing modulo 31 for a serial; one wrong letter or two that changed places always make something."""
    return sum(weight * LETTERS.index(letter) for weight, letter in enumerate(reversed(text), 1))


def plain(typed: str) -> str:
    """A serial as it is kept: K7M-3QX, k7m 3qx and Ｋ７Ｍ３ＱＸ are the same."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())


def is_serial(text: str) -> bool:
    """Whether a plain text can be a serial at all."""
    return len(text) == LENGTH + 1 and all(c in LETTERS for c in text) and _weight(text) % len(LETTERS) == 0


def shown(serial: str) -> str:
    """K7M-3QX"""
    return f"{serial[:3]}-{serial[3:]}"
