"""`process.set`: exactly these processes of an app are there, each from this release, and its workers stay up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .. import paths, systemd
from ..app.place import App
from ..call import Call
from ..command import attempt, run
from ..errors import HostError
from ..files import read_or_none, sha256, sync_directory, unlink, write_atomic, write_json
from ..locks import hold
from ..parse import Fields
from ..release.wanted import require_built
from ..systemd import environment_file
from . import place
from .observe import observed
from .spec import LONGEST_STOP_S, Process, parse_processes
from .started import Note, note_line, started_with
from .states import show_all
from .steady import wait_steady
from .unit import unit_texts

# A container begins some time after its unit.
CONTAINER_START_S = 3.0


def set_processes(call: Call, fields: Fields) -> dict[str, Any]:
    """Verb `process.set`."""
    app = App(fields.slug())
    release_id: str | None = fields.optional("releaseId", fields.uuid)
    processes = parse_processes(fields)
    settle_s = fields.integer("settleMs", 0, 60_000) / 1000
    timeout_s = fields.integer("timeoutMs", 1000, 600_000) / 1000
    fields.done()
    with hold(f"app-{app.name}"):
        if not processes:
            stopped = clear(app)
            unlink(place.state_file(app))
            return {"started": [], "stopped": stopped, "processes": []}
        if release_id is None:
            raise HostError("invalid-input", "Processes are started from a release.", path="input.releaseId")
        app.ids()
        return _set(call, app, Wanted(app, release_id, processes), settle_s, timeout_s)


class Wanted:
    """All files and units of an app's processes, as they should be."""

    def __init__(self, app: App, release_id: str, processes: list[Process]) -> None:
        commit = require_built(app, release_id)
        self.release_id, self.processes = release_id, processes
        self.units: dict[Path, str] = {}
        self.envs: dict[Path, str] = {}
        self.links: dict[Path, Path] = {}
        self.notes: dict[str, Note] = {}
        inherited = read_or_none(app.env) or b""
        for process in processes:
            texts = unit_texts(app, release_id, process)
            self.units |= {paths.UNITS / name: text for name, text in texts.items()}
            self.links |= place.links(app, process)
            own = {
                "FAIRLEAD_RELEASE": release_id,
                "FAIRLEAD_COMMIT": commit,
                "FAIRLEAD_SERVER": os.uname().nodename,
                "FAIRLEAD_PROCESS": process.name,
                "FAIRLEAD_START": process.command,
            }
            content = environment_file(own)
            service = texts[place.service_file(app, process).name]
            note = Note(release_id, sha256(inherited + content.encode() + service.encode()))
            self.notes[process.name] = note
            self.envs[place.env(app, process.name)] = note_line(note) + content

    def loaded(self, app: App) -> set[str]:
        """Units that may be running."""
        instances = {unit for process in self.processes for unit in place.instances(app, process)}
        crons = [process.name for process in self.processes if process.kind == "cron"]
        return instances | {place.timer_file(app, name).name for name in crons} | {place.run_unit(app, name) for name in crons}


def _set(call: Call, app: App, wanted: Wanted, settle_s: float, timeout_s: float) -> dict[str, Any]:
    stopped = _stop([unit for unit in place.loaded_units(app) if unit not in wanted.loaded(app)])
    stale = [path for path in [*place.link_files(app), *place.unit_files(app)] if path not in wanted.links and path not in wanted.units]
    changed = {path for path in stale if unlink(path)}
    for path in place.env_files(app):
        if path not in wanted.envs:
            unlink(path)
    for path in place.started_files(app):
        if path.name.split(".")[2] not in wanted.notes:
            unlink(path)
    paths.ENV.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path, content in wanted.envs.items():
        write_atomic(path, content, 0o600)
    changed |= {path for path, content in wanted.units.items() if write_atomic(path, content)}
    changed |= {link for link, target in wanted.links.items() if _link(link, target)}
    if changed:
        systemd.daemon_reload()
    call.check_fence()
    _record(app, wanted)
    started = _start(app, wanted, changed)
    wait_steady(_to_prove(app, wanted, started), settle_s + (CONTAINER_START_S if app.runtime == "docker" else 0), timeout_s)
    return {"started": started, "stopped": stopped, "processes": observed(app)}


def _to_prove(app: App, wanted: Wanted, started: list[str]) -> dict[str, Process]:
    """Instances that were started now, or by an attempt that was cut off; what broke long ago is none of this call's."""
    units = {unit: process for process in wanted.processes for unit in place.instances(app, process)}
    restarts = dict(zip(units, show_all(list(units), "NRestarts")))
    return {unit: process for unit, process in units.items() if unit in started or restarts[unit]["NRestarts"] == "0"}


def _link(link: Path, target: Path) -> bool:
    if link.is_symlink() and os.readlink(link) == str(target):
        return False
    link.parent.mkdir(mode=0o755, exist_ok=True)
    unlink(link)
    os.symlink(str(target), link)
    sync_directory(link.parent)
    return True


def _record(app: App, wanted: Wanted) -> None:
    processes = [{"name": each.name, "kind": each.kind, "count": each.count} for each in wanted.processes]
    units = {path.name: text for path, text in wanted.units.items()}
    write_json(place.state_file(app), {"release": wanted.release_id, "processes": processes, "units": units})


def _start(app: App, wanted: Wanted, changed: set[Path]) -> list[str]:
    """Starts anew what does not run as it should, each after its own graceful stop. A cron entry's run that goes on is left to its end."""
    units = [(process, index, unit) for process in wanted.processes for index, unit in enumerate(place.instances(app, process), 1)]
    states = show_all([unit for _, _, unit in units], "ActiveState")
    due = [
        unit
        for (process, index, unit), state in zip(units, states)
        if state["ActiveState"] not in ("active", "activating")
        or place.service_file(app, process) in changed
        or started_with(app, process.name, str(index)) != wanted.notes[process.name]
    ]
    crons = [place.timer_file(app, process.name) for process in wanted.processes if process.kind == "cron"]
    timers = [file.name for file, state in zip(crons, show_all([file.name for file in crons], "ActiveState")) if file in changed or state["ActiveState"] != "active"]
    if due:
        attempt([systemd.SYSTEMCTL, "reset-failed", "--", *due])
        longest_s = max(process.stop_timeout_s for process in wanted.processes)
        # How each ends is seen below, with its log.
        attempt([systemd.SYSTEMCTL, "restart", "--", *due], timeout_s=longest_s + 60)
    if timers:
        run([systemd.SYSTEMCTL, "restart", "--", *timers], code="start-failed")
    return [*due, *timers]


def _stop(units: list[str]) -> list[str]:
    """Stops units side by side, timers first so that none starts a run anew; each has the time that its unit gives it."""
    timers = [unit for unit in units if unit.endswith(".timer")]
    services = [unit for unit in units if unit not in timers]
    for group in (timers, services):
        if group:
            run([systemd.SYSTEMCTL, "stop", "--", *group], timeout_s=LONGEST_STOP_S + 60)
            attempt([systemd.SYSTEMCTL, "reset-failed", "--", *group])
    return sorted(units)


def clear(app: App) -> list[str]:
    """Nothing of the app's processes is left on this server; answers the units that were stopped."""
    stopped = _stop(place.loaded_units(app))
    files = [path for path in place.own_paths(app) if _delete(path)]
    if any(path.is_relative_to(paths.UNITS) for path in files):
        systemd.daemon_reload()
    return stopped


def _delete(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        for entry in path.iterdir():
            unlink(entry)
        path.rmdir()
        return True
    return unlink(path)
