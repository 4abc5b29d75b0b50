"""`redis.ensure`, `redis.observe`, `redis.remove`."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import replace
from typing import Any

from .. import paths, systemd
from ..call import Call
from ..command import run
from ..database.listen import require_own
from ..errors import HostError
from ..files import sha256, sync_directory, unlink, write_atomic
from ..locks import drop, hold
from ..parse import Fields
from ..processes import LISTEN, tcp_sockets
from .client import Client
from .place import SERVER, Instance, known_instances
from .record import Record, load_record, new_password, save_record, sign_in
from .settings import ADMINISTRATOR, Settings, account_of, config_text, described, parse_settings, rights, unit_text

LOCK_LIMIT_S = 300.0
# A big append-only file is read before the first answer.
START_LIMIT_S = 90.0
VERSION = re.compile(r"v=(\d+(?:\.\d+)+)")


def ensure(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `redis.ensure`: runs with these settings, now and after each boot. Nothing that it holds is lost by a change, and nobody is cut off but by another port."""
    instance = Instance(fields.slug())
    settings = parse_settings(fields)
    addresses = tuple(fields.addresses("addresses"))
    fields.done()
    with hold(instance.name, LOCK_LIMIT_S):
        version = _version()
        if settings.listen_address is not None:
            require_own(settings.listen_address)
        before = load_record(instance)
        password = new_password() if before is None else before.password
        text = config_text(instance, settings, sha256(password), version)
        record = Record(password, settings, sha256(text), (), addresses)
        stays = before is not None and before.settings.port == settings.port
        runs = before is not None and stays and _answers(before)
        if not runs:
            if stays:
                systemd.stop(instance.unit, 60)
            _require_free(settings.port)
            systemd.stop(instance.unit, 60)
        changed = _place(instance, text, record)
        if not runs:
            _start(instance, record)
        accounts = _apply(instance, record, version)
        save_record(instance, replace(record, accounts=accounts))
    known = None if before is None else (before.accounts, before.addresses)
    return {"changed": changed or not runs or known != (accounts, addresses), "started": not runs}


def _version() -> tuple[int, ...]:
    if not os.access(SERVER, os.X_OK):
        raise HostError("system-unsupported", "Redis is not installed on this server.", hint="Prepare the server with Redis.")
    found = VERSION.search(run([str(SERVER), "--version"]))
    version = tuple(int(part) for part in found[1].split(".")) if found else ()
    if version < (6,):
        raise HostError("system-unsupported", "The Redis of this server is older than 6.0 and knows no accounts; it was left alone.")
    return version


def _require_free(port: int) -> None:
    if tcp_sockets(port, (LISTEN,)):
        raise HostError(
            "port-taken",
            f"Port {port} of this server is in use by another program, which was left alone; the app's Redis was not started.",
            hint="Have that program listen elsewhere, then try again.",
            port=port,
        )


def _place(instance: Instance, text: str, record: Record) -> bool:
    for directory, mode in ((paths.REDIS, 0o711), (paths.REDIS_STATE, 0o700)):
        directory.mkdir(parents=True, exist_ok=True, mode=mode)
    # First what is known of it, so that a removal finds all that a crash leaves behind.
    save_record(instance, record)
    changed = write_atomic(instance.config, text, 0o644)
    if write_atomic(instance.unit_file, unit_text(instance)):
        systemd.daemon_reload()
        changed = True
    if not instance.wanted.is_symlink():
        os.symlink(str(instance.unit_file), instance.wanted)
        sync_directory(instance.wanted.parent)
        changed = True
    return changed


def _start(instance: Instance, record: Record) -> None:
    since = time.time()
    systemd.start(instance.unit)
    deadline = time.monotonic() + START_LIMIT_S
    while not _answers(record):
        state = systemd.show(instance.unit, "NRestarts", "ActiveState")
        if time.monotonic() > deadline or state["ActiveState"] == "failed" or int(state["NRestarts"] or 0) > 2:
            systemd.stop(instance.unit, 10)
            raise HostError(
                "database-failed",
                "The app's Redis did not start.",
                hint="Its journal says why; deploy again after that.",
                log=systemd.last_log(instance.unit, since),
            )
        time.sleep(0.05)


def _answers(record: Record) -> bool:
    try:
        with sign_in(record) as client:
            return client.ask("PING") == "PONG"
    except HostError:
        return False


def _apply(instance: Instance, record: Record, version: tuple[int, ...]) -> tuple[str, ...]:
    """What a running one takes at once; also puts back what somebody set by hand. Answers the accounts as Redis has them now."""
    settings = record.settings
    with sign_in(record) as client:
        for name, value in settings.live().items():
            client.ask("CONFIG", "SET", name, value)
        own = account_of(instance.app)
        client.ask("ACL", "SETUSER", "default", "reset")
        if _password_changes(client, own, settings):
            client.ask("ACL", "DELUSER", own)
        client.ask("ACL", "SETUSER", own, "reset", "on", f"#{settings.password_sha256}", *rights(version))
        strange = sorted(set(client.ask("ACL", "USERS")) - {"default", ADMINISTRATOR, own})
        if strange:
            client.ask("ACL", "DELUSER", *strange)
        return described(client.ask("ACL", "LIST"))


def _password_changes(client: Client, user: str, settings: Settings) -> bool:
    """Whether sessions of an earlier password have to end: deleting an account ends them, setting it anew does not."""
    lines = [line for line in client.ask("ACL", "LIST") if line.split()[1] == user]
    return bool(lines) and f"#{settings.password_sha256}" not in lines[0].split()


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
        {"engine": "redis", "database": instance.app, "user": account_of(instance.app), "address": address}
        for instance, record in found
        if record is not None
        for address in record.addresses
    ]
