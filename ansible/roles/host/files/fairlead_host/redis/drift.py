"""Each app's Redis as it runs against what was put there."""

from __future__ import annotations

from typing import Any

from ..files import read_or_none, sha256
from .place import Instance, known_instances
from .record import Record, load_record, sign_in
from .settings import described


def drifted_redis() -> list[dict[str, Any]]:
    """Apps whose Redis differs, each with both sides. Raises HostError where one does not answer."""
    found = []
    for instance in known_instances():
        record = load_record(instance)
        # Without accounts it was never seen to hold: an operation is at it, or was cut off.
        if record is None or not record.accounts:
            continue
        expected, actual = _expected(record), _actual(instance, record)
        if expected != actual:
            found.append({"app": instance.app, "engine": "redis", "expected": sorted(expected - actual), "actual": sorted(actual - expected)})
    return found


def _expected(record: Record) -> set[str]:
    settings = {f"{name} {value}" for name, value in record.settings.live().items()}
    return set(record.accounts) | settings | {f"configuration {record.config_sha256[:12]}"}


def _actual(instance: Instance, record: Record) -> set[str]:
    config = read_or_none(instance.config)
    with sign_in(record) as client:
        accounts = set(described(client.ask("ACL", "LIST")))
        settings = {f"{name} {client.ask('CONFIG', 'GET', name)[1]}" for name in record.settings.live()}
    return accounts | settings | {"configuration gone" if config is None else f"configuration {sha256(config)[:12]}"}

