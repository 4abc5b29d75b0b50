"""How Podman is called: rootless, as the app's own user, in a world of its own for each unit.

A unit's containers, locks and sockets are its own and gone with it; images are one store for all of an app's units, which they read and only a build
writes. So nothing of one unit's Podman, its user namespace included, outlives or stops another's. As the builder does, this stands alone.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any, Sequence

PODMAN = "/usr/bin/podman"
# The unit's own file system in memory: `app/box.py` has systemd make it.
BOX = "/run/fairlead-box"
# Where a container finds the loopback of its server (slirp4netns(1)); packages/core/src/app/runtimes.ts names it, too.
SERVER_LOOPBACK = "10.0.2.2"
NETWORK = "slirp4netns:allow_host_loopback=true"
# What an image says of itself, and what the app's compose file says of its service; with the release, so that it travels with it.
DESCRIPTION = ".fairlead/container.json"
IMAGE = ".fairlead/image"
LONGEST_DESCRIPTION = 1024 * 1024
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
VARIABLE = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\n', re.DOTALL)

SETTINGS = """\
[containers]
log_driver = "passthrough"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
runtime = "crun"
[network]
default_rootless_network_cmd = "slirp4netns"
"""
# As Docker reads short names.
REGISTRIES = 'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "permissive"\n'
STORAGE = '[storage]\ndriver = "overlay"\n'


def name_of(app: str, release_id: str) -> str:
    """An image by its release; no registry has it."""
    return f"localhost/fairlead-{app}:{release_id}"


class Engine:
    """Podman of one unit. `store`: where it keeps containers, and images where `images` is None; `images`: a store that it only reads."""

    def __init__(self, store: str, images: str | None = None) -> None:
        run = os.path.join(BOX, "run")
        os.makedirs(run, mode=0o700, exist_ok=True)
        self.environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": os.path.join(BOX, "home"), "XDG_RUNTIME_DIR": run}
        # Where the server has the older kind, limits are the unit's all the same.
        self.environment["PODMAN_IGNORE_CGROUPSV1_WARNING"] = "1"
        for variable, file, text in (
            ("CONTAINERS_CONF", "containers.conf", SETTINGS),
            ("CONTAINERS_REGISTRIES_CONF", "registries.conf", REGISTRIES),
            ("CONTAINERS_STORAGE_CONF", "storage.conf", STORAGE),
        ):
            self.environment[variable] = _written(os.path.join(BOX, file), text)
        os.makedirs(self.environment["HOME"], mode=0o700, exist_ok=True)
        self._argv = [PODMAN, "--root", store, "--runroot", os.path.join(run, "storage"), "--storage-driver", "overlay"]
        if images is not None:
            self._argv += ["--storage-opt", f"overlay.imagestore={images}"]

    def argv(self, *arguments: str) -> list[str]:
        """The whole command line."""
        return [*self._argv, *arguments]

    def run(self, *arguments: str, cwd: str | None = None) -> int:
        """Runs it, its output where this program's is; answers the exit code."""
        return subprocess.run(self.argv(*arguments), cwd=cwd, env=self.environment, stdin=subprocess.DEVNULL, check=False).returncode

    def is_done(self, *arguments: str) -> bool:
        """Runs it without a word."""
        silent = subprocess.DEVNULL
        return subprocess.run(self.argv(*arguments), env=self.environment, stdin=silent, stdout=silent, stderr=silent, check=False).returncode == 0

    def ask(self, *arguments: str) -> str | None:
        """What it answers; None where it fails, with its words on standard error."""
        done = subprocess.run(self.argv(*arguments), env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
        return done.stdout if done.returncode == 0 else None


def _written(path: str, text: str) -> str:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def read_variables(path: str) -> dict[str, str]:
    """The variables of a file that this program wrote for systemd (`systemd.environment_file`)."""
    with open(path, encoding="utf-8", newline="") as file:
        return {match[1]: ESCAPED.sub(r"\1", match[2]) for match in VARIABLE.finditer(file.read())}


def described(release: str) -> dict[str, Any]:
    """What the build wrote down about its image; empty where there is nothing."""
    try:
        with open(os.path.join(release, DESCRIPTION), encoding="utf-8") as file:
            value = json.loads(file.read(LONGEST_DESCRIPTION))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def texts(value: object) -> Sequence[str]:
    """A list of texts as it stands in a description; empty for anything else."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
