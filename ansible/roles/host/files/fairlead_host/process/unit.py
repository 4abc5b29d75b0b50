"""The systemd units of an app's processes.

Nothing that a tenant wrote stands in them but a process's parsed name: its command is in an environment file, and `${FAIRLEAD_START}` is one argument
to the shell, whatever is in it, as systemd does not split `${…}`.
"""

from __future__ import annotations

from ..app.limits import MIB
from ..app.place import App
from ..app import box
from ..app.unit import Settings, confinement_of, surroundings
from . import place
from .spec import Process

RESTART_S = 2


def unit_texts(app: App, release_id: str, process: Process) -> dict[str, str]:
    """The text of each of a process's unit files, by its name."""
    texts = {place.service_file(app, process).name: _service(app, release_id, process)}
    if process.kind == "cron":
        texts[place.timer_file(app, process.name).name] = _timer(app, process)
    return texts


def _service(app: App, release_id: str, process: Process) -> str:
    release = str(app.release(release_id))
    which = "%i" if process.kind == "worker" else "run"
    store = f"process.{process.name}.{which}"
    service: Settings = [
        ("ExecStartPre", f"+/bin/cp {place.env(app, process.name)} {place.started(app, process.name, which)}"),
        *_way(process),
        ("User", app.user),
        ("Group", app.user),
        ("Slice", app.slice),
        ("WorkingDirectory", release),
        ("Environment", f"FAIRLEAD_INSTANCE={which}"),
        *surroundings(app, app.runtime, release, place.env(app, process.name), store),
        ("ExecStart", " ".join(box.program(app, store)) if app.runtime == "docker" else "/bin/sh -c ${FAIRLEAD_START}"),
        ("TimeoutStopSec", str(process.stop_timeout_s)),
        *confinement_of(app, app.runtime),
    ]
    if process.memory_mib is not None:
        service += [("MemoryMax", str(process.memory_mib * MIB)), ("MemorySwapMax", "0")]
    return _text(app, process, [("After", "network-online.target"), ("Wants", "network-online.target"), ("StartLimitIntervalSec", "0")], "Service", service)


def _way(process: Process) -> Settings:
    """A worker that ends, however it ends, is started again for as long as it is wanted; a run of a cron entry ends, at its limit if need be."""
    if process.kind == "worker":
        return [("Type", "exec"), ("Restart", "always"), ("RestartSec", str(RESTART_S))]
    return [("Type", "oneshot"), ("TimeoutStartSec", str(process.time_limit_s))]


def _timer(app: App, process: Process) -> str:
    """What was missed while the machine was off is not made up, as cron does not. A run that is due while one goes on is left out by systemd itself."""
    settings: Settings = [
        *(("OnCalendar", line) for line in process.calendars),
        ("AccuracySec", "1s"),
        ("Unit", place.run_unit(app, process.name)),
    ]
    return _text(app, process, [], "Timer", settings)


def _text(app: App, process: Process, unit: Settings, section: str, settings: Settings) -> str:
    what = "worker" if process.kind == "worker" else "cron entry"
    lines = ["# Managed by Fairlead.", "[Unit]", f"Description=Fairlead {what} {process.name} of {app.name}"]
    lines += [f"{name}={value}" for name, value in unit]
    lines += ["", f"[{section}]", *(f"{name}={value}" for name, value in settings), ""]
    return "\n".join(lines)
