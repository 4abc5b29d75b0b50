"""`database.check`: from name to rights, each step with what was found and what can be done about a failure."""

from __future__ import annotations

import socket
import ssl
from typing import Any, Union

from ..call import Call
from ..parse import Fields
from .mariadb import MariaDb
from .postgresql import PostgreSql
from .target import LIMIT_S, Refused, Target

STEPS = ("dns", "tcp", "tls", "sign-in", "query", "rights")
Session = Union[PostgreSql, MariaDb]


def check(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `database.check`. Asks alone: a temporary table shows the rights, and is gone with the session."""
    engine = fields.one_of("engine", "postgresql", "mariadb")
    target = Target(
        fields.string("host", 253, 1),
        fields.port(),
        fields.string("database", 64, 1),
        fields.string("user", 128, 1),
        fields.string("password", 1024),
        fields.one_of("tls", "off", "require", "verify"),
        fields.optional("authority", lambda name: fields.string(name, 200_000, 1)),
    )
    fields.done()
    found: list[dict[str, Any]] = []
    limits: dict[str, int | None] = {"maxConnections": None, "connections": None}
    try:
        _walk(engine, target, found, limits)
    except Refused as refusal:
        _failed(found, refusal.step, refusal.words, _fix(refusal))
    except ssl.SSLError as error:
        words = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else str(error.reason or error)
        _failed(found, "tls", words, "Give the authority's certificate that issued it, and the host by the name in it; or encrypt without verifying.")
    except (OSError, ValueError, LookupError) as error:
        step = STEPS[len(found)] if len(found) < len(STEPS) else "rights"
        _failed(found, step, _words(error), "Look whether it is a database of this engine that listens on this port.")
    done = {item["key"] for item in found}
    return {
        "checks": found + [{"key": key, "status": "skipped", "detail": None, "fix": None} for key in STEPS if key not in done],
        **limits,
    }


def _walk(engine: str, target: Target, found: list[dict[str, Any]], limits: dict[str, int | None]) -> None:
    address = _resolve(target)
    _passed(found, "dns", address)
    connection = _connect(target, address)
    try:
        _passed(found, "tcp", f"{address} answers on port {target.port}")
        session: Session = PostgreSql(connection, target) if engine == "postgresql" else MariaDb(connection, target)
        if target.tls == "off":
            found.append({"key": "tls", "status": "skipped", "detail": "not asked for", "fix": None})
        else:
            session.encrypt()
            _passed(found, "tls", "encrypted" if target.tls == "require" else "encrypted, and its certificate is for this name")
        session.sign_in()
        _passed(found, "sign-in", f"as {target.user}")
        limits.update(_limits(engine, session))
        _passed(found, "query", session.query("SELECT version()")[0][0][:80])
        _rights(engine, session)
        _passed(found, "rights", "may make tables and write into them")
    finally:
        connection.close()


def _resolve(target: Target) -> str:
    try:
        return str(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise Refused("dns", f"{target.host} has no address here: {_words(error)}") from error


def _connect(target: Target, address: str) -> socket.socket:
    try:
        connection = socket.create_connection((address, target.port), LIMIT_S)
    except OSError as error:
        raise Refused("tcp", f"{address}, port {target.port}: {_words(error)}") from error
    return connection


def _limits(engine: str, session: Session) -> dict[str, int | None]:
    """How many connections it allows and has, where the account may know."""
    sql = (
        "SELECT current_setting('max_connections'), (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
        if engine == "postgresql"
        else "SELECT @@max_connections, (SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'THREADS_CONNECTED')"
    )
    try:
        row = session.query(sql)[0]
    except Refused:
        return {}
    most, now = (int(value) if value.isdigit() else None for value in row[:2])
    return {"maxConnections": most, "connections": now}


def _rights(engine: str, session: Session) -> None:
    try:
        if engine == "postgresql":
            session.query("CREATE TEMPORARY TABLE fairlead_check (i int)")
            rows = session.query("SELECT has_schema_privilege(current_schema(), 'CREATE')")
            if not rows or rows[0][0] != "t":
                raise Refused("rights", "It may sign in, but make no tables in its schema.")
        else:
            session.query("CREATE TEMPORARY TABLE fairlead_check (i int)")
    except Refused as refusal:
        raise Refused("rights", refusal.words, refusal.code) from refusal


def _passed(found: list[dict[str, Any]], key: str, detail: str) -> None:
    found.append({"key": key, "status": "passed", "detail": detail, "fix": None})


def _failed(found: list[dict[str, Any]], key: str, detail: str, fix: str) -> None:
    found.append({"key": key, "status": "failed", "detail": detail[:300], "fix": fix})


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {LIMIT_S:g} s"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "it answered something that is no answer of such a database"


FIXES = {
    "dns": "Correct the host's name, or the DNS that this server asks.",
    "tcp": "Let this server's address in at the database (its security group or firewall), and look at host and port.",
    "tls": "Switch encryption on at the database, or off here.",
    "sign-in": "Compare user, password and the database's list of who may come from which address.",
    "query": "Look at the database's own log.",
    "rights": "Give the user the right to create in this database.",
}
# Codes of PostgreSQL and MariaDB whose cause is known better than the step says.
KNOWN = {
    "3D000": "Make a database of this name there, or correct the name.",
    "1049": "Make a database of this name there, or correct the name.",
    "28P01": "Correct the password, or the user.",
    "1045": "Correct the password or the user, and look whether it may come from this server's address.",
    "28000": "Let this user in from this server's address at the database, encrypted or not as it asks for.",
    "1130": "Let this server's address in at the database.",
    "53300": "The database has no connection left: raise its limit, or lower the pools of those who use it.",
    "1040": "The database has no connection left: raise its limit, or lower the pools of those who use it.",
}


def _fix(refusal: Refused) -> str:
    return KNOWN.get(refusal.code, FIXES[refusal.step])
