"""The regions of a picture as typed: inside it, of a size, and no two over each other's middle."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quizapp.rules.regions import SIDE, Point, Region

_Complaint = tuple[tuple[int | str, ...], str]


def corners_of(region: Mapping[str, Any]) -> tuple[Point, ...] | None:
    """The corners of a region whose box or polygon is made of numbers; None where its shape is left to the schema."""
    box, polygon = region.get("box"), region.get("polygon")
    if (box is None) == (polygon is None):
        return None
    raw = polygon if box is None else [box[:2], box[2:]] if isinstance(box, list) else None
    if not isinstance(raw, list):
        return None
    points = [tuple(map(_thousandths, point)) for point in raw if isinstance(point, list)]
    if len(points) != len(raw) or any(len(point) != 2 or None in point for point in points):
        return None
    return tuple((x, y) for x, y in points)


def _thousandths(text: Any) -> Any:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 9 else None


def region_complaints(regions: Sequence[Any]) -> Iterator[_Complaint]:
    sound: list[tuple[int, Region]] = []
    names: dict[Any, int] = {}
    for n, raw in enumerate(regions):
        if not isinstance(raw, dict):
            continue
        name = raw.get("name")
        if isinstance(name, str) and name.strip() and names.setdefault(name.strip(), n) != n:
            yield ("regions", n, "name"), f"区域“{name}”写了两次，请改一个"
        if ("box" in raw) == ("polygon" in raw):
            yield ("regions", n), "每个区域写一个 box: [左, 上, 右, 下]，或一个 polygon: [[横, 纵], …]，只写其中一种"
            continue
        corners = corners_of(raw)
        if corners is None:
            continue
        if complaint := _unsound(corners):
            yield ("regions", n, "box" if "box" in raw else "polygon"), complaint
        else:
            sound.append((n, Region(str(name), corners)))
    yield from _overlaps(sound)


def _unsound(corners: Sequence[Point]) -> str | None:
    if any(not 0 <= side <= SIDE for corner in corners for side in corner):
        return f"超出了图片，横纵都应在0到{SIDE}之间（图宽、图高的千分之几）"
    if len(corners) == 2:
        (left, top), (right, bottom) = corners
        return None if left < right and top < bottom else "应按 [左, 上, 右, 下] 写，左小于右，上小于下"
    (ax, ay), *others = corners
    flat = all((x - ax) * (y2 - ay) == (x2 - ax) * (y - ay) for x, y in others for x2, y2 in others)
    return "多边形的点都在一条线上，圈不住什么，请改正" if flat else None


def _overlaps(regions: Sequence[tuple[int, Region]]) -> Iterator[_Complaint]:
    for place, (n, region) in enumerate(regions):
        for _, other in regions[:place]:
            if region.holds(*other.centre) or other.holds(*region.centre):
                yield ("regions", n), f"区域“{region.name}”和“{other.name}”重叠太多，点一下分不清是哪个，请改小"
