"""Waiting until workers that were started stay up."""

from __future__ import annotations

import time
from typing import Mapping

from ..app.limits import MIB
from ..errors import HostError
from ..systemd import last_log
from .spec import Process
from .states import number, seconds, show_all

STEP_S = 0.2
MOST_RESTARTS = 2
LOOK = ("ActiveState", "SubState", "NRestarts", "ActiveEnterTimestampMonotonic", "ExecMainCode", "ExecMainStatus", "MemoryMax")


def wait_steady(units: Mapping[str, Process], settle_s: float, timeout_s: float) -> None:
    """Returns once every unit has run for `settle_s` without a break. One that ends again and again, or is not up at the limit, fails all."""
    began_at, deadline = time.time() - 1, time.monotonic() + timeout_s
    names = list(units)
    # How each ended last: once it is started again systemd has forgotten that.
    ends: dict[str, dict[str, str]] = {}
    while names:
        states = dict(zip(names, show_all(names, *LOOK)))
        for unit, state in states.items():
            if state["SubState"] in ("auto-restart", "failed"):
                ends[unit] = state
            if state["ActiveState"] == "failed" or (number(state["NRestarts"]) or 0) >= MOST_RESTARTS:
                raise _ended(unit, units[unit], {**state, **ends.get(unit, {}), "NRestarts": state["NRestarts"]}, began_at)
        now = time.monotonic()
        names = [unit for unit, state in states.items() if not _is_steady(state, now, settle_s)]
        if names and now > deadline:
            raise _ended(names[0], units[names[0]], ends.get(names[0], states[names[0]]), began_at)
        if names:
            time.sleep(STEP_S)


def _is_steady(state: dict[str, str], now: float, settle_s: float) -> bool:
    return state["ActiveState"] == "active" and now - seconds(state["ActiveEnterTimestampMonotonic"]) >= settle_s


def _ended(unit: str, process: Process, state: dict[str, str], began_at: float) -> HostError:
    log, limit = last_log(unit, began_at), number(state["MemoryMax"])
    exit_code, restarts = number(state["ExecMainStatus"]), number(state["NRestarts"])
    details = {"process": process.name, "log": log, "exitCode": exit_code, "restarts": restarts}
    is_told = "oom-kill" in log or "OOM killer" in log
    # CLD_KILLED is 2, CLD_EXITED 1; a shell answers 128 + the signal for its child. Who is not told is left with a guess.
    is_killed = (state["ExecMainCode"], state["ExecMainStatus"]) in (("2", "9"), ("1", "137"))
    if is_told or (is_killed and limit is not None):
        said = "the server has no more" if limit is None else f"its limit is {limit // MIB} MiB"
        message = f"The worker {process.name} was killed{'' if is_told else ', most likely'} for memory: {said}."
        return HostError("start-failed", message, hint="Raise its limit.", killedForMemory=True, **details)
    return HostError(
        "start-failed",
        f"The worker {process.name} does not stay up: it ended with exit code {exit_code} again and again.",
        hint="The log's last lines say why. A worker has to go on until it is told to stop.",
        **details,
    )
