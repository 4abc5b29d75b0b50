"""`process.observe`: what an app's processes do now, from systemd alone."""

from __future__ import annotations

from typing import Any

from ..app.place import App
from ..call import Call
from ..parse import Fields
from . import place
from .started import started_with
from .states import milliseconds, number, show_all

INSTANCE = ("ActiveState", "SubState", "NRestarts", "MemoryCurrent", "MemoryMax", "StateChangeTimestamp", "ExecMainStatus", "LoadState")
RUN = ("ActiveState", "MemoryCurrent", "MemoryMax", "ExecMainStartTimestamp", "ExecMainExitTimestamp", "ExecMainCode", "ExecMainStatus", "Result")
CLD_EXITED = "1"


def observe(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `process.observe`."""
    app = App(fields.slug())
    fields.done()
    return {"processes": observed(app)}


def observed(app: App) -> list[dict[str, Any]]:
    """Each process that was set, as systemd has it."""
    items = place.recorded(app).get("processes")
    return [_process(app, item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _process(app: App, item: dict[str, Any]) -> dict[str, Any]:
    name = str(item["name"])
    if item["kind"] == "worker":
        return {"name": name, "kind": "worker", "instances": _instances(app, name, int(item["count"]))}
    return {"name": name, "kind": "cron", **_cron(app, name)}


def _instances(app: App, name: str, count: int) -> list[dict[str, Any]]:
    units = [place.instance(app, name, each) for each in range(1, count + 1)]
    return [_instance(app, name, index + 1, state) for index, state in enumerate(show_all(units, *INSTANCE))]


def _instance(app: App, name: str, index: int, state: dict[str, str]) -> dict[str, Any]:
    note = started_with(app, name, str(index))
    return {
        "index": index,
        "state": _word(state),
        "restarts": number(state["NRestarts"]) or 0,
        "memoryBytes": number(state["MemoryCurrent"]),
        "memoryMaxBytes": number(state["MemoryMax"]),
        "since": milliseconds(state["StateChangeTimestamp"]),
        "releaseId": None if note is None else note.release_id,
        "exitCode": number(state["ExecMainStatus"]),
    }


def _word(state: dict[str, str]) -> str:
    if state["SubState"] == "auto-restart":
        return "restarting"
    words = {"active": "running", "activating": "starting", "deactivating": "stopping", "failed": "failed"}
    return words.get(state["ActiveState"], "stopped")


def _cron(app: App, name: str) -> dict[str, Any]:
    [timer] = show_all([place.timer_file(app, name).name], "ActiveState", "NextElapseUSecRealtime")
    [run] = show_all([place.run_unit(app, name)], *RUN)
    is_running = run["ActiveState"] in ("active", "activating", "deactivating")
    return {
        "scheduled": timer["ActiveState"] == "active",
        "next": milliseconds(timer["NextElapseUSecRealtime"]),
        "running": is_running,
        "memoryBytes": number(run["MemoryCurrent"]) if is_running else None,
        "memoryMaxBytes": number(run["MemoryMax"]),
        "lastRun": _last_run(run, is_running),
    }


def _last_run(run: dict[str, str], is_running: bool) -> dict[str, Any] | None:
    """The run that ended last; None before the first since the machine started, and while the first goes on."""
    began, ended = milliseconds(run["ExecMainStartTimestamp"]), milliseconds(run["ExecMainExitTimestamp"])
    if is_running or began is None or ended is None:
        return None
    exit_code = number(run["ExecMainStatus"]) if run["ExecMainCode"] == CLD_EXITED else None
    return {"startedAt": began, "endedAt": max(began, ended), "result": run["Result"] or "success", "exitCode": exit_code}
