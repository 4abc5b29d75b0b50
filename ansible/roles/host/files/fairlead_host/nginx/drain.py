"""`nginx.drain`: waits until nothing of Nginx talks to a backend that has been taken out."""

from __future__ import annotations

import time
from typing import Any

from ..call import Call
from ..parse import Fields
from ..processes import ESTABLISHED, SYN_SENT, socket_inodes, tcp_sockets
from .process import nginx_pids, replaced_workers

FIRST_STEP_S, LONGEST_STEP_S = 0.01, 0.1


def drain(call: Call, fields: Fields) -> dict[str, Any]:
    """Verb `nginx.drain`. First the workers of the earlier config must have stopped accepting, then finished what they have."""
    address, port = fields.address("address"), fields.port()
    limit_s = fields.integer("timeoutMs", 0, 600_000) / 1000
    fields.done()
    started = time.monotonic()
    step_s = FIRST_STEP_S
    while True:
        old = replaced_workers()
        remaining = connections(address, port)
        waited_s = time.monotonic() - started
        if (remaining == 0 and not old) or waited_s >= limit_s or call.is_abandoned:
            return {"remaining": remaining, "waitedMs": round(waited_s * 1000, 1)}
        call.wait_or_abandoned(min(step_s, max(0.0, limit_s - waited_s)))
        step_s = min(step_s * 1.5, LONGEST_STEP_S)


def connections(address: str, port: int) -> int:
    """How many connections Nginx processes hold to that address and port, idle ones included."""
    sockets = tcp_sockets(port, (ESTABLISHED, SYN_SENT), is_remote=True)
    inodes = {found.inode for found in sockets if found.remote[0] == address and found.inode}
    return len(inodes & socket_inodes(nginx_pids())) if inodes else 0
