"""Tables that leave the house as files: written down first, then sent, never kept by anybody on the way."""

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import PurePath
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Response, request

from quizapp.errors import NotFound
from quizapp.formats.result_sheets import Stamp
from quizapp.formats.result_table import Sheet, write_csv, write_xlsx
from quizapp.services.audit import record
from quizapp.services.contests import Running
from quizapp.web.access import signed_in
from quizapp.web.edge import READS, db, edge, now
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
    """A line of the log, written before any file is sent; a page that only reads takes a transaction of its own for it."""
    if request.method not in READS:
        record(db(), me(), action, thing, now(), **detail)
        return
    with edge().database.write() as session:
        record(session, me(), action, thing, now(), **detail)


def send(data: bytes, name: str, mimetype: str) -> Response:
    """Bytes as a download whose name survives every browser (RFC 6266): in full, and in plain letters for old ones."""
    safe = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name)
    end = PurePath(safe).suffix
    stem = safe.removesuffix(end)[:100].strip()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")
    response = Response(data, content_type=mimetype)
    response.headers.set(
        "Content-Disposition",
        "attachment",
        filename=f"quizapp-{plain}{end}" if plain else f"quizapp{end}",
        **{"filename*": f"UTF-8''{quote(stem + end, safe='')}"},
    )
    response.headers["Cache-Control"] = "no-store"
    return response
