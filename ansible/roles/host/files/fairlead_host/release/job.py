"""Long work of an app in a transient unit of its own: started once, watched by whoever asks, and going on when nobody does."""

from __future__ import annotations

import os
from pathlib import Path

from .. import paths, systemd
from ..app.place import App
from ..app.unit import Settings, confinement_of
from ..call import Call
from ..command import run
from ..errors import HostError
from .build_log import LogFollower
from .build_outcome import Ended, read_end

MEMORY_SHARE_PERCENT = 80
FIRST_STEP_S, LONGEST_STEP_S = 0.03, 0.3


def settings(app: App, log: Path, timeout_s: int) -> Settings:
    """The unit's settings: the app's user, its output in `log`, behind what serves where processor and disk are short."""
    memory_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * MEMORY_SHARE_PERCENT // 100
    return [
        ("Type", "exec"),
        ("RemainAfterExit", "yes"),
        ("User", app.user),
        ("Group", app.user),
        ("Slice", app.slice),
        ("StandardOutput", f"append:{log}"),
        ("StandardError", f"append:{log}"),
        ("RuntimeMaxSec", str(timeout_s)),
        ("TimeoutStopSec", "5"),
        ("MemoryMax", str(memory_bytes)),
        ("CPUWeight", "50"),
        ("IOWeight", "50"),
        ("Nice", "5"),
        *(setting for setting in confinement_of(app, app.runtime) if setting[0] != "UMask"),
        ("UMask", "0022"),
        # The unit's own, in memory and gone with it; it hides what others are told.
        ("TemporaryFileSystem", f"{paths.BUILDS}:mode=1777,size=1m"),
    ]


def start(unit: str, description: str, properties: Settings, program: list[str], code: str) -> None:
    """Has systemd run the program; returns once it runs."""
    run(
        [
            *("/usr/bin/systemd-run", "--quiet", f"--unit={unit}", f"--description={description}"),
            *systemd.properties(properties),
            *("--", *program),
        ],
        code=code,
    )


def watch(call: Call, log: Path, unit: str, what: str, code: str) -> Ended:
    """Passes the log on from its beginning until the unit ends. `what` it is, in words for errors."""
    follower = LogFollower(log)
    step_s = FIRST_STEP_S
    while True:
        ended = read_end(unit)
        if call.is_abandoned:
            raise HostError("connection-lost", f"The caller went away; the {what} goes on.")
        for text in follower.read():
            call.log(text)
        if ended is not None:
            if text := follower.rest():
                call.log(text)
            return ended
        if follower.is_too_long:
            systemd.stop(unit, 5)
            raise HostError(code, f"The {what} wrote more than 64 MiB of output.", hint="Make it quieter.")
        call.wait_or_abandoned(step_s)
        step_s = min(step_s * 1.3, LONGEST_STEP_S)
