"""Saying sentences in Chinese or English: a sentence is a text in Chinese and what stands in its {places}."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from quizapp.rules.english import ENGLISH

Sentence = tuple[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Points:
    """Hundredths of a point."""

    hundredths: int


@dataclass(frozen=True, slots=True)
class Length:
    """A duration in milliseconds."""

    ms: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A UTC millisecond as people of `zone` say it; an end at midnight is the 24:00 of the day before. What it shares with the
    moment `since`, told right before it, is left out: 9:00至18:00."""

    ms: int
    zone: str
    is_end: bool = False
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Several:
    """Some things in a row, each a text or a sentence."""

    things: tuple[object, ...]
    joined_by: str = "、"


class English(str):
    """What stands in a place of an English text; {count:attempt|attempts} puts the noun behind it that goes with its number."""

    __slots__ = ()

    def __format__(self, nouns: str) -> str:
        one, _, more = nouns.partition("|")
        return f"{self!s} {one if self == '1' else more}" if more else str(self)


def said(text: str, **places: object) -> Sentence:
    return text, places


def say(sentence: Sentence, language: str = "zh") -> str:
    """The sentence in `zh` or `en`; what has no English yet stays Chinese."""
    text, places = sentence
    if language == "en":
        return _in_english(sentence, opens=True)
    return text.format_map({name: spoken(value, language) for name, value in places.items()})


def _in_english(sentence: Sentence, *, opens: bool) -> str:
    """Our own words get a capital where they open a sentence and none within one; what an organiser has named is never altered."""
    text, places = ENGLISH.get(sentence[0], sentence[0]), sentence[1]
    if opens or not text[1:2].isupper():
        text = (text[:1].upper() if opens else text[:1].lower()) + text[1:]
    told = {
        name: English(spoken(value, "en", opens=opens and text.startswith("{" + name))) for name, value in places.items()
    }
    return " ".join(text.format_map(told).split())  # a place with nothing in it leaves two spaces


def say_all(sentences: Iterable[Sentence], language: str = "zh") -> list[str]:
    return [say(sentence, language) for sentence in sentences]


def spoken(value: object, language: str, *, opens: bool = False) -> str:
    """What stands in a place of a sentence; `opens`: at its beginning."""
    if isinstance(value, Points):
        return decimal(value.hundredths)
    if isinstance(value, Length):
        return length(value.ms, language)
    if isinstance(value, Moment):
        return moment(value, language)
    if isinstance(value, Several):
        joined = (
            {"、": ", ", "；": "; ", "，": ", "}.get(value.joined_by, value.joined_by)
            if language == "en"
            else value.joined_by
        )
        return joined.join(spoken(thing, language, opens=opens and not n) for n, thing in enumerate(value.things))
    if isinstance(value, tuple):
        return _in_english(value, opens=opens) if language == "en" else say(value, language)
    if isinstance(value, Fraction):
        return fraction(value)
    return str(value)


def decimal(hundredths: int) -> str:
    """85.5, 85, -5."""
    whole, rest = divmod(abs(hundredths), 100)
    told = f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
    return f"-{told}" if hundredths < 0 else told


def fraction(value: Fraction) -> str:
    """0.3, 85; at most four decimals."""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.4f}".rstrip("0").rstrip(".")


def percent(share: Fraction) -> str:
    return f"{fraction(share * 100)}%"


def length(ms: int, language: str = "zh") -> str:
    """20分钟, 1小时30分钟, 30秒; 20 min, 1 h 30 min, 30 s."""
    units: Sequence[tuple[str, int]] = (
        (("天", 86_400_000), ("小时", 3_600_000), ("分钟", 60_000), ("秒", 1_000))
        if language == "zh"
        else ((" d ", 86_400_000), (" h ", 3_600_000), (" min ", 60_000), (" s ", 1_000))
    )
    told = ""
    for name, size in units:
        if name.strip() in ("天", "d") and (ms < 2 * size or ms % size):
            continue  # 25小时 says more than 1天1小时
        count, ms = divmod(ms, size)
        told += f"{count}{name}" if count else ""
    return told.strip() or ("0秒" if language == "zh" else "0 s")


def moment(value: Moment, language: str) -> str:
    """2026年6月10日 9:00, 2026年6月30日24时; 2026-06-10 9:00."""
    at = _local(value.ms, value.zone)
    midnight = value.is_end and (at.hour, at.minute, at.second) == (0, 0, 0)
    day = at.date() - timedelta(days=1) if midnight else at.date()
    before = None if value.since is None else _local(value.since, value.zone).date()
    if language == "en":
        time = "24:00" if midnight else f"{at.hour}:{at.minute:02d}"
        return time if day == before else f"{day.isoformat()} {time}"
    if day == before:
        return "24时" if midnight else f"{at.hour}:{at.minute:02d}"
    year = "" if before is not None and day.year == before.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日" + ("24时" if midnight else f" {at.hour}:{at.minute:02d}")


def _local(ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone))
