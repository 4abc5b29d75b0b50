"""Every app's grants on one engine, remembered: what they share (addresses, lines) is the union of them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import paths
from ..files import read_json, unlink, write_json
from .names import Grant


def _file(engine: str) -> Path:
    return paths.DATABASE_STATE / f"{engine}.json"


def load_grants(engine: str) -> dict[str, Grant]:
    """Grants by app."""
    value = read_json(_file(engine))
    items: list[dict[str, Any]] = value if isinstance(value, list) else []
    return {
        item["app"]: Grant(
            *(item["app"], item["database"], item["user"], item["listenAddress"], tuple(item["addresses"])),
            # An earlier version of this program knew one name alone.
            tuple((name, tls) for name, tls in item.get("logins", [[item["user"], False]])),
        )
        for item in items
    }


def save_grants(engine: str, grants: dict[str, Grant]) -> None:
    """Remembers the grants; no file when there are none."""
    if not grants:
        unlink(_file(engine))
        return
    write_json(
        _file(engine),
        [
            {
                "app": grant.app,
                "database": grant.database,
                "user": grant.user,
                "listenAddress": grant.listen_address,
                "addresses": list(grant.addresses),
                "logins": [list(login) for login in grant.logins],
            }
            for _, grant in sorted(grants.items())
        ],
    )


def listen_addresses(grants: dict[str, Grant]) -> list[str]:
    """Addresses that some app needs listened on, sorted."""
    return sorted({grant.listen_address for grant in grants.values() if grant.listen_address is not None})
