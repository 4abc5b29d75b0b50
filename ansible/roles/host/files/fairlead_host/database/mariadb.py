"""MariaDB: the app's database, its accounts, and the addresses that the server listens on."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

from .. import paths, systemd
from ..command import attempt, run
from ..errors import HostError
from ..files import read_json, read_or_none, unlink, write_atomic, write_json
from .grants import listen_addresses
from .listen import EVERYWHERE, require_own, wait_listening
from .names import Account, Grant, Login
from .scram import native_hash

CLIENT = "/usr/bin/mariadb"
UNIT = "mariadb.service"
DROP_IN = Path("/etc/mysql/mariadb.conf.d/60-fairlead.cnf")
OWNED = paths.DATABASE_STATE / "mariadb-owned.json"
LOCAL = ("localhost", "127.0.0.1")
RIGHTS = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE TEMPORARY TABLES, LOCK TABLES, "
    "EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER"
)
BIND_LINE = re.compile(r"^bind-address = (.*)$", re.MULTILINE)
BIND = re.compile(r"^--bind[-_]address=(.*)$", re.MULTILINE)
RESTART_LIMIT_S = 60.0


def query(sql: str) -> list[list[str]]:
    """Rows of a query, as root over the local socket. The text goes by standard input, never in argv."""
    output = run([CLIENT, "--batch", "--skip-column-names"], stdin=sql, timeout_s=60, code="database-failed")
    return [line.split("\t") for line in output.splitlines()]


def require_running() -> None:
    """Starts MariaDB where it is installed and does not run."""
    if not os.access(CLIENT, os.X_OK) or not Path("/usr/sbin/mariadbd").exists():
        raise HostError(
            "system-unsupported", "MariaDB is not installed on this server.", hint="Prepare the server with MariaDB."
        )
    if not systemd.is_active(UNIT):
        run([systemd.SYSTEMCTL, "start", "--", UNIT], timeout_s=90, code="database-failed")


def has_tls() -> bool:
    """Whether it encrypts for those who ask: with a certificate of its own from 11.4 on, else with the administrator's."""
    require_running()
    return query("SELECT @@have_ssl;")[0][0] == "YES"


def _owned() -> dict[str, str]:
    """Databases that this program made, each with its user. MariaDB keeps no comments on either."""
    value = read_json(OWNED)
    return value if isinstance(value, dict) else {}


def hosts_of(user: str) -> list[str]:
    """Where the user's accounts may come from."""
    return sorted(row[0] for row in query(f"SELECT Host FROM mysql.global_priv WHERE User = '{user}';"))


def ensure(account: Account, logins: tuple[Login, ...]) -> tuple[bool, int]:
    """Makes the database and its local accounts; answers whether anything changed, and the port."""
    require_running()
    exists = bool(query(f"SHOW DATABASES LIKE '{_pattern(account.database)}';"))
    hosts = hosts_of(account.user)
    owned = _owned()
    if owned.get(account.database) != account.user:
        if exists or hosts:
            raise HostError(
                "database-failed",
                f"The {'database ' + account.database if exists else 'user ' + account.user} exists on this server and is not "
                "Fairlead's; it was left alone.",
                hint="Give the app's database another name.",
            )
        write_json(OWNED, {**owned, account.database: account.user})
    if not exists:
        query(f"CREATE DATABASE `{account.database}` CHARACTER SET utf8mb4;")
    changed = [ensure_account(account.database, account.user, host, logins) for host in sorted({*LOCAL, *hosts})]
    return not exists or any(changed), int(query("SELECT @@port;")[0][0])


def ensure_account(database: str, user: str, host: str, logins: tuple[Login, ...]) -> bool:
    """
    One account with these passwords, any of which opens it, and rights on this schema alone; answers whether anything changed.

    It is one account for both (https://mariadb.com/kb/en/create-user/, `OR`), as views, triggers and routines run in the name of the account that made them.
    """
    wanted = [native_hash(login.password) for login in logins]
    tls = host not in LOCAL and all(login.tls for login in logins)
    found = query(f"SELECT Priv FROM mysql.global_priv WHERE User = '{user}' AND Host = '{host}';")
    if found and _of(found[0][0]) == (wanted, tls):
        return False
    verb = "ALTER" if found else "CREATE"
    ways = " OR ".join(f"mysql_native_password USING '{one}'" for one in wanted)
    query(
        f"{verb} USER '{user}'@'{host}' IDENTIFIED VIA {ways} REQUIRE {'SSL' if tls else 'NONE'};\n"
        f"GRANT {RIGHTS} ON `{_pattern(database)}`.* TO '{user}'@'{host}';"
    )
    return True


def _of(text: str) -> tuple[list[str], bool]:
    """The hashes of an account's passwords, and whether it has to encrypt."""
    priv = json.loads(text.replace("\\\\", "\\"))
    ways = [priv if way == {} else way for way in priv.get("auth_or", [{}])]
    return [way.get("authentication_string", "") for way in ways], priv.get("ssl_type", 0) > 0


def _pattern(database: str) -> str:
    """A database's name where MariaDB takes a pattern: `_` would stand for any character."""
    return database.replace("_", "\\_")


def apply(logins: tuple[Login, ...], before: dict[str, Grant], after: dict[str, Grant], app: str) -> bool:
    """Makes the app's accounts and everybody's listening addresses hold; answers whether MariaDB was restarted."""
    require_running()
    wanted = listen_addresses(after)
    for address in wanted:
        require_own(address)
    old, new = before.get(app), after.get(app)
    if new is not None and logins:
        for address in new.addresses:
            ensure_account(new.database, new.user, address, logins)
    for grant in filter(None, (old, new)):
        kept = {*LOCAL, *(new.addresses if new is not None and new.user == grant.user else ())}
        for host in hosts_of(grant.user):
            if host not in kept:
                drop_account(grant.user, host)
    return _listen(wanted)


def drop_account(user: str, host: str) -> None:
    """Takes one account away and ends its sessions."""
    query(f"DROP USER IF EXISTS '{user}'@'{host}';")
    # HOST is address:port, and of an IPv6 address another one may be the beginning.
    sessions = query(
        f"SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '{user}' "
        f"AND HOST = CONCAT('{host}:', SUBSTRING_INDEX(HOST, ':', -1));"
    )
    for (session,) in sessions:
        attempt([CLIENT, "--batch"], stdin=f"KILL {int(session)};")


def remove(account: Account) -> bool:
    """Drops the database and every account of its user, where they are Fairlead's."""
    owned = _owned()
    if owned.get(account.database) != account.user:
        return False
    require_running()
    query(f"DROP DATABASE IF EXISTS `{account.database}`;")
    for host in hosts_of(account.user):
        drop_account(account.user, host)
    del owned[account.database]
    if owned:
        write_json(OWNED, owned)
    else:
        unlink(OWNED)
    return True


def _listen(wanted: list[str]) -> bool:
    """Widens at once, with a restart. Narrows at once where nobody is connected, else at MariaDB's next start."""
    before = read_or_none(DROP_IN)
    ours = BIND_LINE.search((before or b"").decode("ascii", "replace"))
    own = _own_setting(ours[1] if ours else None)
    missing = [] if EVERYWHERE & set(own) else [address for address in wanted if address not in own]
    value = ",".join([*own, *missing])
    if missing:
        write_atomic(DROP_IN, f"# Managed by Fairlead.\n[mariadbd]\nbind-address = {value}\n")
    else:
        unlink(DROP_IN)
    sessions = "(SELECT count(*) FROM information_schema.PROCESSLIST WHERE ID <> connection_id() AND USER NOT IN ('system user', 'event_scheduler'))"
    address, connected = query(f"SELECT coalesce(@@bind_address, '*'), {sessions};")[0]
    now, then = {part.strip() for part in address.split(",")}, set(value.split(","))
    if now == then or (then < now and int(connected) > 0):
        return False
    _restart(before)
    wait_listening(missing, int(query("SELECT @@port;")[0][0]))
    return True


def _own_setting(ours: str | None) -> list[str]:
    """The addresses that the administrator's files say, without our file."""
    found = BIND.findall(attempt(["/usr/bin/my_print_defaults", "mysqld", "server", "mariadb", "mariadbd"]).stdout)
    if ours is not None and ours in found:
        found.reverse()
        found.remove(ours)
        found.reverse()
    return [part.strip() for part in found[-1].split(",")] if found else ["*"]


def _restart(before: bytes | None) -> None:
    if _restarts():
        return
    if before is None:
        unlink(DROP_IN)
    else:
        write_atomic(DROP_IN, before)
    is_back = _restarts()
    raise HostError(
        "database-failed",
        "MariaDB did not start with the widened bind address; "
        + ("it runs again as it did before." if is_back else "nor with its earlier settings."),
        log=systemd.last_log(UNIT),
    )


def _restarts() -> bool:
    attempt([systemd.SYSTEMCTL, "restart", "--", UNIT], timeout_s=RESTART_LIMIT_S + 30)
    deadline = time.monotonic() + RESTART_LIMIT_S
    while attempt([CLIENT, "--batch"], stdin="SELECT 1;").code != 0:
        if time.monotonic() > deadline or not systemd.is_active(UNIT):
            return False
        time.sleep(0.05)
    return True
