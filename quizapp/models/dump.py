"""Backup and restore of a whole database, by the engine's own means."""

import os
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import URL

from quizapp.errors import BadFile, Fault, Unavailable


def backup_sqlite(path: str, target: str) -> None:
    """A consistent copy while others write; `target` must not exist."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    source, copy = sqlite3.connect(path), sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()
        source.close()


def restore_sqlite(path: str, source: str) -> None:
    """Replace the database by a backup, whole. Raises BadFile for a file that is no sound backup."""
    try:
        check = sqlite3.connect(f"file:{Path(source).resolve()}?mode=ro", uri=True)
        try:
            sound = check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            known = check.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone() == (1,)
        finally:
            check.close()
    except sqlite3.DatabaseError:
        sound = known = False
    if not (sound and known):
        raise BadFile([Fault("不是完好的 quizapp 备份文件", None, "", source)])
    Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    backup, live = sqlite3.connect(source), sqlite3.connect(path)
    try:
        backup.backup(live)
    finally:
        live.close()
        backup.close()


def backup_postgresql(url: URL, target: str) -> None:
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    _run(["pg_dump", "--format=custom", "--no-owner", "--file", target], url)


def restore_postgresql(url: URL, source: str) -> None:
    """Replace the database by a backup in one transaction."""
    _run(["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error", "--dbname", url.database or "", source], url)


def _run(command: list[str], url: URL) -> None:
    """One of PostgreSQL's own programs; the password goes by the environment, never by the command line."""
    env = {
        **os.environ,
        "PGHOST": url.host or url.query.get("host", ""),
        "PGPORT": str(url.port or url.query.get("port", "") or 5432),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.database or "",
    }
    try:
        done = subprocess.run(command, env={k: str(v) for k, v in env.items() if v}, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise Unavailable("没有 {program}，请安装 postgresql-client", program=command[0]) from None
    if done.returncode:
        raise Unavailable("{program} 失败：{reason}", program=command[0], reason=done.stderr.strip().splitlines()[-1] if done.stderr else "")
