"""What an instance runs: from the copy of its environment file that its unit makes at each start."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from .. import systemd
from ..app.place import App
from ..files import read_or_none
from ..parse import UUID
from . import place
from .run import releases_in_runs

NOTE = "# "


@dataclass(frozen=True)
class Note:
    """A process's release and a fingerprint of all that decides its start."""

    release_id: str
    configuration: str


def note_line(note: Note) -> str:
    """The first line of an environment file: a comment to systemd."""
    return f"{NOTE}{json.dumps(asdict(note))}\n"


def read_note(path: Path) -> Note | None:
    """The note of an environment file; None where there is none."""
    first = (read_or_none(path) or b"").partition(b"\n")[0].decode("utf-8", "replace")
    try:
        return Note(**json.loads(first.removeprefix(NOTE)))
    except (ValueError, TypeError):
        return None


def started_with(app: App, name: str, which: str) -> Note | None:
    """What an instance, or a cron entry's last run, was started with."""
    return read_note(place.started(app, name, which))


def releases_in_use(app: App) -> set[str]:
    """Releases that its processes run or are to be started from: kept, however many came since."""
    found = {str(place.recorded(app).get("release"))} | releases_in_runs(app)
    found |= {note.release_id for file in place.env_files(app) if (note := read_note(file)) is not None}
    for unit in place.loaded_units(app):
        name, _, which = unit.removeprefix(place.prefix(app)).removesuffix(".service").partition("@")
        note = started_with(app, name, which or "run")
        if note is not None and systemd.is_active(unit):
            found.add(note.release_id)
    return {release_id for release_id in found if UUID.fullmatch(release_id)}
