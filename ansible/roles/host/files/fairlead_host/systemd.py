"""Talking to systemd: unit states, start, stop, reload."""

from __future__ import annotations

import time
from typing import Sequence

from .command import attempt, run
from .errors import HostError

SYSTEMCTL = "/usr/bin/systemctl"


def show(unit: str, *properties: str) -> dict[str, str]:
    """Properties of a unit by name; empty text for what systemd does not say."""
    return show_all([unit], *properties)[0]


def show_all(units: Sequence[str], *properties: str) -> list[dict[str, str]]:
    """The same of several units, in their order, by one program: each takes as long to start as to ask."""
    output = run([SYSTEMCTL, "show", f"--property={','.join(properties)}", "--", *units])
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in output.strip("\n").split("\n\n")]
    return [{name: block.get(name, "") for name in properties} for block in blocks]


def daemon_reload() -> None:
    """Has systemd read its unit files again."""
    run([SYSTEMCTL, "daemon-reload"], timeout_s=60)


def is_going_down() -> bool:
    """Whether the machine is on its way to power-off or reboot, as systemctl(1) says (is-system-running)."""
    try:
        return attempt([SYSTEMCTL, "is-system-running"], timeout_s=5).stdout.strip() == "stopping"
    except HostError:
        return False


def start(unit: str, verb: str = "start") -> None:
    """Queues a start or restart without waiting for it."""
    attempt([SYSTEMCTL, "reset-failed", "--", unit])
    run([SYSTEMCTL, "--no-block", verb, "--", unit], code="start-failed")


def is_active(unit: str) -> bool:
    """Whether the unit runs, starts or stops."""
    return show(unit, "ActiveState")["ActiveState"] in ("active", "activating", "reloading", "deactivating")


def begin_stop(unit: str) -> None:
    """Has a unit stop in its own time."""
    run([SYSTEMCTL, "--no-block", "stop", "--", unit])


def stop(unit: str, timeout_s: float) -> bool:
    """Stops a unit: SIGTERM, then SIGKILL after the limit. Answers whether it ran."""
    if not is_active(unit):
        attempt([SYSTEMCTL, "reset-failed", "--", unit])
        return False
    begin_stop(unit)
    if not _stopped_within(unit, timeout_s):
        attempt([SYSTEMCTL, "kill", "--signal=SIGKILL", "--", unit])
        if not _stopped_within(unit, 10):
            raise HostError("internal", f"{unit} does not stop.", unit=unit)
    attempt([SYSTEMCTL, "reset-failed", "--", unit])
    return True


def _stopped_within(unit: str, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    step_s = 0.01
    while is_active(unit):
        if time.monotonic() > deadline:
            return False
        time.sleep(step_s)
        step_s = min(step_s * 1.5, 0.2)
    return True


def list_units(pattern: str) -> list[str]:
    """Names of loaded units that match a systemd glob."""
    output = run([SYSTEMCTL, "list-units", "--all", "--plain", "--no-legend", "--", pattern])
    return sorted(line.split()[0] for line in output.splitlines() if line.split())


def last_log(unit: str, since_s: float | None = None, lines: int = 40) -> str:
    """The newest journal lines of a unit, none older than `since_s` (seconds since the epoch)."""
    attempt(["/usr/bin/journalctl", "--sync"], timeout_s=5)
    since = [] if since_s is None else [f"--since=@{since_s:.6f}"]
    outcome = attempt(
        ["/usr/bin/journalctl", f"--unit={unit}", f"--lines={lines}", *since, "--output=cat", "--no-pager", "--quiet"]
    )
    return outcome.stdout[-8000:]


def environment_value(value: str) -> str:
    """A value as systemd's EnvironmentFile reads it back unchanged: in double quotes, with `"`, backslash, backtick and `$` escaped.

    Source: systemd.exec(5), EnvironmentFile=. Newlines stand as they are.
    """
    escaped = "".join(f"\\{char}" if char in '"\\`$' else char for char in value)
    return f'"{escaped}"'


def environment_file(values: dict[str, str]) -> str:
    """The text of an EnvironmentFile."""
    return "".join(f"{key}={environment_value(value)}\n" for key, value in sorted(values.items()))


def properties(settings: Sequence[tuple[str, str]]) -> list[str]:
    """Settings as systemd-run takes them."""
    return [f"--property={name}={value}" for name, value in settings]
