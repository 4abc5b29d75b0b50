"""Unit files of processes that are not as they were put."""

from __future__ import annotations

from typing import Any

from .. import paths
from ..app.place import App, known_apps
from ..files import read_or_none
from . import place

LONGEST_TEXT = 64_000


def drifted_units() -> list[dict[str, Any]]:
    """Of all apps, with both texts; `actual` None: gone. What somebody added beside them is theirs."""
    return [item for app in known_apps() for item in _drifted(app)]


def _drifted(app: App) -> list[dict[str, Any]]:
    units = place.recorded(app).get("units")
    found = []
    for name, expected in sorted(units.items()) if isinstance(units, dict) else []:
        actual = _read(name)
        if actual != expected:
            found.append({"app": app.name, "path": str(paths.UNITS / name), "expected": expected, "actual": actual})
    return found


def _read(name: str) -> str | None:
    try:
        content = read_or_none(paths.UNITS / name)
    except OSError:
        return "It is no file of its own.\n"
    return None if content is None else content[:LONGEST_TEXT].decode("utf-8", "replace")
