"""`database.ensure`, `database.grant`, `database.remove`."""

from __future__ import annotations

from typing import Any

from ..call import Call
from ..errors import HostError
from ..locks import hold
from ..parse import Fields
from . import mariadb, postgresql, postgresql_access
from .grants import load_grants, save_grants
from .names import ENGINES, Account, Grant, Login, parse_account, parse_logins

LOCK_LIMIT_S = 300.0


def ensure(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `database.ensure`."""
    account = parse_account(fields)
    logins = parse_logins(fields, account)
    fields.done()
    with hold(account.engine, LOCK_LIMIT_S):
        engine = postgresql if account.engine == "postgresql" else mariadb
        if any(login.tls for login in logins) and not engine.has_tls():
            raise HostError(
                "database-failed",
                "The database of this server has no certificate, so nobody could sign in encrypted; it was left as it was.",
                hint="Give the engine a certificate and a key, restart it, and try again; or go on without encryption.",
            )
        changed, port = engine.ensure(account, logins)
    return {"changed": changed, "port": port}


def grant(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `database.grant`. A listen address without addresses widens the engine before anybody needs it."""
    app, account = fields.slug(), parse_account(fields)
    logins = parse_logins(fields, account)
    listen = fields.optional("listenAddress", fields.address)
    addresses = tuple(fields.addresses("addresses"))
    fields.done()
    names = tuple((login.name, login.tls) for login in logins)
    wanted = Grant(app, account.database, account.user, listen, addresses, names)
    with hold(account.engine, LOCK_LIMIT_S):
        before = load_grants(account.engine)
        _refuse_foreign(before, wanted)
        after = {**before, app: wanted}
        if listen is None and not addresses:
            del after[app]
        restarted = _apply(account, logins, before, after, app)
    old = set(before[app].addresses) if app in before else set()
    return {"added": sorted(set(addresses) - old), "removed": sorted(old - set(addresses)), "restarted": restarted}


def _refuse_foreign(grants: dict[str, Grant], wanted: Grant) -> None:
    for other in grants.values():
        if other.app != wanted.app and (other.user == wanted.user or other.database == wanted.database):
            raise HostError(
                "database-failed",
                f"The database {wanted.database} or its user belongs to the app {other.app}.",
                hint="Give this app's database another name.",
            )


def _apply(
    account: Account, logins: tuple[Login, ...], before: dict[str, Grant], after: dict[str, Grant], app: str
) -> bool:
    # Remembered once it holds: whatever a crash leaves behind, the next call finds in the engine itself and rewrites.
    if account.engine == "postgresql":
        restarted = postgresql_access.apply(before, after)
    else:
        restarted = mariadb.apply(logins, before, after, app)
    save_grants(account.engine, after)
    return restarted


def remove(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `database.remove`: grants, database and role away."""
    app, account = fields.slug(), parse_account(fields)
    fields.done()
    with hold(account.engine, LOCK_LIMIT_S):
        before = load_grants(account.engine)
        _refuse_foreign(before, Grant(app, account.database, account.user, None, (), ()))
        engine = postgresql if account.engine == "postgresql" else mariadb
        removed = engine.remove(account)
        if removed or app in before:
            _apply(account, (), before, {name: found for name, found in before.items() if name != app}, app)
    return {"removed": removed or app in before}


def listed_grants(app: str | None) -> list[dict[str, Any]]:
    """Remote addresses that are admitted, for the inventory."""
    return [
        {"engine": engine, "database": found.database, "user": login, "address": address}
        for engine in ENGINES
        for name, found in sorted(load_grants(engine).items())
        if app in (None, name)
        for address in found.addresses
        for login in dict.fromkeys(login for login, _ in found.logins)
    ]
