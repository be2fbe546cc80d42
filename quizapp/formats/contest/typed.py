"""Looking into a contest file as it was typed: texts, lists and mappings, whatever stands where."""

from collections.abc import Callable, Iterator
from typing import Any

Complaint = tuple[tuple[int | str, ...], str]


def part(value: Any, *path: int | str) -> Any:
    """What stands at a path, None where the file has nothing or something else there."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def numbered(value: Any) -> list[tuple[int, dict[str, Any]]]:
    return [(n, one) for n, one in enumerate(value) if isinstance(one, dict)] if isinstance(value, list) else []


def dicts(value: Any) -> list[dict[str, Any]]:
    return [one for _, one in numbered(value)]


def words(given: Any) -> list[str]:
    """One word or several, as a list may be written."""
    return [one for one in ([given] if isinstance(given, str) else given if isinstance(given, list) else []) if isinstance(one, str)]


def tried(parse: Callable[[str], Any], text: Any) -> Any:
    """What a text says, None where it cannot be read."""
    try:
        return parse(text) if isinstance(text, str) else None
    except ValueError:
        return None


def in_divisions(value: dict[str, Any], given: Any, at: tuple[int | str, ...]) -> Iterator[Complaint]:
    """Divisions that are named but not there."""
    codes = {division.get("code") for division in dicts(value.get("divisions"))}
    for code in words(given):
        if code not in codes:
            yield at, f"没有编码为“{code}”的组别"
