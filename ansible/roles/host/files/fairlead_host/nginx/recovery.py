"""After a crash in the middle of an apply: finish it when all of it is in place and good, else take it back."""

from __future__ import annotations

import shutil
import sys
import threading

from .. import paths
from ..errors import HostError, from_exception
from ..locks import hold
from . import journal
from .announce import announced, forget_old
from .beside import test_live
from .live import reload_until_live
from .process import master_pid
from .proof import current_socket
from .shutdown import settle_limit
from .status import serves
from .transaction import roll_back


def recover() -> str | None:
    """Brings an interrupted apply to an end; the caller holds the lock. Answers what was done; None when nothing was."""
    forget_old()
    entry = journal.unfinished()
    for staging in (paths.NGINX_STAGING, paths.CERTIFICATE_STAGING):
        for leftover in staging.iterdir() if staging.is_dir() else ():
            shutil.rmtree(leftover, ignore_errors=True)
    if entry is None:
        return None
    settle_limit()
    if entry.is_placed and test_live().is_good:
        master = master_pid()
        try:
            if master is not None and not serves(entry.expected, current_socket()):
                with announced() as wait_until_heard:
                    wait_until_heard()
                    reload_until_live(master, entry.expected)
            journal.end(entry)
            return "finished"
        except HostError as error:
            cause = error
    else:
        cause = HostError("nginx-not-live", "An apply was interrupted before all of its files were in place.")
    return str(roll_back(entry, cause).details.get("rollback"))


def recover_in_background() -> None:
    """At the start of the program: a crash is repaired without waiting for the next verb."""
    if not paths.NGINX_JOURNAL.exists():
        return
    threading.Thread(target=_recover_alone).start()


def _recover_alone() -> None:
    try:
        with hold("nginx"):
            done = recover()
        print(f"interrupted apply: {done}", file=sys.stderr, flush=True)
    except Exception as error:  # noqa: BLE001 - the next nginx verb meets the same fault and reports it
        print(f"interrupted apply: {from_exception(error).message}", file=sys.stderr, flush=True)
