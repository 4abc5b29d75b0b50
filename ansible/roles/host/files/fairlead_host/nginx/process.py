"""The running Nginx: its master, its workers, which of them still take new connections."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

from .. import paths
from ..errors import HostError
from ..files import read_json, read_or_none, write_json
from ..processes import all_pids, children, name_of, start_ticks, title_of

PID_FILE = Path("/run/nginx.pid")
# In clock ticks as /proc counts them, 10 ms each: Linux fixes USER_HZ at 100.
SAME_CONFIG_TICKS = 9


def master_pid() -> int | None:
    """The master process; None while Nginx does not run."""
    text = (read_or_none(PID_FILE) or b"").decode("ascii", "replace").strip()
    if text.isdigit() and _is_master(int(text)):
        return int(text)
    return next((pid for pid in all_pids() if name_of(pid) == "nginx" and _is_master(pid)), None)


def _is_master(pid: int) -> bool:
    return name_of(pid) == "nginx" and (title_of(pid) or "").startswith("nginx: master process")


def require_master() -> int:
    """The master's pid, or the error that says what to do."""
    pid = master_pid()
    if pid is None:
        raise HostError(
            "nginx-not-live",
            "Nginx does not run on this server; nothing was changed.",
            hint="Look at `systemctl status nginx` on the server and start it, then try again.",
        )
    return pid


def workers(master: int) -> dict[int, int]:
    """Pid and start of each child of the master."""
    found = ((pid, start_ticks(pid)) for pid in children(master))
    return {pid: start for pid, start in found if start is not None}


def accepting(generation: dict[int, int]) -> dict[int, int]:
    """Those of these workers that may still take a new connection: alive and not yet told to stop."""
    return {
        pid: start
        for pid, start in generation.items()
        if start_ticks(pid) == start and "is shutting down" not in (title_of(pid) or "is shutting down")
    }


def reload_master(master: int) -> None:
    """Has Nginx read its config again, remembering which workers this replaces."""
    replaced = {**replaced_workers(), **accepting(workers(master))}
    write_json(paths.NGINX_REPLACED, {str(pid): start for pid, start in replaced.items()})
    _allow_files(master)
    os.kill(master, signal.SIGHUP)


def _allow_files(master: int) -> None:
    """Lets Nginx open as many files as systemd lets a service ask for: it starts with 1,024, and every site has a log."""
    _, most = resource.prlimit(master, resource.RLIMIT_NOFILE)
    resource.prlimit(master, resource.RLIMIT_NOFILE, (most, most))


def remember_replaced(master: int, newest: int) -> None:
    """Adds workers that somebody else's reload, under way when ours began, had started in between.

    Nginx waits 100 ms after starting workers before it looks at the next reload, so those of the config of worker
    `newest` started at most some ms apart, and all others longer before.
    """
    started = start_ticks(newest)
    if started is None:
        return
    known = replaced_workers()
    older = {pid: start for pid, start in accepting(workers(master)).items() if start < started - SAME_CONFIG_TICKS}
    if older.keys() - known.keys():
        write_json(paths.NGINX_REPLACED, {str(pid): start for pid, start in {**known, **older}.items()})


def replaced_workers() -> dict[int, int]:
    """Workers of earlier configs that still accept; for about 100 ms after a reload, Nginx has both kinds."""
    value = read_json(paths.NGINX_REPLACED)
    known = {int(pid): int(start) for pid, start in value.items()} if isinstance(value, dict) else {}
    return accepting(known)


def nginx_pids() -> list[int]:
    """Every process called nginx."""
    return [pid for pid in all_pids() if name_of(pid) == "nginx"]
