"""States of many units in one question."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Sequence

from ..command import run
from ..systemd import SYSTEMCTL

_MICROSECONDS = 1_000_000


def show_all(units: Sequence[str], *properties: str) -> list[dict[str, str]]:
    """Properties of each unit, in the order asked for; empty text for what systemd does not say. Times are those of UTC."""
    if not units:
        return []
    output = run(["/usr/bin/env", "TZ=UTC", SYSTEMCTL, "show", f"--property={','.join(['Id', *properties])}", "--", *units])
    found: dict[str, dict[str, str]] = {}
    for block in re.split(r"\n\n+", output.strip()):
        values = dict(line.partition("=")[::2] for line in block.splitlines())
        found[values.get("Id", "")] = values
    return [{name: found.get(unit, {}).get(name, "") for name in properties} for unit in units]


def milliseconds(text: str) -> int | None:
    """`Sat 2026-11-28 19:00:00 UTC` as milliseconds since the epoch; None for no time at all."""
    match = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text)
    if match is None:
        return None
    return int(datetime.fromisoformat(match.group()).replace(tzinfo=timezone.utc).timestamp()) * 1000


def number(text: str) -> int | None:
    """None for what systemd has no number for: `infinity`, `[not set]`, or the largest that it knows."""
    return int(text) if text.isdigit() and int(text) < 2**63 else None


def seconds(monotonic_us: str) -> float:
    """Microseconds of the monotonic clock as seconds; 0 for never."""
    return int(monotonic_us or 0) / _MICROSECONDS
