"""What a colour's running process was started with.

Not from its environment in /proc: programs write their titles over it, PHP-FPM does. Instead the unit itself keeps, at
each start, a copy of the file that it was started with.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from .. import systemd
from ..app.place import App
from ..files import read_or_none
from ..systemd import environment_file

NOTE = "# "


@dataclass(frozen=True)
class Started:
    """A colour's release, its local port (None for PHP) and a fingerprint of all that it was started with."""

    release_id: str
    port: int | None
    configuration: str


def colour_file(started: Started, environment: dict[str, str]) -> str:
    """The text of a colour's environment file, with a note for `running`."""
    return f"{NOTE}{json.dumps(asdict(started))}\n{environment_file(environment)}"


def running(app: App, colour: str, state: dict[str, str] | None = None) -> Started | None:
    """What the colour's unit runs; None while it does not run. `state`: what systemd said of the unit, with its ActiveState."""
    if (state or systemd.show(app.unit(colour), "ActiveState"))["ActiveState"] != "active":
        return None
    first = (read_or_none(app.started(colour)) or b"").partition(b"\n")[0].decode("utf-8", "replace")
    try:
        return Started(**json.loads(first.removeprefix(NOTE)))
    except (ValueError, TypeError):
        return None
