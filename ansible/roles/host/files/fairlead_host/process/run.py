"""`process.run` and `process.end`: one command in the release that is served, with the app's environment, watched by whoever asks."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from .. import paths, systemd
from ..app.limits import MIB
from ..app.place import App
from ..app.unit import program_of, surroundings
from ..call import Call
from ..errors import HostError
from ..files import read_json, sha256, unlink, write_atomic, write_json
from ..locks import hold
from ..parse import Fields
from ..release import job
from ..release.build_outcome import Ended
from ..release.wanted import require_built
from ..systemd import environment_file
from .spec import LONGEST_RUN_S

KEPT = 20
STOP_S = 30


def run_command(call: Call, fields: Fields) -> dict[str, Any]:
    """Verb `process.run`. A second call for the same run joins the first, or is answered how it ended: it is never started twice."""
    app, release_id, run_id = App(fields.slug()), fields.uuid("releaseId"), fields.uuid("runId")
    command = fields.string("command", 4096, 1)
    memory_mib: int | None = fields.optional("memoryMib", lambda key: fields.integer(key, 16, 4_194_304))
    timeout_s = fields.integer("timeoutSeconds", 1, LONGEST_RUN_S)
    fields.done()
    app.ids()
    note = {"command": sha256(command), "release": release_id}
    with hold(f"app-{app.name}"):
        known = read_json(_note(app, run_id))
        if known is None:
            commit = require_built(app, release_id)
            own = {"FAIRLEAD_START": command, "FAIRLEAD_RELEASE": release_id, "FAIRLEAD_COMMIT": commit}
            _start(app, run_id, note, own, memory_mib, timeout_s)
        elif known.get("command") != note["command"]:
            raise HostError("conflict", "Another command was run under this id.")
        elif "result" in known:
            return {name: known[name] for name in ("result", "exitCode", "durationMs")}
    ended = job.watch(call, _log(app, run_id), unit_of(run_id), "command", "command-failed")
    with hold(f"app-{app.name}"):
        known = read_json(_note(app, run_id)) or note
        if "result" not in known:
            systemd.stop(unit_of(run_id), 1)
            known = {**known, **_result(ended, float(known.get("startedAt", time.time())))}
            write_json(_note(app, run_id), known)
        unlink(_log(app, run_id))
        _forget_old(app)
    return {name: known[name] for name in ("result", "exitCode", "durationMs")}


def end_command(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `process.end`: SIGTERM, and SIGKILL at the limit. A run that has not begun never will."""
    app, run_id = App(fields.slug()), fields.uuid("runId")
    fields.done()
    stopped = systemd.stop(unit_of(run_id), STOP_S)
    if app.state.is_dir():
        with hold(f"app-{app.name}"):
            known = read_json(_note(app, run_id)) or {"command": ""}
            unlink(_log(app, run_id))
            if "result" not in known:
                write_json(_note(app, run_id), {**known, "result": "cancelled", "exitCode": None, "durationMs": 0, "startedAt": time.time()})
        # One that was about to begin a moment ago has begun by now, or never will.
        stopped = systemd.stop(unit_of(run_id), STOP_S) or stopped
    return {"stopped": stopped}


def unit_of(run_id: str) -> str:
    """The unit of a run."""
    return f"fairlead-run-{run_id}.service"


def run_units(app: App) -> list[str]:
    """Units of the app's runs that systemd may still know."""
    return [unit_of(path.stem) for path in sorted(_directory(app).glob("*.json"))] if _directory(app).is_dir() else []


def releases_in_runs(app: App) -> set[str]:
    """Releases in which a command goes on."""
    if not _directory(app).is_dir():
        return set()
    notes = [(path.stem, read_json(path)) for path in _directory(app).glob("*.json")]
    return {str(note.get("release")) for run_id, note in notes if isinstance(note, dict) and "result" not in note and systemd.is_active(unit_of(run_id))}


def _directory(app: App) -> Path:
    return app.state / "runs"


def _note(app: App, run_id: str) -> Path:
    return _directory(app) / f"{run_id}.json"


def _log(app: App, run_id: str) -> Path:
    return _directory(app) / f"{run_id}.log"


def _start(app: App, run_id: str, note: dict[str, str], own: dict[str, str], memory_mib: int | None, timeout_s: int) -> None:
    told = paths.BUILDS / f"run-{run_id}.env"
    release = str(app.release(note["release"]))
    _directory(app).mkdir(mode=0o700, exist_ok=True)
    paths.BUILDS.mkdir(mode=0o700, exist_ok=True)
    write_atomic(_log(app, run_id), b"", 0o600)
    properties = [
        *job.settings(app, _log(app, run_id), timeout_s),
        ("WorkingDirectory", release),
        *surroundings(app, app.runtime, release, told, f"run.{run_id}"),
        ("TimeoutStopSec", str(STOP_S)),
        *([] if memory_mib is None else [("MemoryMax", str(memory_mib * MIB)), ("MemorySwapMax", "0")]),
    ]
    try:
        write_atomic(told, environment_file(own), 0o600)
        write_json(_note(app, run_id), {**note, "startedAt": time.time()})
        job.start(unit_of(run_id), f"Fairlead command of {app.name}", properties, program_of(app, "FAIRLEAD_START", f"run.{run_id}"), "command-failed")
    except HostError:
        unlink(_note(app, run_id))
        raise
    finally:
        # The unit has read it by now: nobody needs its name.
        unlink(told)


def _result(ended: Ended, started_at: float) -> dict[str, Any]:
    result = "exit-code" if ended.result == "success" and ended.exit_code != 0 else ended.result
    return {"result": result, "exitCode": ended.exit_code, "durationMs": round((time.time() - started_at) * 1000, 1)}


def _forget_old(app: App) -> None:
    ended = [path for path in _directory(app).glob("*.json") if "result" in (read_json(path) or {})]
    for path in sorted(ended, key=lambda each: each.stat().st_mtime, reverse=True)[KEPT:]:
        unlink(path)
