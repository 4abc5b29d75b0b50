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
from .names import Account, Login, other_login
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


def ensure(account: Account, logins: tuple[Login, ...]) -> tuple[bool, int]:
    """Makes roles and database; answers whether anything changed, and the port. Never takes over what is not Fairlead's."""
    cluster = find_cluster()
    passwords = {login.name: login.password for login in logins}
    changed = _ensure_role(cluster, account.user, passwords.get(account.user))
    second = other_login(account.user)
    if second in passwords:
        # Its sessions begin as the owner: what they make is the owner's, whoever made it.
        changed = _ensure_role(cluster, second, passwords[second], f'IN ROLE "{account.user}"') or changed
        cluster.query(f'ALTER ROLE "{second}" SET role TO "{account.user}";')
    owner = cluster.query(f"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{account.database}';")
    if owner and owner[0][0] != account.user:
        raise _not_ours("database", account.database)
    if not owner:
        cluster.query(
            f'CREATE DATABASE "{account.database}" OWNER "{account.user}" TEMPLATE template0 ENCODING \'UTF8\';\n'
            f'REVOKE ALL ON DATABASE "{account.database}" FROM PUBLIC;'
        )
        changed = True
    if second not in passwords:
        changed = _drop_second(cluster, account) or changed
    return changed, cluster.port


def _ensure_role(cluster: Cluster, name: str, password: str | None, member: str = "") -> bool:
    """The role with this password; without one it stays as the owner of what there is, and nobody signs in as it."""
    found = cluster.query(
        "SELECT coalesce(rolpassword, ''), coalesce(shobj_description(oid, 'pg_authid'), ''), rolcanlogin "
        f"FROM pg_authid WHERE rolname = '{name}';"
    )
    if not found:
        way = "" if password is None else f"LOGIN PASSWORD '{scram_verifier(password)}'"
        cluster.query(
            f'BEGIN;\nCREATE ROLE "{name}" {way} {member};\n'
            f"COMMENT ON ROLE \"{name}\" IS '{OURS}';\nCOMMIT;"
        )
        return True
    verifier, comment, can_login = found[0]
    if comment != OURS:
        raise _not_ours("role", name)
    if password is None:
        if can_login == "f" and verifier == "":
            return False
        cluster.query(f'ALTER ROLE "{name}" NOLOGIN PASSWORD NULL;')
        end_sessions(cluster, name)
        return True
    if can_login == "t" and is_scram_of(verifier, password):
        return False
    cluster.query(f"ALTER ROLE \"{name}\" LOGIN PASSWORD '{scram_verifier(password)}';")
    return True


def _drop_second(cluster: Cluster, account: Account) -> bool:
    """Takes the second role away, after its sessions; what it made under its own name becomes the owner's."""
    name = other_login(account.user)
    role = _comment_of(cluster, name)
    if role is None:
        return False
    if role != OURS:
        raise _not_ours("role", name)
    cluster.query(f'ALTER ROLE "{name}" NOLOGIN PASSWORD NULL;')
    end_sessions(cluster, name)
    if cluster.query(f"SELECT 1 FROM pg_database WHERE datname = '{account.database}';"):
        cluster.query(f'REASSIGN OWNED BY "{name}" TO "{account.user}";\nDROP OWNED BY "{name}";', account.database)
    cluster.query(f'DROP ROLE "{name}";')
    return True


def _comment_of(cluster: Cluster, name: str) -> str | None:
    """What a role's comment says; None where there is no such role."""
    found = cluster.query(
        f"SELECT coalesce(shobj_description(oid, 'pg_authid'), '') FROM pg_authid WHERE rolname = '{name}';"
    )
    return found[0][0] if found else None


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
    role = _comment_of(cluster, account.user)
    if role is None:
        return False
    if role != OURS:
        raise _not_ours("role", account.user)
    owner = cluster.query(f"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{account.database}';")
    if owner and owner[0][0] != account.user:
        raise _not_ours("database", account.database)
    if owner:
        cluster.query(f'DROP DATABASE "{account.database}" WITH (FORCE);')
    _drop_second(cluster, account)
    cluster.query(f'DROP ROLE "{account.user}";')
    return True


def terminate(cluster: Cluster, user: str, addresses: list[str]) -> None:
    """Ends the sessions of a user from addresses that have lost their right."""
    if addresses:
        listed = ", ".join(f"'{address}'::inet" for address in addresses)
        cluster.query(
            f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{user}' AND client_addr IN ({listed});"
        )


def has_tls() -> bool:
    """Whether it encrypts for those who ask."""
    return find_cluster().setting("ssl") == "on"


def end_sessions(cluster: Cluster, user: str) -> None:
    """Ends every session of somebody who may no longer sign in."""
    cluster.query(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{user}';")


def is_up(cluster: Cluster) -> bool:
    """Whether it accepts connections."""
    program = str(LIBRARIES / cluster.version / "bin" / "pg_isready")
    return os.access(program, os.X_OK) and attempt([program, "-q", "-h", "/var/run/postgresql", "-p", str(cluster.port)]).code == 0
