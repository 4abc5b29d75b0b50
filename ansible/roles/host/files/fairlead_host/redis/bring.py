"""Bringing an app's Redis to what it should be: its files, its process, and what a running one takes at once."""

from __future__ import annotations

import os
import re
import time

from .. import paths, systemd
from ..command import run
from ..errors import HostError
from ..files import sync_directory, write_atomic
from ..processes import LISTEN, tcp_sockets
from .client import Client
from .place import SERVER, Instance
from .record import Record, save_record, sign_in
from .settings import ADMINISTRATOR, described, rights, unit_text

# A big append-only file is read before the first answer.
START_LIMIT_S = 90.0
VERSION = re.compile(r"v=(\d+(?:\.\d+)+)")


def version() -> tuple[int, ...]:
    """Of the installed Redis. Raises `system-unsupported` without one, or with one that knows no accounts."""
    if not os.access(SERVER, os.X_OK):
        raise HostError("system-unsupported", "Redis is not installed on this server.", hint="Prepare the server with Redis.")
    found = VERSION.search(run([str(SERVER), "--version"]))
    number = tuple(int(part) for part in found[1].split(".")) if found else ()
    if number < (6,):
        raise HostError("system-unsupported", "The Redis of this server is older than 6.0 and knows no accounts; it was left alone.")
    return number


def require_free(port: int) -> None:
    """Refuses with `port-taken` a port that somebody listens on."""
    if tcp_sockets(port, (LISTEN,)):
        raise HostError(
            "port-taken",
            f"Port {port} of this server is in use by another program, which was left alone; the app's Redis was not started.",
            hint="Have that program listen elsewhere, then try again.",
            port=port,
        )


def place(instance: Instance, text: str, record: Record) -> bool:
    """Writes its files and has it start at boot; answers whether anything changed."""
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


def start(instance: Instance, record: Record) -> None:
    """Starts it and waits for its first answer; one that does not come up is left stopped."""
    since = time.time()
    systemd.start(instance.unit)
    deadline = time.monotonic() + START_LIMIT_S
    while not answers(record):
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


def answers(record: Record) -> bool:
    """Whether it runs and takes this program's account."""
    try:
        with sign_in(record) as client:
            return client.ask("PING") == "PONG"
    except HostError:
        return False


def apply(instance: Instance, record: Record, version: tuple[int, ...]) -> tuple[str, ...]:
    """What a running one takes at once; also puts back what somebody set by hand. Answers the accounts as Redis has them now."""
    settings = record.settings
    with sign_in(record) as client:
        for name, value in settings.live().items():
            client.ask("CONFIG", "SET", name, value)
        own = settings.accounts(instance.app)
        client.ask("ACL", "SETUSER", "default", "reset")
        for name, password_sha256 in own.items():
            if _password_changes(client, name, password_sha256):
                client.ask("ACL", "DELUSER", name)
            client.ask("ACL", "SETUSER", name, "reset", "on", f"#{password_sha256}", *rights(version))
        strange = sorted(set(client.ask("ACL", "USERS")) - {"default", ADMINISTRATOR, *own})
        if strange:
            client.ask("ACL", "DELUSER", *strange)
        return described(client.ask("ACL", "LIST"))


def _password_changes(client: Client, user: str, password_sha256: str) -> bool:
    """Whether sessions of an earlier password have to end: deleting an account ends them, setting it anew does not."""
    lines = [line for line in client.ask("ACL", "LIST") if line.split()[1] == user]
    return bool(lines) and f"#{password_sha256}" not in lines[0].split()
