"""`release.start`: a colour runs a release, and answers healthy on its own local port."""

from __future__ import annotations

import time
from typing import Any

from .. import systemd
from ..app.limits import MIB
from ..app.place import COLOURS, RUNTIMES, App
from ..call import Call
from ..errors import HostError
from ..locks import hold
from ..nginx.ports import port_taken
from ..parse import HTTP_PATH, Fields
from ..processes import LISTEN, all_pids, in_unit, socket_inodes, tcp_sockets
from . import fpm
from .probe import is_healthy, probe
from .running import running
from .wanted import Wanted, begin, require_built, wanted

STEPS_S = (*([0.02] * 50), *([0.1] * 100), *([0.5] * 2000))
UNIT_LOOK_S = 0.25
DEFAULT_CONTAINER_PORT = 8080


def start(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `release.start`."""
    app, release_id = App(fields.slug()), fields.uuid("releaseId")
    runtime = fields.one_of("runtime", *RUNTIMES)
    colour, port = fields.one_of("colour", *COLOURS), fields.port()
    command = fields.optional("startCommand", lambda name: fields.string(name, 4096, 1))
    container_port = fields.optional("containerPort", fields.port) or DEFAULT_CONTAINER_PORT
    health_path = fields.match("healthPath", HTTP_PATH, "an absolute HTTP path", 2048)
    timeout_s = fields.integer("timeoutMs", 1000, 600_000) / 1000
    is_only_if_idle = fields.optional("onlyIfIdle", fields.boolean) or False
    fields.done()
    require_built(app, release_id)
    if runtime == "static":
        return {"started": False, "healthyAfterMs": 0}
    with hold(f"app-{app.name}"):
        if runtime == "php":
            return {"started": fpm.start(app, release_id), "healthyAfterMs": 0}
        if runtime == "docker":
            own = {"PORT": str(container_port), "HOST": "0.0.0.0", "FAIRLEAD_PUBLISH": f"{port}:{container_port}", **({"FAIRLEAD_START": command} if command else {})}
        elif command is None:
            raise HostError("invalid-input", "An app with a process of its own needs a start command.", path="input.startCommand")
        else:
            own = {"PORT": str(port), "HOST": "127.0.0.1", "FAIRLEAD_START": command}
        what, found = wanted(app, release_id, port, own), running(app, colour)
        if is_only_if_idle and found not in (None, what.started):
            return {"started": False, "healthyAfterMs": 0, "occupied": True}
        return _start_process(app, colour, what, found == what.started, health_path, timeout_s)


def _start_process(app: App, colour: str, what: Wanted, is_running: bool, health_path: str, timeout_s: float) -> dict[str, Any]:
    unit, port = app.unit(colour), what.started.port or 0
    began, began_at = time.monotonic(), time.time()
    if not is_running:
        _refuse_taken_port(port, unit)
        begin(app, colour, what)
    try:
        _wait_healthy(unit, port, health_path, began + timeout_s, began_at)
    except HostError as error:
        error.details["log"] = systemd.last_log(unit, None if is_running else began_at)
        if not is_running:
            systemd.stop(unit, 10)
        raise
    return {"started": not is_running, "healthyAfterMs": round((time.monotonic() - began) * 1000, 1)}


def _refuse_taken_port(port: int, unit: str) -> None:
    listeners = tcp_sockets(port, (LISTEN,))
    if listeners and not _listens(unit, port):
        raise port_taken("127.0.0.1", port, listeners)


def _listens(unit: str, port: int) -> bool:
    """Whether a process of the unit itself listens on the port: a healthy answer from anybody else proves nothing."""
    inodes = {listener.inode for listener in tcp_sockets(port, (LISTEN,))}
    return bool(inodes) and bool(inodes & socket_inodes(pid for pid in all_pids() if in_unit(pid, unit)))


def _wait_healthy(unit: str, port: int, path: str, deadline: float, began_at: float) -> None:
    answer, next_look = "nothing yet", time.monotonic() + UNIT_LOOK_S
    for step_s in STEPS_S:
        answer = probe(port, path, min(5.0, max(0.1, deadline - time.monotonic())))
        if is_healthy(answer) and _listens(unit, port):
            return
        now = time.monotonic()
        if now > deadline:
            break
        if now > next_look:
            _refuse_dead(unit, began_at)
            next_look = now + UNIT_LOOK_S
        time.sleep(step_s)
    _refuse_killed_for_memory(unit, began_at)
    raise HostError(
        "never-healthy",
        f"The app never answered healthy on {path} within its limit; its last answer: {answer}.",
        hint="Look at the log; check the health path and that the app listens on the port in $PORT.",
        lastAnswer=answer,
    )


def _refuse_dead(unit: str, began_at: float) -> None:
    state = systemd.show(unit, "ActiveState", "SubState", "NRestarts", "ExecMainStatus", "Result")
    restarts = int(state["NRestarts"] or 0)
    if state["ActiveState"] == "failed" or state["SubState"] == "auto-restart" or restarts >= 2:
        _refuse_killed_for_memory(unit, began_at)
        raise HostError(
            "start-failed",
            f"The app ended right after its start (exit code {state['ExecMainStatus']}).",
            hint="The log's last lines say why.",
            exitCode=int(state["ExecMainStatus"] or 0),
            restarts=restarts,
        )


def _refuse_killed_for_memory(unit: str, began_at: float) -> None:
    """Says so where the kernel ended a process of the unit for memory since then.

    As the unit is to go on after that, systemd tells of it in the journal alone, and only where control groups are of version 2. A process that
    somebody ended by SIGKILL within a limit is most likely one, too: Fairlead ends none while it starts.
    """
    state = systemd.show(unit, "ExecMainCode", "ExecMainStatus", "MemoryMax")
    is_told = "killed by the OOM killer" in systemd.last_log(unit, began_at, lines=200)
    # CLD_KILLED is 2, CLD_EXITED 1; a shell answers 128 + the signal for its child.
    is_killed = (state["ExecMainCode"], state["ExecMainStatus"]) in (("2", "9"), ("1", "137"))
    is_limited = state["MemoryMax"].isdigit() and int(state["MemoryMax"]) < 2**63
    if not is_told and not (is_killed and is_limited):
        return
    limit = f"its limit is {int(state['MemoryMax']) // MIB} MiB" if is_limited else "the server has no more"
    raise HostError(
        "start-failed",
        f"The app was killed{'' if is_told else ', most likely'} for memory: {limit}.",
        hint="Raise the limit in the app's settings, or use a server with more memory." if is_limited else "Use a server with more memory.",
        killedForMemory=True,
    )
