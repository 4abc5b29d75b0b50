"""Each app's Redis as it runs against what was put there."""

from __future__ import annotations

from typing import Any

from ..files import read_or_none, sha256
from .place import Instance, known_instances
from .record import Record, load_record, sign_in


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
    return {_shown(line) for line in record.accounts} | settings | {f"configuration {record.config_sha256[:12]}"}


def _actual(instance: Instance, record: Record) -> set[str]:
    config = read_or_none(instance.config)
    with sign_in(record) as client:
        accounts = {_shown(line) for line in client.ask("ACL", "LIST")}
        settings = {f"{name} {client.ask('CONFIG', 'GET', name)[1]}" for name in record.settings.live()}
    return accounts | settings | {"configuration gone" if config is None else f"configuration {sha256(config)[:12]}"}


def _shown(line: str) -> str:
    """An account in Redis's own words; of the hash of its password, a hash: enough to see another one, nothing to try passwords against."""
    # Redis says this word of an account that was set while it runs, and not of the same one from its file.
    words = [word for word in line.split() if word != "sanitize-payload"]
    return " ".join(f"password:{sha256(word)[:12]}" if word.startswith("#") else word for word in words)
