"""`nginx.observe`: what is on disk, what runs, and whether somebody edited our files by hand."""

from __future__ import annotations

import time
from typing import Any

from ..call import Call
from ..files import sha256
from ..parse import Fields
from .managed import FileId, content_of, files_on_disk, parse_status, read_record
from .process import master_pid, replaced_workers
from .proof import current_socket
from .status import ask

# Some 100 ms by Nginx's own design; a machine without time for it takes longer.
SETTLE_LIMIT_S = 5.0


def observe(call: Call, fields: Fields) -> dict[str, Any]:
    """Verb `nginx.observe`. Waits first until no worker of an earlier config answers any more."""
    app = fields.optional("app", fields.slug)
    fields.done()
    is_running = master_pid() is not None
    deadline = time.monotonic() + SETTLE_LIMIT_S
    while is_running and replaced_workers() and time.monotonic() < deadline:
        if call.wait_or_abandoned(0.01):
            break
    return {
        "running": is_running,
        "settled": not (is_running and replaced_workers()),
        "files": [_describe(file) for file in files_on_disk(app)],
    }


def _describe(file: FileId) -> dict[str, Any]:
    record = read_record(file)
    hash_now = sha256(content_of(file) or b"")
    served = parse_status(ask(file, current_socket()) or "")
    return {
        "kind": file.kind,
        "app": file.app,
        "generation": record.generation if record else 0,
        "sha256": hash_now,
        "edited": record is None or record.sha256 != hash_now,
        "serving": {"generation": served.generation, "sha256": served.sha256} if served else None,
    }
