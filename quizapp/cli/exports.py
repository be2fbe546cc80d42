"""quizapp export: make one large file that was asked for on a page. The server's jobs start it, in a process of its own."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

import click

from quizapp.cli.parts import Parts, saves_go_first
from quizapp.cli.results import Counted
from quizapp.errors import QuizError
from quizapp.formats import result_lists, result_sheets
from quizapp.formats.result_table import Sheet, write_csv
from quizapp.formats.result_xlsx import write_xlsx
from quizapp.services import exports, organisations, overview, participation, people_results
from quizapp.services.exports import Order, Run

BEAT = 2.0  # seconds between two signs of life


class TakenOver(Exception):
    """Another process makes the file now."""


class Progress(Counted):
    """Rows on their way into the file; their count is written down every two seconds, beside the work."""

    def __init__(self, parts: Parts, run: Run) -> None:
        super().__init__(())
        self._parts, self._run, self._lost = parts, run, threading.Event()

    def over(self, rows: Iterable[Any]) -> Iterator[Any]:
        self._rows = rows
        for row in self:
            self.check()
            yield row

    def check(self) -> None:
        """Raises TakenOver."""
        if self._lost.is_set():
            raise TakenOver

    def keep(self, alive: bool) -> None:
        """Raises TakenOver where the database said no."""
        if not alive:
            self._lost.set()
        self.check()

    @contextmanager
    def beating(self) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._beat, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(BEAT) and not self._lost.is_set():
            try:
                with self._parts.database.write() as session:
                    alive = exports.sign_of_life(session, self._run, self.count, self._parts.clock())
            except Exception as error:
                if not self._parts.is_away(error):
                    raise
            else:
                if not alive:
                    self._lost.set()


@click.command(hidden=True)
@click.argument("export_id")
@click.argument("number", type=int)
@click.pass_obj
def export(parts: Parts, export_id: str, number: int) -> None:
    """生成一个后台导出文件（由服务的后台任务启动）。"""
    saves_go_first()
    run = Run(export_id, number)
    with parts.read() as session:
        order = exports.order(session, run)
    if order is None:
        return
    try:
        _make(parts, run, order)
    except TakenOver:
        return
    except QuizError as error:
        _fail(parts, run, str(error))
    except Exception as error:
        if not parts.is_away(error):  # else the file is begun anew once nothing has been heard from this process for a while
            _fail(parts, run, "生成文件时出错，请再导出一次；仍不行请联系管理员")
        raise


def _fail(parts: Parts, run: Run, reason: str) -> None:
    with parts.write() as session:
        exports.fail(session, run, reason, parts.clock())


def _make(parts: Parts, run: Run, order: Order) -> None:
    progress, now = Progress(parts, run), parts.clock()
    with TemporaryFile() as file, progress.beating():
        with parts.database.replica(now) as session:
            stamp = result_sheets.Stamp(
                order.asked.scope, now if order.asked.as_of is None else order.asked.as_of, now, order.asked.signed
            )
            sheet = _sheet(session, order, stamp, progress)
            (write_csv if order.layout == "csv" else write_xlsx)(sheet, file)
        _store(parts, run, file, progress)
        with parts.database.write() as session:
            name = result_sheets.file_name(sheet, stamp, order.layout)
            progress.keep(exports.finish(session, run, name, progress.count, stamp.as_of, parts.clock()))


def _sheet(session: Any, order: Order, stamp: result_sheets.Stamp, progress: Progress) -> Sheet:
    asked, contest = order.asked, order.contest
    under = organisations.unit_by_id(session, str(asked.under_id)) if asked.under_id is not None else None
    if order.kind == "units":
        table = overview.unit_table(session, contest, under=under, kind=asked.unit_kind, as_of=asked.as_of)
        return result_sheets.unit_sheet(progress.over(table.rows), contest.rules, stamp, table.whole)
    if order.kind == "waiting":
        waiting = participation.not_started(session, contest, under)
        return result_lists.waiting_sheet(progress.over(waiting), contest.rules, stamp)
    people = people_results.people(
        session, contest, as_of=asked.as_of, division=asked.division, under=under, search=asked.search
    )
    return result_sheets.people_sheet(progress.over(people), contest.rules, stamp)


def _store(parts: Parts, run: Run, file: IO[bytes], progress: Progress) -> None:
    """Piece by piece, each in a transaction of its own: no save waits for a long one."""
    file.seek(0)
    number = 0
    while content := file.read(exports.CHUNK):
        with parts.database.write() as session:
            progress.keep(exports.store_chunk(session, run, number, content, parts.clock()))
        number += 1
