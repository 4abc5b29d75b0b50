"""Remote database access as the engines have it against what was granted."""

from __future__ import annotations

from typing import Any

from ..errors import HostError
from ..redis.drift import drifted_redis
from . import mariadb
from .grants import load_grants
from .names import ENGINES, Grant
from .postgresql import newest_cluster
from .postgresql_access import block_lines, hba_lines


def drifted_grants() -> list[dict[str, Any]] | None:
    """Apps whose grants differ, each with both sides; None where an engine does not answer, so that nobody takes silence for order."""
    try:
        return [item for engine in ENGINES for item in _drifted(engine, load_grants(engine))] + drifted_redis()
    except HostError:
        return None


def _drifted(engine: str, grants: dict[str, Grant]) -> list[dict[str, Any]]:
    if not grants:
        return []
    sides = _postgresql(grants) if engine == "postgresql" else _mariadb(grants)
    return [
        {"app": app, "engine": engine, "expected": sorted(expected), "actual": sorted(actual)}
        for app, (expected, actual) in sorted(sides.items())
        if expected != actual
    ]


Sides = dict[str, tuple[set[str], set[str]]]


def _postgresql(grants: dict[str, Grant]) -> Sides:
    found = {line.strip() for line in block_lines(newest_cluster()) if line.strip()}
    wanted = {app: {line.strip() for line in hba_lines({app: grant})} for app, grant in grants.items()}
    strange = found - set().union(*wanted.values())
    return {
        app: (lines, (found & lines) | {line for line in strange if _owner(line, grants) == app})
        for app, lines in wanted.items()
    }


def _owner(line: str, grants: dict[str, Grant]) -> str:
    """The app that a line nobody put there speaks of; the first one where it speaks of none."""
    words = line.replace('"', "").split()
    named = (app for app, grant in sorted(grants.items()) if grant.database in words or any(login in words for login, _ in grant.logins))
    return next(named, min(grants))


def _mariadb(grants: dict[str, Grant]) -> Sides:
    return {
        app: (
            {f"{grant.user}@{address}" for address in grant.addresses},
            {f"{grant.user}@{host}" for host in mariadb.hosts_of(grant.user) if host not in mariadb.LOCAL},
        )
        for app, grant in grants.items()
    }
