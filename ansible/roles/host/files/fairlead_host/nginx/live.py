"""Reloading until the new config is proven to be served, or the reason why it is not."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from ..errors import HostError
from ..files import read_or_none
from ..processes import LISTEN, tcp_sockets
from .managed import FileId
from .ports import port_taken
from .process import reload_master, remember_replaced
from .proof import current_socket
from .status import answering_worker, serves

ERROR_LOG = Path("/var/log/nginx/error.log")
LIVE_LIMIT_S = 10.0
# The first answer comes within some ms; a reload that fails does so as fast, and says so in the error log only.
STEPS_S = (*([0.001] * 25), *([0.002] * 25), *([0.005] * 40), *([0.025] * 400))
BIND_FAULT = re.compile(r"bind\(\) to (.+):(\d+) failed \(98:")

Expected = list[tuple[FileId, str | None]]


def reload_until_live(master: int, expected: Expected) -> float:
    """Reloads and waits until the status socket answers what is expected; the milliseconds that took.

    The first new answer proves that the master has taken the config and started workers with it. Workers of the
    earlier config accept for some 100 ms more; `nginx.drain` and `nginx.observe` wait for those.
    Raises `nginx-not-live` or `port-taken` with Nginx's own words.
    """
    log_start = _log_size()
    socket = current_socket()
    started = time.monotonic()
    reload_master(master)
    for step_s in STEPS_S:
        time.sleep(step_s)
        if serves(expected, socket):
            live_ms = (time.monotonic() - started) * 1000
            newest = answering_worker(socket)
            if newest is not None:
                remember_replaced(master, newest)
            return live_ms
        fault = _fault_since(log_start, master)
        if fault is not None:
            raise _reload_error(fault)
        if time.monotonic() - started > LIVE_LIMIT_S:
            break
    raise HostError(
        "nginx-not-live",
        f"Nginx was told to reload and does not serve the new config after {LIVE_LIMIT_S:g} s.",
        hint="Look at the server's Nginx error log.",
    )


def _log_size() -> int:
    try:
        return os.stat(ERROR_LOG).st_size
    except OSError:
        return 0


def _fault_since(offset: int, master: int) -> str | None:
    """The last [emerg] line of the master's after `offset`, ports that are still in use first among them."""
    if _log_size() <= offset:
        return None
    content = (read_or_none(ERROR_LOG) or b"")[offset:].decode("utf-8", "replace")
    lines = [line for line in content.splitlines() if f"[emerg] {master}#" in line]
    # Nginx retries a bind five times, half a second apart, before it gives the new config up.
    final = [line for line in lines if "still could not bind()" in line]
    binds = [line for line in lines if BIND_FAULT.search(line)]
    others = [line for line in lines if line not in final and line not in binds]
    if final or others:
        return (binds or others or final)[-1].split(": ", 1)[-1]
    return None


def _reload_error(fault: str) -> HostError:
    match = BIND_FAULT.search(fault)
    if match is not None:
        address, port = match[1].strip("[]"), int(match[2])
        return port_taken(address, port, tcp_sockets(port, (LISTEN,)))
    return HostError(
        "nginx-not-live",
        f"Nginx refused the reload: {fault}",
        hint="Look at the server's Nginx error log.",
        output=fault,
    )
