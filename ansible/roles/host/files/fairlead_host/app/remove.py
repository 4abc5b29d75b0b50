"""`app.remove`: nothing of the app's own is left on this server."""

from __future__ import annotations

import pwd
import shutil
from pathlib import Path
from typing import Any

from .. import paths, systemd
from ..call import Call
from ..command import attempt, run
from ..files import unlink
from ..locks import drop, hold
from ..nginx.managed import KINDS, FileId
from ..parse import Fields
from ..process import apply as processes
from ..process.place import own_paths as process_paths
from ..process.run import run_units
from . import php
from .place import COLOURS, App, is_ours

STOP_LIMIT_S = 20.0


def remove(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `app.remove`. Answers what was taken away; a second call answers nothing."""
    app = App(fields.slug())
    fields.done()
    removed: list[str] = []
    with hold(f"app-{app.name}"):
        removed += processes.clear(app)
        _stop(app, removed)
        for path in own_paths(app):
            _delete(path, removed)
        if any(name.startswith(str(paths.UNITS)) for name in removed):
            systemd.daemon_reload()
        _remove_user(app, removed)
        drop(f"app-{app.name}")
    return {"removed": removed}


def _stop(app: App, removed: list[str]) -> None:
    units = [app.unit(colour) for colour in COLOURS] + [app.command_unit] + run_units(app) + build_units(app)
    for unit in units:
        if systemd.stop(unit, STOP_LIMIT_S):
            removed.append(unit)
    attempt([systemd.SYSTEMCTL, "stop", "--", app.slice])


def build_units(app: App) -> list[str]:
    """Build units of this app that systemd still knows."""
    builds = app.state / "builds"
    ids = {path.name.split(".")[0] for path in builds.iterdir()} if builds.is_dir() else set()
    return [f"fairlead-build-{release_id}.service" for release_id in sorted(ids)]


def own_paths(app: App) -> list[Path]:
    """Every path that this app has on this server, apart from its Nginx files."""
    return [
        *(app.wanted(colour) for colour in COLOURS),
        app.template,
        *(app.limits_file(colour).parent for colour in COLOURS),
        *php.own_paths(app),
        *process_paths(app),
        app.env,
        *(app.colour_env(colour) for colour in COLOURS),
        *(app.started(colour) for colour in COLOURS),
        app.root,
        app.state,
    ]


def left_over_revisions(app: App) -> list[Path]:
    """Kept Nginx revisions of the app."""
    return [file.revisions for kind in KINDS if (file := FileId(app.name, kind)).revisions.is_dir()]


def _delete(path: Path, removed: list[str]) -> None:
    if path.is_symlink() or not path.is_dir():
        if unlink(path):
            removed.append(str(path))
        return
    shutil.rmtree(path)
    removed.append(str(path))


def _remove_user(app: App, removed: list[str]) -> None:
    try:
        entry = pwd.getpwnam(app.user)
    except KeyError:
        return
    if not is_ours(entry):
        return
    attempt(["/usr/bin/pkill", "-KILL", "-u", str(entry.pw_uid)])
    run(["/usr/sbin/userdel", "--", app.user])
    removed.append(app.user)
