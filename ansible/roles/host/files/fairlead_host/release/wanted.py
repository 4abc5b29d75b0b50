"""What a colour is to be started with, and the start itself."""

from __future__ import annotations

import os
from dataclasses import dataclass

from .. import systemd
from ..app.place import App
from ..errors import HostError
from ..files import read_json, read_or_none, sha256, switch_link, unlink, write_atomic
from .running import Started, colour_file


@dataclass(frozen=True)
class Wanted:
    """A release with the variables that only its colour has."""

    started: Started
    environment: dict[str, str]


def require_built(app: App, release_id: str) -> str:
    """The commit of a release that was built to its end here; refuses any other."""
    built = read_json(app.built(release_id))
    if not isinstance(built, dict) or not app.release(release_id).is_dir():
        raise HostError("conflict", "This release is not built on this server.", hint="Build it first.")
    return str(built["commit"])


def wanted(app: App, release_id: str, port: int | None, own: dict[str, str]) -> Wanted:
    """The release with its port (None for PHP) and further variables; fingerprinted with all else that decides a start."""
    environment = {
        "FAIRLEAD_RELEASE": release_id,
        "FAIRLEAD_COMMIT": require_built(app, release_id),
        "FAIRLEAD_SERVER": os.uname().nodename,
        **own,
    }
    inherited = (read_or_none(app.env) or b"") + (read_or_none(app.template) or b"")
    configuration = sha256(inherited + repr(sorted(environment.items())).encode() + app.limits.text().encode())
    return Wanted(Started(release_id, port, configuration), environment)


def begin(app: App, colour: str, what: Wanted) -> None:
    """Has systemd start the colour anew with what is wanted."""
    switch_link(app.slot(colour), f"releases/{what.started.release_id}")
    write_atomic(app.colour_env(colour), colour_file(what.started, what.environment), 0o600)
    limit(app, colour)
    systemd.start(app.unit(colour), "restart")


def limit(app: App, colour: str) -> None:
    """The colour's next process has the app's limits."""
    file, text = app.limits_file(colour), app.limits.text()
    if text:
        file.parent.mkdir(mode=0o755, exist_ok=True)
    if write_atomic(file, text) if text else unlink(file):
        systemd.daemon_reload()
