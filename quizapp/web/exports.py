"""Tables that leave the house as files: written down first, then sent, never kept by anybody on the way."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import PurePath
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Response, request

from quizapp.errors import Conflict, NotFound
from quizapp.formats.result_sheets import Stamp, file_name
from quizapp.formats.result_table import Sheet, write_csv
from quizapp.formats.result_xlsx import write_xlsx
from quizapp.services.audit import record
from quizapp.services.contests import Running
from quizapp.services.exports import AT_ONCE
from quizapp.web.access import signed_in
from quizapp.web.edge import READS, db, edge, now
from quizapp.web.staff import me

T = TypeVar("T")
LAYOUTS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def signature() -> str:
    """Who exports, as the file says it."""
    who = signed_in()
    return who.name if who.login in (None, who.name) else f"{who.name}（{who.login}）"


def stamp(scope: str, as_of: int | None) -> Stamp:
    """Who exports, what, as of when."""
    return Stamp(scope, now() if as_of is None else as_of, now(), signature())


def few(rows: Iterable[T]) -> list[T]:
    """All rows of a list that a page sends itself. Raises Conflict for one that is made in the background."""
    found = list(islice(rows, AT_ONCE + 1))
    if len(found) > AT_ONCE:
        raise Conflict("名单超过{most}行，请回到名单页面点“导出”，文件在后台生成", most=AT_ONCE)
    return found


def send_sheet(sheet: Sheet, layout: str, contest: Running, what: str, stamped: Stamp, **detail: Any) -> Response:
    """The table as xlsx or csv, in the audit log before anything is sent. Raises NotFound for another layout."""
    mimetype = media_type(layout)
    write = write_xlsx if layout == "xlsx" else write_csv
    out = BytesIO()
    write(sheet, out)
    log(f"export.{what}", contest.rules.slug, format=layout, scope=stamped.scope, as_of=stamped.as_of, **detail)
    return send(out.getvalue(), file_name(sheet, stamped, layout), mimetype)


def media_type(layout: str) -> str:
    """Raises NotFound for a layout that no list comes in."""
    if layout not in LAYOUTS:
        raise NotFound("只能导出 xlsx 或 csv")
    return LAYOUTS[layout]


def log(action: str, thing: str, **detail: Any) -> None:
    """A line of the log, written before any file is sent; a page that only reads takes a transaction of its own for it."""
    if request.method not in READS:
        record(db(), me(), action, thing, now(), **detail)
        return
    with edge().database.write() as session:
        record(session, me(), action, thing, now(), **detail)


def send(data: bytes | Iterator[bytes], name: str, mimetype: str) -> Response:
    """Bytes, or pieces one by one, as a download whose name survives every browser (RFC 6266): in full, and in plain letters for old ones."""
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
