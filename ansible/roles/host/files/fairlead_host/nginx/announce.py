"""Saying beforehand that a reload comes, where it would cut kept connections under the requests in them (docs/adr/0004).

Sites rendered for an Nginx before 1.27.4 look for a file once a second; while it is there, each of their answers asks
its client to connect anew, so that the reload finds no connection that waits for a request.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from typing import Callable, Iterator

from .. import paths
from ..locks import hold
from ..processes import ESTABLISHED, Socket, all_pids, name_of, socket_inodes, tcp_sockets
from .managed import content_of, files_on_disk, ports_in
from .process import replaced_workers

# Nginx counts in full seconds of the wall clock; a busy worker is a little late.
NOTICE_S = 0.05
# Who is connected hears it with its next answer. Whoever has not asked for anything in so many looks, 10 ms apart and more, is silent. On a machine
# that has no time for its visitors, looks take longer too.
SILENT_LOOKS = 10
LOOKS_LIMIT = 100
GONE_LIMIT_S = 2.0
LEFT_BEHIND_S = 10
STEP_S = 0.01


@contextlib.contextmanager
def announced() -> Iterator[Callable[[], float]]:
    """Around a test, placing files and reloading; the caller holds the lock. What it gives waits until the word is heard and answers the milliseconds waited.

    Where nobody is connected to a site that looks, no time is spent. Whoever connects from then on still hears it: the
    word stands until the workers of before are told to go, as until then they take requests.
    """
    ports = _ports_that_look()
    if not ports:
        yield lambda: 0.0
        return
    paths.NGINX_CLOSING.touch(mode=0o644)
    word = paths.NGINX_CLOSING.stat().st_mtime_ns
    noticed_at = math.floor(time.time()) + 1 + NOTICE_S

    def wait() -> float:
        if not any(_is_listener(connection) for connection in _connections(ports)):
            return 0.0
        started = time.monotonic()
        time.sleep(max(0.0, min(1 + NOTICE_S, noticed_at - time.time())))
        _wait_until_heard(ports)
        return round((time.monotonic() - started) * 1000, 1)

    try:
        yield wait
    finally:
        threading.Thread(target=_take_back, args=(word,)).start()


def _take_back(word: int) -> None:
    """Ends an announcement, unless another has followed it."""
    deadline = time.monotonic() + GONE_LIMIT_S
    while replaced_workers() and time.monotonic() < deadline:
        time.sleep(STEP_S)
    with hold("nginx"):
        _unlink_if(lambda modified: modified == word)


def forget_old() -> None:
    """Ends an announcement that a killed program left behind; the caller holds the lock."""
    _unlink_if(lambda modified: time.time_ns() - modified > LEFT_BEHIND_S * 10**9)


def _unlink_if(is_over: Callable[[int], bool]) -> None:
    with contextlib.suppress(FileNotFoundError):
        if is_over(paths.NGINX_CLOSING.stat().st_mtime_ns):
            paths.NGINX_CLOSING.unlink()


def _wait_until_heard(ports: set[int]) -> None:
    """Until those who were connected when Nginx had noticed are gone, or those who are left have been silent for a while."""
    left = _connections(ports)
    silent = 0
    for _ in range(LOOKS_LIMIT):
        if not left or silent == SILENT_LOOKS:
            return
        time.sleep(STEP_S)
        fewer = left & _connections(ports)
        silent = silent + 1 if len(fewer) == len(left) else 0
        left = fewer


def _connections(ports: set[int]) -> set[Socket]:
    return {found for port in ports for found in tcp_sockets(port, (ESTABLISHED,))}


def _ports_that_look() -> set[int]:
    contents = ((content_of(file) or b"").decode("utf-8", "replace") for file in files_on_disk())
    return {port for text in contents if str(paths.NGINX_CLOSING) in text for port in ports_in(text)}


def _is_listener(connection: Socket) -> bool:
    """Not so is whoever comes through an SSH tunnel of this machine: a health probe, which is asked again."""
    inodes = {
        peer.inode
        for peer in tcp_sockets(connection.local[1], (ESTABLISHED,), is_remote=True)
        if peer.local == connection.remote and peer.remote == connection.local
    }
    return not inodes or not inodes & socket_inodes(pid for pid in all_pids() if (name_of(pid) or "").startswith("sshd"))
