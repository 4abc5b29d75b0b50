"""`canary.read`: what a front's log of its canary says of both sides since the last look, in steps of bounded size."""

from __future__ import annotations

import math
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..call import Call
from ..parse import Fields, refuse
from .managed import LOGS

STEP_BYTES = 4 * 2**20
# Read to its end, a log that is longer begins anew.
LONGEST_LOG = 16 * 2**20
# What nobody read for so long is left out.
LONGEST_BACKLOG = 64 * 2**20
PER_OCTAVE, BUCKETS = 8, 128
SPLIT = re.compile(r", | : ")
PLACE = re.compile(r"[0-9.]{7,15}:[0-9]{1,5}|\[[0-9a-fA-F:.]{2,45}\]:[0-9]{1,5}|fairlead(?:canary)?_[a-z0-9_]{1,31}")


@dataclass
class Side:
    """What was answered: requests, those with an error of the server's, and how many began their answer within which time."""

    requests: int = 0
    errors: int = 0
    times: dict[int, int] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        """As the contract has it."""
        return {"requests": self.requests, "errors": self.errors, "times": {str(key): count for key, count in sorted(self.times.items())}}


def log_of(app: str) -> Path:
    """Where the front notes its requests while it has a canary."""
    return LOGS / f"fairlead-{app}.canary.log"


def forget_log(app: str) -> None:
    """Takes the log away; workers that still write to it hold a file without a name."""
    for log in LOGS.glob(f"fairlead-{app}.canary.log*"):
        log.unlink(missing_ok=True)


def read(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `canary.read`. Without a cursor it counts nothing and answers where the log ends now."""
    app = fields.slug()
    cursor = fields.optional("cursor", lambda name: _cursor(fields.object(name)))
    since_ms = fields.integer("sinceMs", 0, 2**53)
    places = {name: _places(fields, name) for name in ("canary", "stable")}
    fields.done()
    return look(log_of(app), cursor, since_ms, places)


def _cursor(fields: Fields) -> tuple[int, int]:
    inode, offset = fields.integer("inode", 0, 2**63), fields.integer("offset", 0, 2**53)
    fields.done()
    return inode, offset


def _places(fields: Fields, name: str) -> frozenset[str]:
    items = fields.items(name, 1000)
    for path, item in items:
        if not isinstance(item, str) or not PLACE.fullmatch(item):
            raise refuse(path, "must be an address with its port, or an upstream of Fairlead's")
    return frozenset(item for _, item in items)


def look(log: Path, cursor: tuple[int, int] | None, since_ms: int, places: dict[str, frozenset[str]]) -> dict[str, Any]:
    """One step through the log, or through what was rotated away under the reader."""
    sides = {name: Side() for name in places}
    now_ms = int(time.time() * 1000)

    def answer(at: tuple[int, int] | None, is_more: bool = False, skipped: int = 0) -> dict[str, Any]:
        found = {name: side.answer() for name, side in sides.items()}
        place = None if at is None else {"inode": at[0], "offset": at[1]}
        return {"nowMs": now_ms, "cursor": place, "isMore": is_more, "skippedBytes": skipped, "sides": found}

    current = _opened(log)
    if current is None:
        return answer(None)
    with current:
        state = os.fstat(current.fileno())
        if cursor is None:
            return answer((state.st_ino, state.st_size))
        inode, offset = cursor
        if inode != state.st_ino:
            _count(log.with_name(log.name + ".1"), cursor, sides, since_ms, places)
            return answer((state.st_ino, 0), True)
        offset = 0 if offset > state.st_size else offset
        skipped = max(0, state.st_size - offset - LONGEST_BACKLOG)
        data = _step(current, offset + skipped)
        _sum(data, sides, since_ms, places)
        end = offset + skipped + len(data)
        is_more = state.st_size - offset - skipped > STEP_BYTES and len(data) > 0
        if end > LONGEST_LOG and end >= state.st_size:
            # Nginx appends: what it writes next stands at the beginning.
            os.truncate(log, 0)
            end = 0
        return answer((inode, end), is_more, skipped)


def _opened(path: Path) -> Any:
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
    except FileNotFoundError:
        return None


def _count(path: Path, cursor: tuple[int, int], sides: dict[str, Side], since_ms: int, places: dict[str, frozenset[str]]) -> None:
    """The rest of a log that was rotated away, if it is the one that was read."""
    rotated = _opened(path)
    if rotated is None:
        return
    with rotated:
        inode, offset = cursor
        if os.fstat(rotated.fileno()).st_ino == inode:
            _sum(_step(rotated, offset), sides, since_ms, places)


def _step(opened: Any, offset: int) -> bytes:
    """Whole lines from there on."""
    opened.seek(offset)
    data: bytes = opened.read(STEP_BYTES)
    return data[: data.rfind(b"\n") + 1]


def _sum(data: bytes, sides: dict[str, Side], since_ms: int, places: dict[str, frozenset[str]]) -> None:
    for line in data.decode("ascii", "replace").splitlines():
        parts = line.split("|")
        if len(parts) != 4 or not _is_number(parts[0]) or float(parts[0]) * 1000 < since_ms:
            continue
        tried, statuses, times = (SPLIT.split(part) for part in parts[1:])
        side = next((sides[name] for name, known in places.items() if tried[0] in known), None)
        answered = [int(status) for status in statuses if status.isdigit()]
        # Without any answer the visitor went away before there was one.
        if side is None or not answered:
            continue
        side.requests += 1
        if any(status >= 500 for status in answered):
            side.errors += 1
        elif _is_number(times[-1]):
            bucket = bucket_of(float(times[-1]) * 1000)
            side.times[bucket] = side.times.get(bucket, 0) + 1


def bucket_of(milliseconds: float) -> int:
    """Eight to an octave: bucket n holds from 2^(n/8) ms on; the first one also all below, the last one all above."""
    return 0 if milliseconds < 1 else min(BUCKETS - 1, int(math.log2(milliseconds) * PER_OCTAVE))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", text) is not None
