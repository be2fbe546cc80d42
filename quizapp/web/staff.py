"""What the pages of staff share: the left column, whose subtree it is, files that are uploaded, moments that are typed."""

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request, session, url_for
from flask_babel import gettext as _

from quizapp.errors import Invalid
from quizapp.formats.contest_values import epoch_ms, moment
from quizapp.rules.roles import Right, Role, may
from quizapp.rules.timing import Phase
from quizapp.services import contests
from quizapp.services.accounts import Visitor
from quizapp.services.audit import Actor
from quizapp.services.contests import Running
from quizapp.services.scopes import top_of
from quizapp.web.access import signed_in
from quizapp.web.edge import actor, db, now

T = TypeVar("T")
UPLOAD_MOST = 16_000_000  # bytes
KEEP_MOST = 3_000_000  # a larger file is uploaded again rather than carried along by the page
PAGE = 100


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
    """The moment asked for in the address, in the contest's zone; None is now. Raises Invalid."""
    text = request.args.get("as_of", "").strip()
    if not text:
        return None
    try:
        found = epoch_ms(moment(text), contest.rules.zone)
    except ValueError as error:
        told = _("截止时刻%(why)s", why=str(error))
        raise Invalid("截止时刻请写成 2026-06-04 11:00", errors=[("as_of", told)]) from None
    if found > now():
        raise Invalid("这个截止时刻还没有到，请改早一些")
    return found


def page_of(rows: Sequence[T], **query: Any) -> tuple[Sequence[T], str | None, str | None]:
    """(the rows of the page asked for, address of the page before, of the page after)."""
    after = request.args.get("after", "")
    start = min(int(after), len(rows)) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    kept = {name: value for name, value in query.items() if value}
    here = {**(request.view_args or {}), **kept}
    before = url_for(str(request.endpoint), **here, after=max(0, start - PAGE) or None) if start else None
    following = url_for(str(request.endpoint), **here, after=start + PAGE) if start + PAGE < len(rows) else None
    return rows[start : start + PAGE], before, following


def my_top() -> Any:
    """The top of the visitor's subtree; None is everything."""
    return top_of(db(), signed_in())


def phase_words(contest: Running) -> str:
    """Where a contest stands, in a word or two."""
    if contest.paused:
        return _("已暂停")
    words = {Phase.UPCOMING: _("未开始"), Phase.OPEN: _("正在进行"), Phase.CLOSING: _("即将截止"), Phase.OVER: _("已结束")}
    return words[contest.phase(now())]


def shell() -> dict[str, Any]:
    """The left column, for every page of staff."""
    return {"column": _column(signed_in())}


def _column(who: Visitor) -> list[dict[str, Any]]:
    """At most six words; the present one is marked."""
    here = str(request.endpoint)
    words: list[tuple[str, str, tuple[str, ...]]]
    if who.liaison:
        words = [(_("本单位"), url_for("liaison.home"), ("liaison.",)), (_("成绩"), url_for("official.home"), ("official.",))]
    elif who.role is Role.OFFICIAL:
        words = _official_words()
    else:
        words = [
            (_("竞赛"), url_for("organiser.home"), ("organiser.home", "organiser.contest")),
            (_("题库"), url_for("organiser.banks"), ("organiser.bank",)),
            (_("单位"), url_for("organiser.units"), ("organiser.unit", "organiser.roster", "organiser.poster")),
            (_("核对"), url_for("organiser.missing"), ("organiser.missing", "organiser.disputes")),
            (_("成绩"), url_for("official.home"), ("official.",)),
        ]
        if may(who.role, Right.ADMINISTER):
            words.append((_("系统"), url_for("admin.home"), ("admin.",)))
    return [{"name": name, "url": url, "current": here.startswith(marks)} for name, url, marks in words]


def _official_words() -> list[tuple[str, str, tuple[str, ...]]]:
    words: list[tuple[str, str, tuple[str, ...]]] = [(_("竞赛"), url_for("official.home"), ("official.home",))]
    slug = (request.view_args or {}).get("slug") or newest_slug()
    if slug:
        words += [
            (_("个人"), url_for("official.people", slug=slug), ("official.people",)),
            (_("单位"), url_for("official.units", slug=slug), ("official.units", "official.check")),
            (_("未参加"), url_for("official.waiting", slug=slug), ("official.waiting",)),
            (_("汇总"), url_for("official.summary", slug=slug), ("official.summary",)),
        ]
    return words


def newest_slug() -> str | None:
    """The contest that a page means where its address names none."""
    found = contests.list_contests(db())
    running = [contest for contest in found if contest.phase(now()) in (Phase.OPEN, Phase.CLOSING)]
    chosen = running or found
    return chosen[0].rules.slug if chosen else None


def choices(values: Mapping[str, str], everything: str) -> list[tuple[str, str]]:
    """What a filter offers: all, then each."""
    return [("", everything), *values.items()]
