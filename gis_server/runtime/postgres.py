"""A private PostGIS cluster in a folder: the database of an installation that names no other.

It listens on a Unix socket only, and only the user who started it gets in.
"""

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from gis_server.runtime.errors import (
    ClusterFailed,
    ClusterGone,
    DiskFull,
    ExtensionMissing,
    PostgisTooOld,
    PostgresAccountMissing,
    PostgresMissing,
)
from layers.errors import GisError
from sql.connection import Connection
from sql.preflight import EXTENSIONS

BINARIES = Path("/usr/lib/postgresql")
SHARED = Path("/usr/share/postgresql")
ELSEWHERE = Path("/var/lib/postgresql")
"""Where the data goes when the server's user cannot reach the folder that was asked for."""

OLDEST: Final = 15
ADMIN: Final = "postgres"
ROLE: Final = "gis"
PORT: Final = 5432
"""Part of the socket's file name; nothing listens on it."""

_LONGEST_SOCKET = 107
_ACCESS = "local all all peer map=gis\n"
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "100",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One file per weekday, written over a week later: the log never fills the disk.
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
}

type Account = pwd.struct_passwd


class Cluster:
    """One PostgreSQL data directory with its server, found by the folder that holds it."""

    def __init__(self, var: Path) -> None:
        self._var = var.absolute()
        self._home = self._var / "cluster"
        self._data = self._home / "data"
        self._sockets = self._home / "run"

    def start(self) -> None:
        """Make the cluster when there is none, start it when it is down, wait until it answers.

        Raises:
            GisError: one class per cause, each saying what to do.
        """
        with self._lock():
            if not self.running():
                account = _account()
                self._place(account)
                self._place_sockets(account)
                if not self._data.exists():
                    self._create(account)
                self._configure(account)
                self._launch(account)
            self._ensure_database()

    def stop(self) -> None:
        """Stop the server; do nothing when it is down."""
        with self._lock():
            if self.running():
                self._control(_account(), "stop", "--mode=fast", "--timeout=60")

    def running(self) -> bool:
        """Tell whether the server listens."""
        path = self._sockets.resolve() / f".s.PGSQL.{PORT}"
        if len(os.fsencode(path)) > _LONGEST_SOCKET:
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(os.fsencode(path)) == 0

    def dsn(self, database: str = ROLE) -> str:
        """Return how the ordinary role connects; valid once the cluster has been started."""
        return self._conninfo(ROLE, database)

    def admin_dsn(self, database: str = "postgres") -> str:
        """Return how the superuser connects; valid once the cluster has been started."""
        return self._conninfo(ADMIN, database)

    def _conninfo(self, user: str, database: str) -> str:
        return make_conninfo(
            host=str(self._sockets.resolve()), port=PORT, user=user, dbname=database
        )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self._var.mkdir(parents=True, exist_ok=True)
        with (self._var / "cluster.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _place(self, account: Account) -> None:
        if self._home.exists():
            return
        if self._home.is_symlink():
            raise ClusterGone(self._home, self._home.readlink())
        if _reaches(account, self._var):
            self._home.mkdir(mode=0o700)
        else:
            place = tempfile.mkdtemp(prefix="gis-", dir=ELSEWHERE)
            self._home.symlink_to(place)
            message = f"The user {account.pw_name} cannot reach {self._var}: the data is in {place}"
            print(message, file=sys.stderr)
        _give(self._home, account)

    def _place_sockets(self, account: Account) -> None:
        plain = self._home.resolve() / "run"
        if _fits(plain):
            if plain.is_symlink():
                plain.unlink()
            plain.mkdir(mode=0o700, exist_ok=True)
        elif not plain.is_symlink() or not _owned(plain, account):
            if plain.is_symlink():
                plain.unlink()
            elif plain.exists():
                shutil.rmtree(plain)
            # Not the user's own temporary folder: its path may be long as well.
            plain.symlink_to(tempfile.mkdtemp(prefix="gis-", dir="/tmp"))
        _give(plain, account)

    def _create(self, account: Account) -> None:
        # A cluster that was cut short must not be taken for a whole one, hence the new name.
        unfinished = self._home.resolve() / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        program = str(_binaries() / "initdb")
        options = ("--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--auth=peer")
        names = (f"--pgdata={unfinished}", f"--username={ADMIN}", "--no-instructions")
        result = _run(account, program, *options, *names)
        if result.returncode != 0:
            raise _failure("make a database cluster", result.stdout, self._home)
        with (unfinished / "postgresql.conf").open("a") as file:
            file.write("\ninclude = 'gis.conf'\n")
        unfinished.rename(self._home / "data")

    def _configure(self, account: Account) -> None:
        invoker = pwd.getpwuid(os.geteuid()).pw_name
        people = sorted({invoker, account.pw_name})
        roles = (ADMIN, ROLE)
        identities = "".join(f'gis "{who}" {role}\n' for who in people for role in roles)
        _write(self._data / "pg_hba.conf", _ACCESS, account)
        _write(self._data / "pg_ident.conf", identities, account)
        _write(self._data / "gis.conf", settings_text(self._sockets.resolve(), _memory()), account)

    def _launch(self, account: Account) -> None:
        log = self._data.resolve() / "startup.log"
        log.unlink(missing_ok=True)
        self._control(account, "start", f"--log={log}", "--timeout=120")

    def _control(self, account: Account, verb: str, *options: str) -> None:
        version = int((self._data / "PG_VERSION").read_text())
        data = self._data.resolve()
        program = str(_binaries(version) / "pg_ctl")
        result = _run(account, program, verb, f"--pgdata={data}", "--wait", *options)
        if result.returncode != 0:
            raise _failure(verb, result.stdout + _tail(data / "startup.log"), data / "startup.log")

    def _ensure_database(self) -> None:
        try:
            with psycopg.connect(self.admin_dsn(), autocommit=True) as conn:
                _ensure_role(conn)
            with psycopg.connect(self.admin_dsn(ROLE), autocommit=True) as conn:
                ensure_extensions(conn)
                _allow_zones(conn)
        except psycopg.Error as error:
            raise _failure("prepare the database", str(error), self._data / "log") from error


def ensure_extensions(conn: Connection) -> None:
    """Add the extensions that are missing.

    Raises:
        PostgisTooOld: PostGIS is not installed beside the server, or we may not add it.
        ExtensionMissing: the same of another extension.
    """
    present = {row[0] for row in conn.execute("SELECT extname FROM pg_extension")}
    for name in EXTENSIONS:
        if name in present:
            continue
        statement = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public")
        try:
            conn.execute(statement.format(sql.Identifier(name)))
        except (
            psycopg.errors.InsufficientPrivilege,
            psycopg.errors.FeatureNotSupported,
            psycopg.errors.UndefinedFile,
        ) as error:
            missing = PostgisTooOld(None) if name == "postgis" else ExtensionMissing(name)
            raise missing from error


def settings_text(sockets: Path, memory: int) -> str:
    """Return the server's settings for a machine with so many MB of memory."""
    shared = max(64, min(2048, memory // 8))
    values = {
        **_SETTINGS,
        "unix_socket_directories": str(sockets),
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(shared, memory // 2)}MB",
        "maintenance_work_mem": f"{max(64, min(512, memory // 8))}MB",
    }
    return "".join(f"{name} = '{value}'\n" for name, value in values.items())


def _ensure_role(conn: Connection) -> None:
    name = sql.Identifier(ROLE)
    if not conn.execute("SELECT FROM pg_roles WHERE rolname = %s", (ROLE,)).rowcount:
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(name))
    if not conn.execute("SELECT FROM pg_database WHERE datname = %s", (ROLE,)).rowcount:
        conn.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))


def _allow_zones(conn: Connection) -> None:
    """Let the ordinary role add the Vietnamese zones that PostGIS does not know."""
    if not conn.execute(
        "SELECT FROM pg_roles WHERE rolname = %s"
        " AND has_table_privilege(oid, 'public.spatial_ref_sys', 'INSERT')",
        (ROLE,),
    ).rowcount:
        grant = sql.SQL("GRANT INSERT ON public.spatial_ref_sys TO {}")
        conn.execute(grant.format(sql.Identifier(ROLE)))


def _account() -> Account:
    """Return the user that the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError as error:
        raise PostgresAccountMissing from error


def _binaries(version: int | None = None) -> Path:
    """Return the folder of the server's programs, of this major version when one is given."""
    found = sorted(int(place.name) for place in BINARIES.glob("[0-9]*") if place.name.isdigit())
    usable = [
        number
        for number in found
        if number == (version or max(number, OLDEST))
        and (BINARIES / str(number) / "bin" / "initdb").exists()
    ]
    with_postgis = [n for n in usable if (SHARED / str(n) / "extension/postgis.control").exists()]
    if not usable:
        raise PostgresMissing(str(version) if version else f"{OLDEST} or newer")
    return BINARIES / str((with_postgis or usable)[-1]) / "bin"


def _run(account: Account, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_as(account), *command],
        cwd="/",
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _as(account: Account) -> list[str]:
    if account.pw_uid == os.geteuid():
        return []
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--init-groups"]


def _reaches(account: Account, place: Path) -> bool:
    return _run(account, "test", "-x", str(place)).returncode == 0


def _fits(sockets: Path) -> bool:
    """Tell whether a connection string and a settings file can name this folder as it is."""
    text = str(sockets / f".s.PGSQL.{PORT}.lock")
    plain = text.replace("/", "").replace("-", "").replace("_", "").replace(".", "")
    return plain.isascii() and plain.isalnum() and len(text) < _LONGEST_SOCKET


def _owned(place: Path, account: Account) -> bool:
    return place.is_dir() and place.stat().st_uid == account.pw_uid


def _give(place: Path, account: Account) -> None:
    if account.pw_uid != os.geteuid():
        os.chown(place, account.pw_uid, account.pw_gid)


def _write(path: Path, text: str, account: Account) -> None:
    path.write_text(text)
    path.chmod(0o600)
    _give(path, account)


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""


def _failure(action: str, output: str, place: Path) -> GisError:
    if "No space left on device" in output:
        return DiskFull(place)
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["no reason given"]
    telling = [line for line in lines if "error" in line.lower() or "FATAL" in line] or lines
    return ClusterFailed(action, telling[-1].rstrip("."), place)
