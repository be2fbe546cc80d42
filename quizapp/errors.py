"""What can go wrong, in words a page or a terminal can show.

`text` is a message id in Chinese with named {placeholders}; the edge translates it and then fills it in, so that nothing below
the pages needs to know a language.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file: where it is, and what to do about it."""

    message: str
    line: int | None = None
    field: str = ""
    file: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}"


class QuizError(Exception):
    """Anything a person caused or can do something about."""

    status = 400
    retry_after: int | None = None
    """Seconds after which to try again, where that helps."""

    def __init__(self, text: str, /, **params: object) -> None:
        super().__init__(text)
        self.text = text
        self.params = params

    def __str__(self) -> str:
        return self.text.format(**self.params)


class Invalid(QuizError):
    """What was sent cannot be used; `errors` name the fields."""

    def __init__(self, text: str, /, errors: Sequence[tuple[str, str]] = (), **params: object) -> None:
        super().__init__(text, **params)
        self.errors = list(errors)


class BadFile(QuizError):
    """A file with faults: all of them, not the first."""

    def __init__(self, faults: Sequence[Fault], text: str = "文件有{count}处错误，一条也没有导入") -> None:
        super().__init__(text, count=len(faults))
        self.faults = list(faults)


class Unauthenticated(QuizError):
    status = 401


class Refused(QuizError):
    status = 403


class NotFound(QuizError):
    status = 404

    def __init__(self, text: str = "没有找到", /, **params: object) -> None:
        super().__init__(text, **params)


class Conflict(QuizError):
    """The thing has moved on; `current` says to what."""

    status = 409

    def __init__(self, text: str, /, current: dict[str, object] | None = None, **params: object) -> None:
        super().__init__(text, **params)
        self.current = current or {}


class TooMany(QuizError):
    status = 429
    retry_after = 60


class Unavailable(QuizError):
    status = 503


class Busy(Unavailable):
    """More at once than can be done; `retry_after` is spread, so that not everybody comes back together."""

    def __init__(self, text: str, /, retry_after: int, **params: object) -> None:
        super().__init__(text, **params)
        self.retry_after = retry_after


class Queued(Busy):
    """A start that has to wait: its place in the line, 1 for the next, and for how many milliseconds."""

    def __init__(self, place: int, wait_ms: int, retry_after: int) -> None:
        super().__init__(
            "现在开始答题的人很多，您排在第{place}位，大约{seconds}秒后轮到。排队不计入答题时间",
            retry_after, place=place, seconds=-(-wait_ms // 1000),
        )  # fmt: skip
        self.queue = {"place": place, "ahead": place - 1, "wait_ms": wait_ms}
