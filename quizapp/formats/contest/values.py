"""The small values of a contest file, as people write them and as the rules count them; a ValueError says what to write."""

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"天": 86_400_000, "小时": 3_600_000, "分钟": 60_000, "秒": 1_000, "毫秒": 1}
_UNIT_WORDS = {
    "d": "天", "h": "小时", "时": "小时", "m": "分钟", "min": "分钟", "分": "分钟", "s": "秒", "秒钟": "秒", "ms": "毫秒",
}  # fmt: skip
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([^\d\s.]+)\s*")
_MOMENT = re.compile(
    r"(\d{4})(?:年|-|/)(\d{1,2})(?:月|-|/)(\d{1,2})日?[ T]*"
    r"(\d{1,2})(?:[:：]|时|点)(?:(\d{1,2})(?:分|(?=\D|$)))?(?:[:：]?(\d{1,2})(?:\.(\d{1,3}))?秒?)?"
    r" *(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_FLAGS = {"是": True, "true": True, "否": False, "false": False}


def flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise ValueError("不认识，请写 是 或 否")
    return _FLAGS[text.lower()]


def whole(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise ValueError(f"应是{least}到{most}的整数（半角数字）")
    return int(text)


def hundredths(text: str, least: int, most: int) -> int:
    """Points with at most two decimals, in hundredths."""
    found = re.fullmatch(r"(-?)(\d{1,9})(?:\.(\d{1,2}))?", text, re.ASCII)
    value = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0")) if found else least - 1
    if found and found[1]:
        value = -value or least - 1  # -0 is no number
    if not least <= value <= most:
        raise ValueError(f"应是{points_text(least)}到{points_text(most)}的数，最多两位小数，例如 5 或 2.5")
    return value


def share(text: str) -> Fraction:
    """A part of one: 60%, 0.6 or 3/5."""
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,9})?)\s*(?:([%％])|/\s*(\d{1,15}))?", text, re.ASCII)
    divisor = 100 if found and found[2] else int(found[3] or 1) if found else 0
    if not found or not divisor or not 0 <= (value := Fraction(found[1]) / divisor) <= 1:
        raise ValueError("应是0到1之间的数，例如 60%、0.6 或 3/5")
    return value


def decimal(text: str) -> Fraction:
    """A number that is not negative: 60, 82.5; 60% is 60 of a hundred."""
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?)\s*[%％]?", text, re.ASCII)
    if not found:
        raise ValueError("应是数，例如 60、82.5 或 60%")
    return Fraction(found[1])


def duration(text: str, least: int, most: int) -> int:
    """Milliseconds of 20分钟, 1小时30分, 1200s and the like."""
    parts = _PART.findall(text)
    units = [_UNITS.get(_UNIT_WORDS.get(unit.lower(), unit)) for _, unit in parts]
    if not parts or _PART.sub("", text) or None in units:
        raise ValueError("请写成数字加单位，例如 20分钟、1小时30分、30秒")
    value = sum(Fraction(number) * (unit or 0) for (number, _), unit in zip(parts, units, strict=True))
    if value.denominator != 1 or not least <= value <= most:
        raise ValueError(f"应在{duration_text(least)}到{duration_text(most)}之间")
    return int(value)


def moment(text: str) -> datetime:
    """A date and time; without an offset it is naive and means the contest's zone. 24:00 is the end of its day."""
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise ValueError("请写成 2026-06-30 23:30 这样的日期和时刻，结束也可写 24:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        if not 2000 <= year <= 2100 or (hour, minute, second) > (24, 0, 0):
            raise ValueError
        value = datetime(year, month, day, hour % 24, minute, second, int((found[7] or "").ljust(3, "0")) * 1000)
        zone = datetime.strptime(found[8], "%z").tzinfo if found[8] else None
    except ValueError:
        raise ValueError("不是有效的日期或时刻，请核对（年份在2000到2100之间）") from None
    return (value + timedelta(days=hour // 24)).replace(tzinfo=zone)


def zone_name(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, OSError, ValueError):
        raise ValueError("不是时区名称，例如 Asia/Shanghai") from None


def epoch_ms(value: datetime, zone: str) -> int:
    """UTC milliseconds of a moment; a naive one is read in `zone`."""
    aware = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
    return (aware - _EPOCH) // timedelta(milliseconds=1)


def flag_text(value: bool) -> str:
    return "是" if value else "否"


def points_text(value: int) -> str:
    whole_points, rest = divmod(abs(value), 100)
    told = f"{whole_points}.{rest:02d}".rstrip("0") if rest else str(whole_points)
    return f"-{told}" if value < 0 else told


def share_text(value: Fraction) -> str:
    percent = value * 100
    if percent.denominator == 1:
        return f"{percent}%"
    return str(value)


def decimal_text(value: Fraction) -> str:
    """As few decimals as are needed."""
    return f"{value.numerator}" if value.denominator == 1 else f"{float(value):.6f}".rstrip("0")


def duration_text(value: int) -> str:
    if value >= 2 * _UNITS["天"] and value % _UNITS["天"] == 0:
        return f"{value // _UNITS['天']}天"
    words = ""
    for unit, size in _UNITS.items():
        if unit != "天" and value >= size:
            words += f"{value // size}{unit}"
            value %= size
    return words or "0秒"


def moment_text(value: int, zone: str, end_of_day: bool = False) -> str:
    """A UTC millisecond in the contest's zone; midnight as 24:00 of the day before where that is how people say it."""
    local = (_EPOCH + timedelta(milliseconds=value)).astimezone(ZoneInfo(zone))
    precision = "milliseconds" if value % 1000 else "seconds" if local.second else "minutes"
    typed = local.replace(tzinfo=None, fold=0)
    if epoch_ms(typed, zone) != value:  # the hour that the end of summer time gives twice
        return local.isoformat(" ", precision)
    if end_of_day and (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return f"{local.date() - timedelta(days=1)} 24:00"
    return typed.isoformat(" ", precision)
