"""Names and paths of an app's processes. An app's short name has no dot, so `fairlead-<app>.` begins no other app's units."""

from __future__ import annotations

from pathlib import Path

from .. import paths, systemd
from ..app.place import App
from ..files import read_json
from .spec import Process

TIMER_WANTS = paths.UNITS / "timers.target.wants"
ENDINGS = (".service", ".timer")


def prefix(app: App) -> str:
    """How every unit of the app's processes begins."""
    return f"fairlead-{app.name}."


def service_file(app: App, process: Process) -> Path:
    """The unit of a cron entry, or the template of a worker's instances."""
    return paths.UNITS / f"{prefix(app)}{process.name}{'@' if process.kind == 'worker' else ''}.service"


def timer_file(app: App, name: str) -> Path:
    """The timer of a cron entry."""
    return paths.UNITS / f"{prefix(app)}{name}.timer"


def instance(app: App, name: str, number: int) -> str:
    """The unit of one of a worker's instances, from 1 on."""
    return f"{prefix(app)}{name}@{number}.service"


def instances(app: App, process: Process) -> list[str]:
    """The units of all of a worker's instances."""
    return [instance(app, process.name, number) for number in range(1, process.count + 1)]


def run_unit(app: App, name: str) -> str:
    """The unit of a cron entry's run: one, so that two can never go on at once."""
    return f"{prefix(app)}{name}.service"


def env(app: App, name: str) -> Path:
    """What only this process has: its command and release."""
    return paths.ENV / f"{app.name}.process.{name}.env"


def started(app: App, name: str, which: str) -> Path:
    """What an instance (`run`: a cron entry's last run) was started with."""
    return paths.RUNNING / f"{app.name}.process.{name}.{which}.env"


def links(app: App, process: Process) -> dict[Path, Path]:
    """What has systemd start it at boot, and where each leads."""
    if process.kind == "cron":
        file = timer_file(app, process.name)
        return {TIMER_WANTS / file.name: file}
    return {paths.WANTS / unit: service_file(app, process) for unit in instances(app, process)}


def state_file(app: App) -> Path:
    """What `process.set` put there last."""
    return app.state / "processes.json"


def _matching(directory: Path, start: str, endings: tuple[str, ...] = ("",)) -> list[Path]:
    found = directory.iterdir() if directory.is_dir() else iter(())
    return sorted(path for path in found if path.name.startswith(start) and path.name.endswith(endings))


def loaded_units(app: App) -> list[str]:
    """Units of its processes that systemd knows; its slice, in which the web process is too, begins like them and is none."""
    return [unit for unit in systemd.list_units(f"{prefix(app)}*") if unit.endswith(ENDINGS)]


def unit_files(app: App) -> list[Path]:
    """All unit files of its processes that there are."""
    return _matching(paths.UNITS, prefix(app), ENDINGS)


def link_files(app: App) -> list[Path]:
    """All their links into the boot."""
    return _matching(paths.WANTS, prefix(app)) + _matching(TIMER_WANTS, prefix(app))


def env_files(app: App) -> list[Path]:
    """Their environment files."""
    return _matching(paths.ENV, f"{app.name}.process.")


def started_files(app: App) -> list[Path]:
    """Copies of those, one for each instance that was started."""
    return _matching(paths.RUNNING, f"{app.name}.process.")


def own_paths(app: App) -> list[Path]:
    """Every path that its processes have on this server, drop-ins somebody made included."""
    return [*link_files(app), *_matching(paths.UNITS, prefix(app)), *env_files(app), *started_files(app)]


def recorded(app: App) -> dict[str, object]:
    """`release`, `units` (file name → text), `processes` (name, kind, count) as they were set last; empty before."""
    value = read_json(state_file(app))
    return value if isinstance(value, dict) else {}
