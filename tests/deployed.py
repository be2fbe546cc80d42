"""The programs of deploy/ started on this machine from its very files: only names, addresses, ports and paths are replaced."""

import os
import pwd
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import waiting
from conftest import BINARIES, Postgres, free_port

DEPLOY = Path(__file__).parents[1] / "deploy"
HOST = "quiz.example.gov.cn"
PASSWORD = "tests-only"
ROOT = os.getuid() == 0


def program(name: str) -> str:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") or ""


def lacking(*names: str) -> str:
    """Which of these programs are not installed, in words; empty where all are."""
    missing = [name for name in names if not program(name)] + ([] if BINARIES else ["postgresql"])
    return f"not installed: {' '.join(missing)} (apt install nginx-light pgbouncer redis-server postgresql)" if missing else ""


def free_ports(count: int) -> list[int]:
    """So many ports that differ."""
    with ExitStack() as held:
        found = []
        while len(found) < count:
            port = free_port()
            held.enter_context(socket.create_server(("127.0.0.1", port)))
            found.append(port)
    return found


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def placed(name: str, places: dict[str, str]) -> str:
    """A file of deploy/ with other names, addresses, ports and paths; everything else, and the count of lines, as it is."""
    text = (DEPLOY / name).read_text("utf-8")
    for there, here in places.items():
        assert there in text, f"{there} is no longer in {name}"
        assert "\n" not in there + here, f"{there} → {here} is more than a place"
        text = text.replace(there, here)
    return text


class Program:
    """A server process in the foreground, ended by its id."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir(mode=0o755, exist_ok=True)
        self.folder, self.port = folder, port
        self.user: str | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        with (self.folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=self.folder, stdout=log, stderr=log, user=self.user, extra_groups=[] if self.user else None
            )
        process = self._process
        waiting.until(lambda: process.poll() is not None or accepts(self.port), f"{type(self).__name__} is up")
        assert process.poll() is None, (self.folder / "out.log").read_text()[-2000:]

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it with a signal and wait until it is gone."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)

    def hang(self) -> None:
        """It is there and says nothing, until it is ended."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def own(self, *paths: Path) -> None:
        """Files for the user that it runs as."""
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            for path in (self.folder, *paths):
                os.chown(path, entry.pw_uid, entry.pw_gid)


class Redis(Program):
    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder, port)
        (folder / "redis.conf").write_text(placed("redis.conf", {"10.0.0.21": "127.0.0.2", "change-this-password": PASSWORD}))

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        return [program("redis-server"), str(self.folder / "redis.conf"), "--port", str(self.port), "--dir", str(self.folder)]


class Pooler(Program):
    """pgbouncer before one PostgreSQL; as on a real host it refuses to run as root."""

    def __init__(self, folder: Path, port: int, before: "Primary", secret: str) -> None:
        super().__init__(folder, port)
        self.user = "postgres" if ROOT else None
        users, settings = folder / "userlist.txt", folder / "pgbouncer.ini"
        users.write_text(f'"quizapp" "{secret}"\n')
        settings.write_text(
            placed(
                "pgbouncer.ini",
                {
                    "port=5432": f"port={before.port}", "10.0.0.21": "127.0.0.1", "6432": str(port),
                    "/var/run/postgresql": str(folder), "/var/log/postgresql": str(folder), "/etc/pgbouncer": str(folder),
                },
            )
        )  # fmt: skip
        self.own(users, settings)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://quizapp:{PASSWORD}@127.0.0.1:{self.port}/quizapp"

    def command(self) -> list[str]:
        return [program("pgbouncer"), str(self.folder / "pgbouncer.ini")]


class Primary(Postgres):
    """PostgreSQL with the settings for a primary: passwords are asked for, every commit reaches the disk."""

    SETTINGS = "postgresql-primary.conf"

    def start(self) -> None:
        if not (self.folder / "log").exists():
            self.place()
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", "-o", f"-p {self.port} -k {self.folder}", "start")

    def place(self) -> None:
        data = self.folder / "data"
        (data / "conf.d").mkdir(exist_ok=True)
        (data / "conf.d" / "quizapp.conf").write_text(placed(self.SETTINGS, {"10.0.0.21": "127.0.0.2"} if type(self) is Primary else {}))
        with (data / "postgresql.conf").open("a") as file:
            file.write("\ninclude_dir = 'conf.d'\n")
        access = data / "pg_hba.conf"
        lines = "host all quizapp 127.0.0.1/32 scram-sha-256\nhost replication replicator 127.0.0.1/32 scram-sha-256\n"
        access.write_text(lines + access.read_text())

    def sql(self, statement: str, database: str = "postgres") -> str:
        """By the superuser, through the socket."""
        command = [*self.user, str(BINARIES / "psql"), "-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-d", database]
        done = subprocess.run([*command, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement], capture_output=True, text=True, cwd="/", check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def make_quizapp(self) -> str:
        """The user and the database of deploy/README.md; the user's SCRAM secret for the pooler."""
        self.sql(f"CREATE ROLE quizapp LOGIN PASSWORD '{PASSWORD}'")
        self.sql(f"CREATE ROLE replicator LOGIN REPLICATION PASSWORD '{PASSWORD}'")
        self.sql("CREATE DATABASE quizapp OWNER quizapp")
        return self.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'quizapp'")


class Replica(Primary):
    """A streaming replica of a primary, made as deploy/README.md says."""

    SETTINGS = "postgresql-replica.conf"

    def __init__(self, folder: Path, primary: Primary, port: int) -> None:
        self.folder, self.port, self.user = folder, port, primary.user
        if ROOT:
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        source = f"postgresql://replicator:{PASSWORD}@127.0.0.1:{primary.port}"
        self._run("pg_basebackup", "-d", source, "-D", str(folder / "data"), "-R", "-C", "-S", "quizapp_replica", "-X", "stream", "-c", "fast", "-N")
        self.start()

    def place(self) -> None:
        (self.folder / "data" / "conf.d" / "quizapp.conf").write_text(placed(self.SETTINGS, {}))


class Nginx(Program):
    """nginx with the site of deploy/, before two hosts."""

    def __init__(self, folder: Path, ports: tuple[int, int], hosts: tuple[int, int]) -> None:
        http, https = ports
        super().__init__(folder, https)
        make_certificate(folder)
        (folder / "site.conf").write_text(
            placed(
                "nginx.conf",
                {
                    "listen 80": f"listen 127.0.0.1:{http}", "[::]:80": f"127.0.0.2:{http}",
                    "listen 443": f"listen 127.0.0.1:{https}", "[::]:443": f"127.0.0.2:{https}",
                    "server 127.0.0.1:8000": f"server 127.0.0.1:{hosts[0]}", "server 127.0.0.1:8001": f"server 127.0.0.1:{hosts[1]}",
                    "/var/lib/nginx/quizapp": str(folder / "boards"), "/etc/ssl/quizapp": str(folder),
                },
            )
        )  # fmt: skip
        kept = "".join(f"    {kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            ("user root;\n" if ROOT else "")
            + f"daemon off;\nworker_processes 2;\npid {folder / 'nginx.pid'};\nerror_log {folder / 'error.log'};\n"
            + f"events {{ worker_connections 1024; }}\nhttp {{\n    access_log off;\n{kept}    include {folder / 'site.conf'};\n}}\n"
        )

    def command(self) -> list[str]:
        return [program("nginx"), "-e", "stderr", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]


def make_certificate(folder: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
         "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip


def trusting(folder: Path) -> ssl.SSLContext:
    """What a phone checks of the certificate."""
    return ssl.create_default_context(cafile=str(folder / "fullchain.pem"))


def serve_command(port: int) -> list[str]:
    """The command of the systemd unit, its variables expanded as systemd does, with this environment's program."""
    lines = (DEPLOY / "quizapp@.service").read_text("utf-8").splitlines()
    values = {line.split("=", 1)[0]: line.split("=", 1)[1] for line in lines if "=" in line and not line.startswith("#")}
    command = values["ExecStart"].replace("%i", str(port))
    for name, value in (given.split("=") for given in shlex.split(values["Environment"])):
        command = command.replace("${" + name + "}", value)
    there, *arguments = shlex.split(command)
    assert there == "/opt/quizapp/.venv/bin/quizapp" and "$" not in command
    return [str(Path(sys.executable).with_name("quizapp")), *arguments]
