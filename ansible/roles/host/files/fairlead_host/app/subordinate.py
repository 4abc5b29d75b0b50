"""Numbers for the users that a container of the app knows beside its root: a range of its own in /etc/subuid and /etc/subgid (subuid(5)).

userdel(8) takes them back with the user.
"""

from __future__ import annotations

from pathlib import Path

from ..command import run
from ..errors import HostError
from ..locks import hold
from .place import App

FILES = (Path("/etc/subuid"), Path("/etc/subgid"))
COUNT = 65_536
FIRST, LAST = 100_000, 600_100_000
USERMOD = "/usr/sbin/usermod"


def ensure(app: App) -> bool:
    """The app's user has a range that nobody else has; answers whether it is new."""
    with hold("subordinate-ids"):
        ranges = [each for file in FILES for each in _ranges(file)]
        if sum(owner == app.user and count > 0 for owner, _, count in ranges) >= len(FILES):
            return False
        start = _free(ranges)
        span = f"{start}-{start + COUNT - 1}"
        run([USERMOD, "--add-subuids", span, "--add-subgids", span, "--", app.user])
        return True


def _free(taken: list[tuple[str, int, int]]) -> int:
    start = FIRST
    for _, first, count in sorted(taken, key=lambda each: each[1]):
        if start + COUNT <= first:
            break
        start = max(start, first + count)
    if start + COUNT - 1 > LAST:
        raise HostError("host-refused", "This server has no numbers left for users of containers.", hint="Look at /etc/subuid.")
    return start


def _ranges(file: Path) -> list[tuple[str, int, int]]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    parts = [line.split(":") for line in lines]
    return [(owner, int(first), int(count)) for owner, first, count in (each for each in parts if len(each) == 3) if first.isdigit() and count.isdigit()]
