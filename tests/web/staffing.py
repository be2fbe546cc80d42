"""A member of staff at the pages: forms with their token, files to upload, tables that are downloaded."""

import csv
import io
from typing import Any

from factories import Client, World
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from quizapp.models.audit import AuditRecord
from quizapp.services import contests, entries, organisations


class Page:
    """A signed-in browser; `get` and `post` give the reply, its text is `read`."""

    def __init__(self, client: Client) -> None:
        self.http, self.token = client.http, client.token

    def get(self, path: str) -> Any:
        return self.http.get(path)

    def read(self, path: str, status: int = 200) -> str:
        reply = self.get(path)
        assert reply.status_code == status, reply.get_data(as_text=True)[:2000]
        return reply.get_data(as_text=True)

    def post(self, path: str, file: tuple[str, str | bytes] | None = None, **fields: Any) -> Any:
        data: dict[str, Any] = dict(fields)
        if file is not None:
            name, content = file
            data["file"] = FileStorage(io.BytesIO(content.encode() if isinstance(content, str) else content), name)
        headers = {"X-CSRFToken": self.token}
        if file is None:
            return self.http.post(path, data=data, headers=headers)
        boundary, body = encode_multipart(data)
        return self.http.post(
            path, data=body, content_type=f"multipart/form-data; boundary={boundary}", headers=headers
        )

    def csv(self, path: str) -> list[list[str]]:
        """The rows of a downloaded table, headings first, without what stands around them."""
        reply = self.get(path)
        assert reply.status_code == 200, reply.get_data(as_text=True)[:2000]
        rows = list(csv.reader(io.StringIO(reply.get_data().decode("utf-8-sig"))))
        start = rows.index([]) + 1
        return rows[start : rows.index([], start)]

    def sheet(self, path: str) -> list[list[Any]]:
        reply = self.get(path)
        assert reply.status_code == 200
        return CalamineWorkbook.from_filelike(io.BytesIO(reply.get_data())).get_sheet_by_index(0).to_python()


def actions(world: World) -> list[str]:
    """What the log holds, oldest first."""
    with world.database.read() as session:
        return list(session.scalars(select(AuditRecord.action).order_by(AuditRecord.id)))


def join(
    world: World, secret: str, unit: str = "99010101", name: str = "张三", phone: str = "13800138000"
) -> tuple[str, str]:
    """Somebody who came by the unit's QR code: (id of the entry, 取回码)."""
    with world.database.write() as session:
        contest = contests.find_contest(session, "june")
        found = organisations.find_unit(session, unit)
        _, code = entries.join_by_link(session, secret, contest, found, world.clock(), name=name, phone=phone)
    with world.database.read() as session:
        entry = session.scalar(select(entries.Entry).where(entries.Entry.phone == phone))
        assert entry is not None
        return entry.id, code
