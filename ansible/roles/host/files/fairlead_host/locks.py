"""Locks against other threads and other processes of this program; the kernel drops them when their holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import Iterator

from . import paths
from .errors import HostError


@contextlib.contextmanager
def hold(name: str, timeout_s: float = 600.0) -> Iterator[None]:
    """Holds flock(2) on /run/fairlead/locks/<name>. `name` is made of parsed values. Raises `host-refused` after the limit."""
    deadline = time.monotonic() + timeout_s
    handle = _open_and_take(name, deadline)
    while not _is_at_its_place(handle, name):
        # Whoever held it took the file away, as a removed app's lock goes: this one excludes nobody any more.
        os.close(handle)
        handle = _open_and_take(name, deadline)
    try:
        yield
    finally:
        os.close(handle)


def _open_and_take(name: str, deadline: float) -> int:
    paths.LOCKS.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(paths.LOCKS / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(handle, name, deadline)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _is_at_its_place(handle: int, name: str) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(paths.LOCKS / name))
    except FileNotFoundError:
        return False


def drop(name: str) -> None:
    """Takes a lock's file away, while holding it, when what it guards is gone for good."""
    (paths.LOCKS / name).unlink(missing_ok=True)


def _take(handle: int, name: str, deadline: float) -> None:
    step_s = 0.002
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise HostError(
                    "host-refused",
                    f"Another change of {name} on this server has not ended.",
                    hint="Wait for the other operation, then try again.",
                    lock=name,
                ) from error
        time.sleep(step_s)
        step_s = min(step_s * 2, 0.05)
