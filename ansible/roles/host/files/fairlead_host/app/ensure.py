"""`app.ensure`: the app's user, directories and unit template are there."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path
from typing import Any

from .. import paths, systemd
from ..call import Call
from ..command import run
from ..errors import HostError
from ..files import read_json, unlink, write_atomic, write_json
from ..locks import hold
from ..parse import Fields
from . import php, subordinate
from .limits import Limits, parse_limits
from .place import PROCESS_RUNTIMES, RUNTIMES, USER_COMMENT, App
from .unit import process_unit


def ensure(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `app.ensure`."""
    app = App(fields.slug())
    runtime = fields.one_of("runtime", *RUNTIMES)
    limits = fields.optional("limits", lambda name: parse_limits(fields.object(name))) or Limits()
    fields.done()
    with hold(f"app-{app.name}"):
        changes = [_user(app), _directories(app, runtime), _containers(app, runtime), _units(app, runtime), _remember(app, runtime, limits)]
    return {"user": app.user, "changed": any(changes)}


def _user(app: App) -> bool:
    try:
        pwd.getpwnam(app.user)
    except KeyError:
        run(
            [
                *("/usr/sbin/useradd", "--system", "--user-group", "--no-create-home"),
                *("--home-dir", str(app.home), "--shell", "/usr/sbin/nologin"),
                *("--comment", f"{USER_COMMENT}{app.name}", "--", app.user),
            ]
        )
        return True
    app.ids()
    return False


def _directories(app: App, runtime: str) -> bool:
    uid, gid = app.ids()
    # Nginx reads what it serves itself; the files of an app with a process of its own are nobody else's.
    readers = gid if runtime in PROCESS_RUNTIMES else _nginx_group()
    wanted = [
        (paths.SRV, 0o755, 0, 0),
        (app.root, 0o711, 0, 0),
        (app.releases, 0o750, uid, readers),
        (app.shared, 0o750, uid, readers),
        (app.mirror, 0o700, uid, gid),
        (app.home, 0o700, uid, gid),
        (paths.APPS, 0o700, 0, 0),
        (app.state, 0o700, 0, 0),
        (app.state / "releases", 0o700, 0, 0),
        (app.state / "builds", 0o700, 0, 0),
        (paths.ENV.parent, 0o711, 0, 0),
        (paths.ENV, 0o700, 0, 0),
    ]
    return any([_directory(*item) for item in wanted])


def _containers(app: App, runtime: str) -> bool:
    """What an app of containers has beside that."""
    if runtime != "docker":
        return False
    uid, gid = app.ids()
    return any([subordinate.ensure(app), *(_directory(place, 0o700, uid, gid) for place in (app.images, app.containers))])


def _directory(path: Path, mode: int, uid: int, gid: int) -> bool:
    try:
        os.mkdir(path, mode)
        is_new = True
    except FileExistsError:
        is_new = False
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(handle)
        if (found.st_uid, found.st_gid) != (uid, gid):
            os.fchown(handle, uid, gid)
            is_new = True
        if found.st_mode & 0o7777 != mode:
            os.fchmod(handle, mode)
            is_new = True
    finally:
        os.close(handle)
    return is_new


def _nginx_group() -> int:
    try:
        return grp.getgrnam("www-data").gr_gid
    except KeyError as error:
        raise HostError(
            "system-unsupported", "The group www-data is missing on this server.", hint="Prepare the server again."
        ) from error


def _units(app: App, runtime: str) -> bool:
    if runtime == "static":
        is_changed = unlink(app.template)
    else:
        is_changed = write_atomic(app.template, php.unit(app) if runtime == "php" else process_unit(app, runtime))
    other_changed = php.ensure(app) if runtime == "php" else php.forget(app)
    if is_changed:
        systemd.daemon_reload()
    return is_changed or other_changed


def _remember(app: App, runtime: str, limits: Limits) -> bool:
    told = limits.told()
    value = {"app": app.name, "runtime": runtime, **({"limits": told} if told else {})}
    if read_json(app.state / "app.json") == value:
        return False
    write_json(app.state / "app.json", value)
    return True
