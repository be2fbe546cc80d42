"""Numbers as people type them, read exactly; the range that a numeric item takes for right."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

_NUMBER = re.compile(r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)", re.ASCII)
_SIGNS = str.maketrans("−–—。", "---.")  # a Chinese keyboard's full stop and dashes
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `least` to `most`, and `tolerance` beyond either."""

    least: Decimal
    most: Decimal
    tolerance: Decimal = Decimal(0)

    def holds(self, given: Decimal) -> bool:
        # a sum of Decimals is rounded, of Fractions never
        slack = Fraction(self.tolerance)
        return Fraction(self.least) - slack <= Fraction(given) <= Fraction(self.most) + slack

    def __str__(self) -> str:
        """30, 30±0.5, 25~30, 25~30±0.5"""
        ends = [self.least] if self.least == self.most else [self.least, self.most]
        return "~".join(map(written, ends)) + (f"±{written(self.tolerance)}" if self.tolerance else "")


def folded(text: str) -> str:
    """Widths, blanks and the several dashes do not matter."""
    return "".join(text.split()).translate(_WIDE).translate(_SIGNS)


def number(text: str, unit: str = "") -> Decimal | None:
    """The number in a text, thousands separated or not, with its unit or without; None where it cannot be read as one."""
    plain = folded(text)
    found = _NUMBER.match(plain)
    if found is None or _unit(plain[found.end() :]) not in ("", _unit(unit)):
        return None
    return Decimal(found[0].replace(",", ""))


def _unit(text: str) -> str:
    """㎡, m² and M2 are one unit; 10² is no number."""
    return unicodedata.normalize("NFKC", folded(text)).casefold().strip(".")


def written(value: Decimal) -> str:
    """Without an exponent."""
    return format(value, "f")
