"""The least that this stack can do: a constant reply, and one upsert with its commit, behind the product's server and engine."""

import argparse

from flask import Flask, Response, request
from sqlalchemy import text

from quizapp.models.base import Database
from quizapp.settings import read

TABLE = "CREATE TABLE IF NOT EXISTS bench_floor (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, told TEXT NOT NULL)"
UPSERT = text(
    "INSERT INTO bench_floor (id, n, told) VALUES (:id, 1, :told)"
    " ON CONFLICT (id) DO UPDATE SET n = bench_floor.n + 1, told = excluded.told RETURNING n"
)


def create() -> Flask:
    """One process of it."""
    app = Flask("bench.floor", static_folder=None)
    writer = Database(read().database_url).writer

    @app.get("/constant")
    def constant() -> Response:
        return Response(b'{"status":"ok"}', mimetype="application/json")

    @app.patch("/upsert/<int:number>")
    def upsert(number: int) -> Response:
        with writer.begin() as connection:
            n = connection.execute(UPSERT, {"id": number, "told": request.get_data(as_text=True)}).scalar_one()
        return Response(f'{{"n":{n}}}', mimetype="application/json")

    return app


def main() -> None:
    """Serve it as `quizapp serve` serves the product."""
    from granian import Granian  # noqa: PLC0415 - a worker needs the application only
    from granian.constants import Interfaces  # noqa: PLC0415

    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    settings = read()
    database = Database(settings.database_url)
    with database.writer.begin() as connection:
        connection.exec_driver_sql(TABLE)
    database.dispose()
    Granian(
        "bench.floor:create", factory=True, address="127.0.0.1", port=port, interface=Interfaces.WSGI, workers=2,
        blocking_threads=4, websockets=False, log_access=False,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main()
