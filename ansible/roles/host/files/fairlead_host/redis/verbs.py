"""`redis.ensure`, `redis.observe`, `redis.remove`."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import Any

from .. import systemd
from ..call import Call
from ..database.listen import require_own
from ..errors import HostError
from ..files import sha256, unlink
from ..locks import drop, hold
from ..parse import Fields
from . import bring
from .place import Instance, known_instances
from .record import Record, load_record, new_password, save_record, sign_in
from .settings import config_text, parse_settings

LOCK_LIMIT_S = 300.0


def ensure(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `redis.ensure`: runs with these settings, now and after each boot. Nothing that it holds is lost by a change, and nobody is cut off but by another port."""
    instance = Instance(fields.slug())
    settings = parse_settings(fields)
    addresses = tuple(fields.addresses("addresses"))
    fields.done()
    with hold(instance.name, LOCK_LIMIT_S):
        version = bring.version()
        if settings.listen_address is not None:
            require_own(settings.listen_address)
        before = load_record(instance)
        password = new_password() if before is None else before.password
        text = config_text(instance, settings, sha256(password), version)
        record = Record(password, settings, sha256(text), (), addresses)
        stays = before is not None and before.settings.port == settings.port
        runs = before is not None and stays and bring.answers(before)
        if not runs:
            if stays:
                systemd.stop(instance.unit, 60)
            bring.require_free(settings.port)
            systemd.stop(instance.unit, 60)
        changed = bring.place(instance, text, record)
        if not runs:
            bring.start(instance, record)
        accounts = bring.apply(instance, record, version)
        save_record(instance, replace(record, accounts=accounts))
    known = None if before is None else (before.accounts, before.addresses)
    return {"changed": changed or not runs or known != (accounts, addresses), "started": not runs}


def observe(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `redis.observe`: what it says of itself; `running` false where it does not answer."""
    instance = Instance(fields.slug())
    fields.done()
    record = load_record(instance)
    try:
        if record is None:
            return {"running": False}
        with sign_in(record) as client:
            lines = str(client.ask("INFO")).splitlines()
    except HostError:
        return {"running": False}
    info = dict(line.split(":", 1) for line in lines if ":" in line)
    writes = all(info.get(name) == "ok" for name in ("aof_last_write_status", "aof_last_bgrewrite_status"))
    return {
        "running": True,
        "version": info.get("redis_version", ""),
        "usedMemoryBytes": int(info["used_memory"]),
        "maxMemoryBytes": int(info["maxmemory"]),
        # This look is one, too.
        "clients": max(0, int(info["connected_clients"]) - 1),
        "evictedKeys": int(info["evicted_keys"]),
        "writesToDisk": info.get("aof_enabled") == "1" and writes,
    }


def remove(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `redis.remove`: process, account, settings and data away. Answers whether there was anything."""
    instance = Instance(fields.slug())
    fields.done()
    with hold(instance.name, LOCK_LIMIT_S):
        found = [path for path in instance.own_paths() if os.path.lexists(path)]
        stopped = systemd.stop(instance.unit, 60)
        for path in found:
            if path.is_symlink() or not path.is_dir():
                unlink(path)
            else:
                shutil.rmtree(path)
        if instance.unit_file in found:
            systemd.daemon_reload()
        drop(instance.name)
    return {"removed": stopped or bool(found)}


def listed_accounts(app: str | None) -> list[dict[str, Any]]:
    """Remote addresses that are admitted, for the inventory."""
    found = [(instance, load_record(instance)) for instance in known_instances() if app in (None, instance.app)]
    return [
        {"engine": "redis", "database": instance.app, "user": user, "address": address}
        for instance, record in found
        if record is not None
        for user in record.settings.accounts(instance.app)
        for address in record.addresses
    ]
