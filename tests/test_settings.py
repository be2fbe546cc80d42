"""A setting under which the program could not keep its promises stops the start with one line."""

import re
from pathlib import Path

import pytest
from factories import SECRET

from quizapp import settings
from quizapp.settings import BadSettings, read

POSTGRES = {"QUIZAPP_DATABASE_URL": "postgresql+psycopg://q@127.0.0.1:6432/q", "QUIZAPP_SECRET_KEY": SECRET}


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:6379/0", "redis://localhost/0", "redis://127.8.9.10", "redis://[::1]:6379/1", "unix:///run/redis.sock",
        "redis://:secret@10.0.0.21:6379/0", "rediss://user:secret@redis.example:6380/0",
    ],
)  # fmt: skip
def test_a_redis_of_this_machine_or_with_a_password_is_taken(url: str):
    assert read(POSTGRES | {"QUIZAPP_REDIS_URL": url}).redis_url == url


@pytest.mark.parametrize(
    "url", ["redis://10.0.0.21:6379/0", "redis://redis.example/0", "redis://user@10.0.0.21/0", "rediss://[2001:db8::1]/0", "redis://:@10.0.0.21/0"]
)
def test_an_open_redis_elsewhere_is_refused(url: str):
    with pytest.raises(BadSettings, match="没有密码"):
        read(POSTGRES | {"QUIZAPP_REDIS_URL": url})


@pytest.mark.parametrize("url", ["10.0.0.21:6379", "http://127.0.0.1", "redis://", "redis://h:port/0", "redis://127.0.0.1/0?socket_timeout=60"])
def test_what_is_no_redis_address_is_refused(url: str):
    with pytest.raises(BadSettings, match="QUIZAPP_REDIS_URL"):
        read(POSTGRES | {"QUIZAPP_REDIS_URL": url})


@pytest.mark.parametrize(
    "given",
    [
        {"QUIZAPP_REPLICA_URL": POSTGRES["QUIZAPP_DATABASE_URL"]},
        {**POSTGRES, "QUIZAPP_REPLICA_URL": "sqlite:///x.db"},
        {**POSTGRES, "QUIZAPP_REPLICA_URL": "postgresql+psycopg://"},
        {**POSTGRES, "QUIZAPP_REPLICA_URL": "postgresql+psycopg://h:port/x"},
    ],
)
def test_a_replica_is_postgresql_and_so_is_its_primary(given: dict[str, str], tmp_path: Path):
    with pytest.raises(BadSettings, match="QUIZAPP_REPLICA_URL"):
        read({**given, "QUIZAPP_INSTANCE": str(tmp_path)})


def test_the_addresses_of_the_deployment_guide_are_taken():
    guide = (Path(__file__).parents[1] / "deploy" / "README.md").read_text()
    urls = re.findall(r"QUIZAPP_DATABASE_URL=(\S+)", guide)
    assert urls == ["postgresql+psycopg:///quizapp?host=/run/postgresql", "postgresql+psycopg://quizapp:密码@10.0.0.21:6432/quizapp"]
    for url in urls:
        assert read({**POSTGRES, "QUIZAPP_DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_sqlite_on_a_disk_that_hosts_share_is_refused(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """FT-15."""
    shared = tmp_path / "共享 盘"
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nfiler:/x {str(shared).replace(' ', chr(92) + '040')} {kind} rw 0 0\n")
    monkeypatch.setattr(settings, "MOUNTS", mounts)
    with pytest.raises(BadSettings, match=kind):
        read({"QUIZAPP_INSTANCE": str(shared / "data")})
    with pytest.raises(BadSettings, match=kind):
        read({"QUIZAPP_DATABASE_URL": f"sqlite:///{shared}/q.db", "QUIZAPP_SECRET_KEY": SECRET})
    assert read({"QUIZAPP_INSTANCE": str(tmp_path / "own")}).embedded
    assert read(POSTGRES | {"QUIZAPP_INSTANCE": str(shared)}).database_url == POSTGRES["QUIZAPP_DATABASE_URL"]


def test_a_system_that_does_not_tell_its_disks_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "MOUNTS", tmp_path / "none")
    assert read({"QUIZAPP_INSTANCE": str(tmp_path)}).embedded
