"""Places in a picture, in whole thousandths of its width and height, and which of them a tap means."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

SIDE = 1_000
TAPS_PER_REGION = 3

Point = tuple[int, int]
Place = int | Fraction


@dataclass(frozen=True, slots=True)
class Region:
    """What is to be found: a box by two corners (left top, right bottom), or a polygon by three or more; its edge belongs to it."""

    name: str
    corners: tuple[Point, ...]
    explain: str = ""
    cite: tuple[str, ...] = ()

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        across, down = zip(*self.corners, strict=True)
        return min(across), min(down), max(across), max(down)

    @property
    def centre(self) -> tuple[Fraction, Fraction]:
        left, top, right, bottom = self.box
        return Fraction(left + right, 2), Fraction(top + bottom, 2)

    def holds(self, x: Place, y: Place) -> bool:
        if len(self.corners) == 2:
            left, top, right, bottom = self.box
            return left <= x <= right and top <= y <= bottom
        inside = False
        for (ax, ay), (bx, by) in zip(self.corners, self.corners[1:] + self.corners[:1], strict=True):
            side = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            if side == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
                return True
            if (ay > y) != (by > y) and (side > 0) == (by > ay):
                inside = not inside
        return inside


def hit(regions: Sequence[Region], x: int, y: int) -> int | None:
    """The one region a tap counts for: of those that hold it the one whose centre is nearest; None where it hits nothing."""

    def distance(index: int) -> Fraction:
        cx, cy = regions[index].centre
        return (cx - x) ** 2 + (cy - y) ** 2

    return min((n for n, region in enumerate(regions) if region.holds(x, y)), key=distance, default=None)
