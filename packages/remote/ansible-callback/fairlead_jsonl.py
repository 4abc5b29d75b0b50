"""Ansible stdout callback: one JSON object a line, for Fairlead to follow a playbook as it runs.

Lines: {"event": "play", "name"}, {"event": "task", "status": "started|ok|changed|failed|skipped|unreachable", "task", "host",
"durationMs", "message", "ignored"} and one last {"event": "stats", "ok", "changed", "failed", "unreachable"}.
A task with no_log shows its name and status alone: Ansible has censored its result before it comes here.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: fairlead_jsonl
type: stdout
short_description: One JSON object a line
description: Reports plays, tasks and results as JSON lines on standard output.
"""

MESSAGE_LIMIT = 4000


def tail(value):
    text = value if isinstance(value, str) else ""
    return text.strip()[-MESSAGE_LIMIT:]


def message_of(result):
    """The most telling text of a failed result: of the first failed item of a loop, else msg, then what the tool printed."""
    for item in result.get("results") or []:
        if isinstance(item, dict) and (item.get("failed") or item.get("unreachable")):
            return message_of(item)
    parts = [tail(result.get("msg"))]
    for key in ("stderr", "module_stderr", "stdout", "module_stdout"):
        text = tail(result.get(key))
        if text and not any(text in part for part in parts):
            parts.append(text)
    return "\n".join(part for part in parts if part)[:MESSAGE_LIMIT]


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "fairlead_jsonl"

    def __init__(self):
        super().__init__()
        self._started = {}

    def _say(self, **line):
        try:
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever started this run is gone: nobody may go on changing the server in its name.
            os.killpg(os.getpgid(0), signal.SIGKILL)

    def v2_playbook_on_play_start(self, play):
        self._say(event="play", name=play.get_name().strip())

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._begin(task)

    def v2_playbook_on_handler_task_start(self, task):
        self._begin(task)

    def _begin(self, task):
        self._started[task._uuid] = time.monotonic()
        self._say(event="task", status="started", task=task.get_name().strip())

    def _end(self, result, status, message="", ignored=False):
        task = result._task
        started = self._started.get(task._uuid, time.monotonic())
        self._say(
            event="task",
            status=status,
            task=task.get_name().strip(),
            host=result._host.get_name(),
            durationMs=round((time.monotonic() - started) * 1000),
            message=message,
            ignored=ignored,
        )

    def v2_runner_on_ok(self, result):
        self._end(result, "changed" if result._result.get("changed") else "ok")

    def v2_runner_on_skipped(self, result):
        self._end(result, "skipped")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._end(result, "failed", message_of(result._result), bool(ignore_errors))

    def v2_runner_on_unreachable(self, result):
        self._end(result, "unreachable", message_of(result._result))

    def v2_playbook_on_stats(self, stats):
        total = {"ok": 0, "changed": 0, "failures": 0, "unreachable": 0}
        for host in stats.processed:
            summary = stats.summarize(host)
            for key in total:
                total[key] += summary.get(key, 0)
        self._say(
            event="stats",
            ok=total["ok"],
            changed=total["changed"],
            failed=total["failures"],
            unreachable=total["unreachable"],
        )
