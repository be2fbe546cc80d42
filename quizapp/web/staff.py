"""What the pages of staff share: the left column, whose subtree it is, files that are uploaded, moments that are typed."""

import base64
import binascii
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request, session, url_for
from flask_babel import gettext as _

from quizapp.errors import Invalid
from quizapp.formats.contest.values import epoch_ms, moment
from quizapp.rules.roles import Right, Role, may
from quizapp.rules.timing import Phase
from quizapp.services import contests, verdicts
from quizapp.services.accounts import Visitor
from quizapp.services.audit import Actor
from quizapp.services.contests import Running
from quizapp.services.participation import Day
from quizapp.services.scopes import top_of
from quizapp.web.access import signed_in, visitor
from quizapp.web.edge import actor, db, now

T = TypeVar("T")
UPLOAD_MOST = 16_000_000  # bytes
KEEP_MOST = 3_000_000  # a larger file is uploaded again rather than carried along by the page
PAGE = 100
_OFFICIAL_LISTS = {
    "个人": "official.people",
    "单位": "official.units",
    "未参加": "official.waiting",
    "汇总": "official.summary",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its bytes and the last part of its name."""

    data: bytes
    name: str


def me() -> Actor:
    """The visitor as the audit log names them."""
    return actor(signed_in())


def make_room(*endpoints: str) -> None:
    """Let these endpoints receive a file; only from somebody whose cookie we gave out."""
    if request.endpoint in endpoints and "_user_id" in session:
        request.max_content_length = UPLOAD_MOST
        request.max_form_memory_size = UPLOAD_MOST


def uploaded(field: str = "file") -> Upload:
    """The file of the form, or the one that the page before carried along. Raises Invalid where there is none."""
    file = request.files.get(field)
    if file is not None and file.filename:
        data = file.read()
        file.close()
        if not data:
            raise Invalid("文件是空的，请重新选择文件")
        name = file.filename.replace("\\", "/").rpartition("/")[2]
        return Upload(data, name[:200])
    if request.form.get("kept"):
        return _kept(request.form["kept"], request.form.get("kept_name", "")[:200])
    raise Invalid("请先选择文件")


def keep(upload: Upload) -> dict[str, str]:
    """Fields by which a page carries a file to its next step; none where it is too large."""
    packed = base64.b64encode(zlib.compress(upload.data)).decode()
    return {"kept": packed, "kept_name": upload.name} if len(packed) <= KEEP_MOST else {}


def _kept(packed: str, name: str) -> Upload:
    try:
        opened = zlib.decompressobj()
        data = opened.decompress(base64.b64decode(packed, validate=True), UPLOAD_MOST)
    except (zlib.error, binascii.Error, ValueError):
        raise Invalid("文件没有传完整，请重新选择文件") from None
    return Upload(data, name)


def as_of(contest: Running) -> int | None:
    """The moment asked for in the address, in the contest's zone; a bare date is its end. None is now. Raises Invalid."""
    text = request.args.get("as_of", "").strip()
    if not text:
        return None
    bare = re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text, re.ASCII) is not None
    try:
        found = epoch_ms(moment(f"{text} 00:00" if bare else text), contest.rules.zone)
        end = epoch_ms(moment(f"{text} 24:00"), contest.rules.zone) if bare else found
    except ValueError as error:
        told = _("截止时刻%(why)s", why=str(error))
        raise Invalid("截止时刻请写成 2026-06-04 11:00", errors=[("as_of", told)]) from None
    if found > now():
        raise Invalid("这个截止时刻还没有到，请改早一些")
    return end if end <= now() else None


def page_of(rows: Sequence[T], **query: Any) -> tuple[Sequence[T], str | None, str | None]:
    """(the rows of the page asked for, address of the page before, of the page after)."""
    start = min(page_start(), len(rows))
    return rows[start : start + PAGE], *neighbours(start, len(rows), **query)


def page_start() -> int:
    """How many rows stand before the page asked for."""
    after = request.args.get("after", "")
    return int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0


def neighbours(start: int, total: int, **query: Any) -> tuple[str | None, str | None]:
    """The addresses of the page before and of the page after."""
    here = {**(request.view_args or {}), **{name: value for name, value in query.items() if value}}
    before = url_for(str(request.endpoint), **here, after=max(0, start - PAGE) or None) if start else None
    following = url_for(str(request.endpoint), **here, after=start + PAGE) if start + PAGE < total else None
    return before, following


def my_top() -> Any:
    """The top of the visitor's subtree; None is everything."""
    return top_of(db(), signed_in())


def shell() -> dict[str, Any]:
    """The left column, for every page of staff."""
    who = visitor()  # an error page of these addresses may have nobody to show a column to
    return {"column": _column(who) if who is not None and who.role is not Role.CONTESTANT else []}


Words = list[tuple[str, str, tuple[str, ...]]]
"""(the word, where it leads, how the paths begin on which it is the present one)."""


def _column(who: Visitor) -> list[dict[str, Any]]:
    """At most six words; the present one is marked."""
    if who.liaison:
        words = _liaison_words()
    elif who.role is Role.OFFICIAL:
        words = _official_words()
    else:
        words = _organiser_words(may(who.role, Right.ADMINISTER))
    here = request.path
    return [{"name": name, "url": url, "current": here == url or here.startswith(marks)} for name, url, marks in words]


def _organiser_words(administers: bool) -> Words:
    words: Words = [
        (_("竞赛"), url_for("organiser.home"), ("/organiser/contest",)),
        (_("题库"), url_for("organiser.banks"), ("/organiser/banks",)),
        (_("单位"), url_for("organiser.units"), ("/organiser/units", "/organiser/rosters", "/organiser/posters")),
        (_("核对"), url_for("organiser.missing"), ("/organiser/missing", "/organiser/disputes")),
        (_("成绩"), url_for("official.home"), ("/official",)),
    ]
    return [*words, (_("系统"), url_for("admin.home"), ("/admin",))] if administers else words


def _liaison_words() -> Words:
    words: Words = [(_("本单位"), url_for("liaison.home"), ("/liaison",))]
    slug = _slug()
    if slug:
        words.append((_("单位成绩"), url_for("official.check", slug=slug, code=my_top().code), ("/official",)))
    return words


def _official_words() -> Words:
    words: Words = [(_("竞赛"), url_for("official.home"), ())]
    slug = _slug()
    for name, endpoint in _OFFICIAL_LISTS.items() if slug else ():
        url = url_for(endpoint, slug=slug)
        words.append((_(name), url, (url,)))
    if slug and verdicts.asks_essays(db(), contests.find_contest(db(), slug)):
        url = url_for("official.essays", slug=slug)
        words.append((_("评阅"), url, (url,)))
    return words


def _slug() -> str | None:
    """The contest of the address, else the newest."""
    return (request.view_args or {}).get("slug") or newest_slug()


def newest_slug() -> str | None:
    """The contest that a page means where its address names none."""
    found = contests.list_contests(db())
    running = [contest for contest in found if contest.phase(now()) in (Phase.OPEN, Phase.CLOSING)]
    chosen = running or found
    return chosen[0].rules.slug if chosen else None


def day_bars(days: Sequence[Day]) -> list[dict[str, Any]]:
    """Participation by day as a chart that is a table."""
    most = max((day.people for day in days), default=0) or 1
    return [
        {
            "name": _("%(month)s月%(day)s日", month=int(day.day[5:7]), day=int(day.day[8:])),
            "words": day.people,
            "share": day.people * 100 / most,
            "flagged": False,
        }
        for day in days
    ]
