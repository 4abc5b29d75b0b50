"""`release.command`: the command that a release asks for before it serves, once for each deployment."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from .. import paths, systemd
from ..app.place import App
from ..app.unit import program_of, surroundings
from ..call import Call
from ..errors import HostError
from ..files import read_json, sha256, unlink, write_atomic, write_json
from ..locks import hold
from ..parse import Fields
from ..systemd import environment_file
from . import job
from .build_outcome import Ended, read_end
from .wanted import require_built

# Where its container writes, of an app of containers.
STORE = "command"


def run_once(call: Call, fields: Fields) -> dict[str, Any]:
    """Verb `release.command`. A second call for the same run joins the first, or is answered that it went well; one that failed is run again."""
    app, release_id, run_id = App(fields.slug()), fields.uuid("releaseId"), fields.uuid("runId")
    command = fields.string("command", 4096, 1)
    timeout_s = fields.integer("timeoutSeconds", 10, 7200)
    fields.done()
    app.ids()
    commit = require_built(app, release_id)
    mine = {"runId": run_id, "command": sha256(command)}
    with hold(f"app-{app.name}"):
        if done := _done(app, mine):
            return done
        if not _joins(app, mine):
            own = {"FAIRLEAD_COMMAND": command, "FAIRLEAD_RELEASE": release_id, "FAIRLEAD_COMMIT": commit}
            _start(app, release_id, mine, own, timeout_s)
    ended = job.watch(call, _log(app), app.command_unit, "release command", "command-failed")
    with hold(f"app-{app.name}"):
        if done := _done(app, mine):
            return done
        note = read_json(_note(app))
        systemd.stop(app.command_unit, 1)
        failure = _explain(ended, timeout_s)
        if failure is not None:
            raise failure
        duration_ms = round((time.time() - float(note["startedAt"])) * 1000, 1)
        write_json(_note(app), {**mine, "startedAt": note["startedAt"], "durationMs": duration_ms})
    return {"ran": True, "durationMs": duration_ms}


def _note(app: App) -> Path:
    """Which run was started last, and how long it took once it went well."""
    return app.state / "command.json"


def _log(app: App) -> Path:
    return app.state / "command.log"


def _is_mine(note: object, mine: dict[str, str]) -> bool:
    return isinstance(note, dict) and all(note.get(key) == value for key, value in mine.items())


def _done(app: App, mine: dict[str, str]) -> dict[str, Any] | None:
    note = read_json(_note(app))
    if not isinstance(note, dict) or not _is_mine(note, mine) or "durationMs" not in note:
        return None
    return {"ran": False, "durationMs": note["durationMs"]}


def _joins(app: App, mine: dict[str, str]) -> bool:
    """Whether the unit is this run, still going or ended with nobody there to hear it. Another one that goes on is waited for by nobody: it is refused."""
    if systemd.show(app.command_unit, "ActiveState")["ActiveState"] in ("", "inactive"):
        return False
    if _is_mine(read_json(_note(app)), mine):
        return True
    if read_end(app.command_unit) is None:
        raise HostError(
            "conflict",
            "The release command of an earlier deployment still runs on this server.",
            hint=f"Wait for it, or look at it with: systemctl status {app.command_unit}",
        )
    systemd.stop(app.command_unit, 1)
    return False


def _start(app: App, release_id: str, mine: dict[str, str], own: dict[str, str], timeout_s: int) -> None:
    told = paths.BUILDS / f"command-{app.name}.env"
    unlink(_log(app))
    write_atomic(_log(app), b"", 0o600)
    paths.BUILDS.mkdir(mode=0o700, exist_ok=True)
    properties = [
        *job.settings(app, _log(app), timeout_s),
        ("WorkingDirectory", str(app.release(release_id))),
        *surroundings(app, app.runtime, str(app.release(release_id)), told, STORE),
        # What is put right by hand after it was cut off is a database: it is given time to end.
        ("TimeoutStopSec", "30"),
    ]
    try:
        write_atomic(told, environment_file(own), 0o600)
        write_json(_note(app), {**mine, "startedAt": time.time()})
        # One argument to the shell, whatever is in it: systemd does not split `${…}`.
        program = program_of(app, "FAIRLEAD_COMMAND", STORE)
        job.start(app.command_unit, f"Fairlead release command of {app.name}", properties, program, "command-failed")
    finally:
        # The unit has read it by now: nobody needs its name.
        unlink(told)


def _explain(ended: Ended, timeout_s: int) -> HostError | None:
    if ended.result == "success" and ended.exit_code == 0:
        return None
    if ended.result == "gone":
        return HostError("command-failed", "The release command was stopped on the server.", hint="Deploy again.")
    if ended.result == "timeout":
        return HostError("command-failed", f"The release command took longer than {timeout_s} s.", hint="It was ended: look at what it left.")
    if ended.result == "oom-kill":
        return HostError("command-failed", "The release command ran out of memory.", hint="Use a server with more memory.")
    return HostError(
        "command-failed",
        f"The release command ended with exit code {ended.exit_code}.",
        hint="The log's last lines say why. What it had done by then stays done.",
        exitCode=ended.exit_code,
    )
