"""The request's snapshot for boards: one for the whole request, apart from its transaction, unable to write, closed at the end."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from quizapp import jobs
from quizapp.models.base import Database
from quizapp.web.edge import board_db, db, edge, finish_transaction


def test_a_request_has_one_snapshot_that_cannot_write(app: Flask, database: Database, clock):
    runs = text("SELECT count(*) FROM job_runs")
    with app.test_request_context("/"):
        app.preprocess_request()
        snapshot = board_db()
        assert board_db() is snapshot and db() is not snapshot
        assert snapshot.scalar(runs) == 0
        assert jobs.claim(database, "overdue", jobs.OVERDUE_EVERY, clock())
        assert snapshot.scalar(runs) == 0 and db().scalar(runs) == 1
        finish_transaction(commit=True)
        assert board_db().scalar(runs) == 1, "after the transaction a new one is taken"
        with pytest.raises(DBAPIError):
            board_db().execute(text("DELETE FROM job_runs"))
        held = {engine.pool.checkedout() for engine in (edge().database.reader, edge().database.writer)}
        assert max(held) > 0
    assert [engine.pool.checkedout() for engine in (database.reader, database.writer)] == [0, 0]
