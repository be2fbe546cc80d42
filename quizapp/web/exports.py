"""Tables that leave the house as files: written down first, then sent, never kept by anybody on the way."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, send_file

from quizapp.errors import NotFound
from quizapp.formats.result_sheets import Stamp
from quizapp.formats.result_table import Sheet, write_csv, write_xlsx
from quizapp.services.audit import record
from quizapp.services.contests import Running
from quizapp.web.access import signed_in
from quizapp.web.edge import edge, now
from quizapp.web.staff import me

_LAYOUTS = {
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (write_csv, "text/csv; charset=utf-8"),
}


def stamp(scope: str, as_of: int | None) -> Stamp:
    """Who exports, what, as of when."""
    who = signed_in()
    name = who.name if who.login in (None, who.name) else f"{who.name}（{who.login}）"
    return Stamp(scope, now() if as_of is None else as_of, now(), name)


def send_sheet(sheet: Sheet, layout: str, contest: Running, what: str, stamped: Stamp, **detail: Any) -> Response:
    """The table as xlsx or csv, in the audit log before anything is sent. Raises NotFound for another layout."""
    if layout not in _LAYOUTS:
        raise NotFound("只能导出 xlsx 或 csv")
    write, mimetype = _LAYOUTS[layout]
    out = BytesIO()
    write(sheet, out)
    log(f"export.{what}", contest.rules.slug, format=layout, scope=stamped.scope, as_of=stamped.as_of, **detail)
    at = datetime.fromtimestamp(stamped.as_of / 1000, UTC).astimezone(ZoneInfo(contest.rules.zone))
    return send(out.getvalue(), f"{sheet.title} {at:%Y%m%d-%H%M}.{layout}", mimetype)


def log(action: str, thing: str, **detail: Any) -> None:
    """A line of the log for a page that only reads: a transaction of its own, and no file without it."""
    with edge().database.write() as session:
        record(session, me(), action, thing, now(), **detail)


def send(data: bytes, name: str, mimetype: str) -> Response:
    """Bytes as a download whose name survives every browser (RFC 6266)."""
    plain = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name)
    end = PurePath(plain).suffix
    named = plain.removesuffix(end)[:100] + end
    response = send_file(BytesIO(data), mimetype=mimetype, as_attachment=True, download_name=named)
    response.headers["Cache-Control"] = "no-store"
    return response
