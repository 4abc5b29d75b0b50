"""Images of an app that no release needs any more."""

from __future__ import annotations

from pathlib import Path

from .. import systemd
from ..app import box
from ..app.place import App
from ..command import attempt

PROGRAM = Path(__file__).resolve().parent / "image.py"
TIME_LIMIT_S = 120


def prune(app: App, keep: list[str]) -> None:
    """Removes them, as the app's user: root's own Podman would read its store as another one. What can't be removed now is, the next time."""
    settings = [
        *(("User", app.user), ("Group", app.user), ("Slice", app.slice)),
        ("RuntimeMaxSec", str(TIME_LIMIT_S)),
        *box.confinement(app),
    ]
    attempt(
        [
            *("/usr/bin/systemd-run", "--quiet", "--wait", "--collect", f"--description=Fairlead prunes images of {app.name}"),
            *systemd.properties(settings),
            *("--", "/usr/bin/python3", "-IS", str(PROGRAM), app.name, str(app.images), *keep),
        ],
        timeout_s=TIME_LIMIT_S + 10,
    )
