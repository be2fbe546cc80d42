"""Settings: every QUIZAPP_* variable, typed. An unknown one stops the start."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

PREFIX = "QUIZAPP_"
COUNTS = frozenset({"threads", "starts_per_second"})
STARTS_PER_PROCESSOR = 40  # a whole sitting costs about 25 ms of one
MOUNTS = Path("/proc/self/mounts")
SHARED_DISKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph"})


class BadSettings(Exception):
    """The program cannot start like this; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Each field is the environment variable QUIZAPP_<NAME>."""

    database_url: str = ""
    replica_url: str = ""
    redis_url: str = ""
    secret_key: str = ""
    timezone: str = "Asia/Shanghai"
    locale: str = "zh_Hans"
    base_url: str = ""
    trusted_proxies: str = ""
    instance: str = "instance"
    threads: int = 4
    starts_per_second: int = STARTS_PER_PROCESSOR * len(os.sched_getaffinity(0))
    organiser: str = ""
    telephone: str = ""
    privacy: str = ""
    icp: str = ""
    police: str = ""

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def embedded(self) -> bool:
        return self.database_url.startswith("sqlite")


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; fills in the embedded database and its secret. Raises BadSettings with one clear line."""
    env = os.environ if environ is None else environ
    given: dict[str, Any] = {name[len(PREFIX) :].lower(): value for name, value in env.items() if name.startswith(PREFIX)}
    known = {field.name for field in fields(Settings)}
    unknown = sorted(set(given) - known)
    if unknown:
        names = "、".join(PREFIX + name.upper() for name in unknown)
        raise BadSettings(f"不认识的设置 {names}；可用的设置：{'、'.join(sorted(PREFIX + n.upper() for n in known))}")
    for name in COUNTS & set(given):
        given[name] = _count(name, given[name])
    settings = Settings(**given)
    _check(settings)
    instance = Path(settings.instance).resolve()
    given["instance"] = str(instance)
    if not settings.database_url:
        _make_private(instance)
        given["database_url"] = f"sqlite:///{instance / 'quizapp.db'}"
    _check_disk(given["database_url"])
    if not settings.secret_key:
        if settings.database_url:
            raise BadSettings("设置了 QUIZAPP_DATABASE_URL 时必须同时设置 QUIZAPP_SECRET_KEY（至少32个字符）")
        given["secret_key"] = _kept_secret(instance / "secret_key")
    return Settings(**given)


def _count(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise BadSettings(f"{PREFIX}{name.upper()} 应为0到999999的整数")
    return int(text)


def _check(settings: Settings) -> None:
    if settings.secret_key and len(settings.secret_key) < 32:
        raise BadSettings("QUIZAPP_SECRET_KEY 太短：至少需要32个字符")
    if settings.database_url and not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSettings("QUIZAPP_DATABASE_URL 应以 sqlite:/// 或 postgresql+psycopg:// 开头")
    if settings.database_url and not _is_whole(settings.database_url):
        raise BadSettings("QUIZAPP_DATABASE_URL 不完整：SQLite 要写到文件，PostgreSQL 要写主机、端口和库名")
    if settings.base_url and not settings.base_url.startswith(("http://", "https://")):
        raise BadSettings("QUIZAPP_BASE_URL 应以 http:// 或 https:// 开头")
    if settings.replica_url and not all(url.startswith("postgresql+psycopg://") for url in (settings.replica_url, settings.database_url)):
        raise BadSettings("QUIZAPP_REPLICA_URL 应以 postgresql+psycopg:// 开头，QUIZAPP_DATABASE_URL 也要是 PostgreSQL")
    if settings.replica_url and not _is_whole(settings.replica_url):
        raise BadSettings("QUIZAPP_REPLICA_URL 不完整：要写主机、端口和库名")
    if settings.threads < 1:
        raise BadSettings("QUIZAPP_THREADS 至少为1")
    _check_redis(settings.redis_url)
    _check_names(settings)


def _check_redis(url: str) -> None:
    """Whoever reaches an open Redis can lift the limits on guessing."""
    if not url:
        return
    try:
        parts = urlsplit(url)
        known = parts.scheme == "unix" or (parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0)
        known = known and not parts.query  # an option there could undo the short time limits
    except ValueError:
        known = False
    if not known:
        raise BadSettings("QUIZAPP_REDIS_URL 应以 redis://、rediss:// 或 unix:// 开头，例如 redis://127.0.0.1:6379/0")
    if parts.scheme != "unix" and not parts.password and not _is_local(parts.hostname or ""):
        raise BadSettings("QUIZAPP_REDIS_URL 指向别的机器却没有密码：请给 Redis 设 requirepass，并写成 redis://:密码@地址:6379/0")


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check_disk(url: str) -> None:
    """SQLite's locks and its shared memory do not reach from one host to another."""
    if not url.startswith("sqlite:///"):
        return
    kind = _kind_of_disk(Path(url.removeprefix("sqlite:///")).resolve())
    if kind in SHARED_DISKS:
        raise BadSettings(f"SQLite 的数据库文件不能放在网络盘（{kind}）上：请换到本机硬盘，几台主机一起用时请用 PostgreSQL")


def _kind_of_disk(path: Path) -> str:
    """The type of the file system that holds a path; empty where the system does not tell."""
    try:
        lines = [line.split() for line in MOUNTS.read_text("utf-8", "surrogateescape").splitlines()]
    except OSError:
        return ""
    mounted = {Path(line[1].replace("\\040", " ")): line[2] for line in lines}  # of several on one folder the last counts
    return next((mounted[folder] for folder in (path, *path.parents) if folder in mounted), "")


def _check_names(settings: Settings) -> None:
    try:
        for part in filter(None, settings.trusted_proxies.split(",")):
            ip_network(part.strip(), strict=False)
    except ValueError:
        raise BadSettings("QUIZAPP_TRUSTED_PROXIES 应为逗号分隔的地址或网段，例如 127.0.0.1,10.0.0.0/8") from None
    try:
        Locale.parse(settings.locale)
    except (ValueError, TypeError, UnknownLocaleError):
        raise BadSettings(f"QUIZAPP_LOCALE 不是语言名：{settings.locale}，例如 zh_Hans") from None
    try:
        ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError):
        raise BadSettings(f"QUIZAPP_TIMEZONE 不是时区名：{settings.timezone}，例如 Asia/Shanghai") from None


def _is_whole(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return len(parts.path) > 1 and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(f"无法写入文件夹 {folder}：{error.strerror}") from None


def _kept_secret(path: Path) -> str:
    """The secret of the embedded installation: made once, mode 0600."""
    _make_private(path.parent)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    except OSError as error:
        raise BadSettings(f"无法写入 {path}：{error.strerror}") from None
    secret = path.read_text().strip()
    if len(secret) < 32:
        raise BadSettings(f"{path} 里的密钥不完整；从备份恢复它，或删去它（所有人要重新登录，取回码和登录码作废）")
    return secret
