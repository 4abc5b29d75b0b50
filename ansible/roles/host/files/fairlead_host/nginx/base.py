"""The base config that Ansible places: tested in its place before it is there, looked for once it is."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from .beside import in_private_mounts, bind, test_live
from .managed import FileId
from .status import ask

ANSWER_LIMIT_S = 10.0


def test_in_place(place: Path, candidate: Path) -> str | None:
    """What `nginx -t` says against a candidate for an included file; None when it is good. Nothing is changed."""
    with tempfile.TemporaryDirectory(prefix="fairlead-") as name:
        staged = Path(name) / "included"
        shutil.copytree(place.parent, staged, symlinks=True)
        shutil.copyfile(candidate, staged / place.name)

        def test() -> str | None:
            bind(staged, place.parent)
            verdict = test_live()
            return None if verdict.is_good else verdict.output

        return in_private_mounts(test)


def check_running() -> str | None:
    """Why the running Nginx does not have the base config; None when it has."""
    deadline = time.monotonic() + ANSWER_LIMIT_S
    while ask(FileId("none", "front")) is None:
        if time.monotonic() > deadline:
            return (
                "Nginx does not answer on its status socket. Does /etc/nginx/nginx.conf have "
                "`include /etc/nginx/conf.d/*.conf;` in its http block?"
            )
        time.sleep(0.02)
    return None
