"""PostgreSQL: the app's role and database, and the remote addresses that may reach them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from .. import systemd
from ..command import attempt, run
from ..errors import HostError
from ..processes import LISTEN, tcp_sockets
from .names import Account
from .scram import is_scram_of, scram_verifier

LIBRARIES = Path("/usr/lib/postgresql")
CLUSTERS = Path("/etc/postgresql")
PORT = re.compile(r"^\s*port\s*=\s*'?(\d+)", re.MULTILINE)
OURS = "Managed by Fairlead."


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL instance of Debian's layout."""

    version: str
    name: str
    port: int

    @property
    def config(self) -> Path:
        """Directory of its configuration."""
        return CLUSTERS / self.version / self.name

    @property
    def unit(self) -> str:
        """Its systemd unit."""
        return f"postgresql@{self.version}-{self.name}.service"

    def query(self, sql: str, database: str = "postgres") -> list[list[str]]:
        """Rows of a query, as the superuser over the local socket. The text goes by standard input, never in argv."""
        output = run(
            [
                *(str(LIBRARIES / self.version / "bin" / "psql"), "-XAtq", "-F", "\x1f", "-v", "ON_ERROR_STOP=1"),
                *("-h", "/var/run/postgresql", "-p", str(self.port), "-d", database, "-f", "-"),
            ],
            stdin=sql,
            user="postgres",
            timeout_s=60,
            code="database-failed",
        )
        return [line.split("\x1f") for line in output.splitlines()]

    def setting(self, name: str) -> str:
        """A setting in force."""
        return self.query(f"SHOW {name};")[0][0]


def newest_cluster() -> Cluster:
    """The newest cluster, whether it runs or not."""
    found = [
        Cluster(version.name, cluster.name, _port(cluster))
        for version in (CLUSTERS.iterdir() if CLUSTERS.is_dir() else [])
        if version.name.isdigit() and (LIBRARIES / version.name / "bin" / "postgres").exists()
        for cluster in version.iterdir()
        if (cluster / "postgresql.conf").exists()
    ]
    if not found:
        raise HostError(
            "system-unsupported", "PostgreSQL is not installed on this server.", hint="Prepare the server with PostgreSQL."
        )
    return max(found, key=lambda item: (int(item.version), item.name == "main"))


def find_cluster() -> Cluster:
    """The newest cluster, running."""
    cluster = newest_cluster()
    if not tcp_sockets(cluster.port, (LISTEN,)) and not systemd.is_active(cluster.unit):
        run([systemd.SYSTEMCTL, "start", "--", cluster.unit], timeout_s=60, code="database-failed")
    return cluster


def _port(config: Path) -> int:
    match = PORT.search((config / "postgresql.conf").read_text(errors="replace"))
    return int(match[1]) if match else 5432


def ensure(account: Account, password: str) -> tuple[bool, int]:
    """Makes role and database; answers whether anything changed, and the port. Never takes over what is not Fairlead's."""
    cluster = find_cluster()
    role = cluster.query(
        f"SELECT coalesce(rolpassword, ''), coalesce(shobj_description(oid, 'pg_authid'), '') "
        f"FROM pg_authid WHERE rolname = '{account.user}';"
    )
    changed = _ensure_role(cluster, account, password, role)
    owner = cluster.query(f"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{account.database}';")
    if owner and owner[0][0] != account.user:
        raise _not_ours("database", account.database)
    if not owner:
        cluster.query(
            f'CREATE DATABASE "{account.database}" OWNER "{account.user}" TEMPLATE template0 ENCODING \'UTF8\';\n'
            f'REVOKE ALL ON DATABASE "{account.database}" FROM PUBLIC;'
        )
        changed = True
    return changed, cluster.port


def _ensure_role(cluster: Cluster, account: Account, password: str, found: list[list[str]]) -> bool:
    if not found:
        cluster.query(
            f"BEGIN;\nCREATE ROLE \"{account.user}\" LOGIN PASSWORD '{scram_verifier(password)}';\n"
            f"COMMENT ON ROLE \"{account.user}\" IS '{OURS}';\nCOMMIT;"
        )
        return True
    if found[0][1] != OURS:
        raise _not_ours("role", account.user)
    if is_scram_of(found[0][0], password):
        return False
    cluster.query(f"ALTER ROLE \"{account.user}\" PASSWORD '{scram_verifier(password)}';")
    return True


def _not_ours(what: str, name: str) -> HostError:
    return HostError(
        "database-failed",
        f"The {what} {name} exists on this server and is not Fairlead's; it was left alone.",
        hint="Give the app's database another name.",
    )


def remove(account: Account) -> bool:
    """Drops database and role, where they are Fairlead's."""
    if not CLUSTERS.is_dir():
        return False
    cluster = find_cluster()
    role = cluster.query(
        f"SELECT coalesce(shobj_description(oid, 'pg_authid'), '') FROM pg_authid WHERE rolname = '{account.user}';"
    )
    if not role:
        return False
    if role[0][0] != OURS:
        raise _not_ours("role", account.user)
    owner = cluster.query(f"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{account.database}';")
    if owner and owner[0][0] != account.user:
        raise _not_ours("database", account.database)
    if owner:
        cluster.query(f'DROP DATABASE "{account.database}" WITH (FORCE);')
    cluster.query(f'DROP ROLE "{account.user}";')
    return True


def terminate(cluster: Cluster, user: str, addresses: list[str]) -> None:
    """Ends the sessions of a user from addresses that have lost their right."""
    if addresses:
        listed = ", ".join(f"'{address}'::inet" for address in addresses)
        cluster.query(
            f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{user}' AND client_addr IN ({listed});"
        )


def is_up(cluster: Cluster) -> bool:
    """Whether it accepts connections."""
    program = str(LIBRARIES / cluster.version / "bin" / "pg_isready")
    return os.access(program, os.X_OK) and attempt([program, "-q", "-h", "/var/run/postgresql", "-p", str(cluster.port)]).code == 0
