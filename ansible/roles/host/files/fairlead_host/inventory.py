"""`inventory`: all that Fairlead put on this server, counted by removals and shown to people."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Any

from . import paths, systemd
from .app.place import COLOURS, App, is_ours, known_apps
from .app.remove import left_over_revisions, own_paths
from .call import Call
from .database.verbs import listed_grants
from .firewall.verbs import listed_rules
from .nginx.certificate import directory_of
from .nginx.managed import KINDS, FileId
from .nginx.replaced import all_kept
from .parse import Fields
from .process.place import loaded_units
from .redis.place import Instance
from .redis.verbs import listed_accounts


def inventory(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `inventory`, of one app or of all."""
    app = fields.optional("app", fields.slug)
    fields.done()
    apps = [App(app)] if app is not None else known_apps()
    return {
        "nginxFiles": _nginx_files(app),
        "firewallRules": listed_rules(app),
        "databaseGrants": listed_grants(app) + listed_accounts(app),
        "users": [app.user for app in apps if _has_user(app)],
        "units": sorted({unit for app in apps for unit in _units(app)}),
        "paths": [
            str(path)
            for app in apps
            for path in [*own_paths(app), *_certificate_directories(app), *left_over_revisions(app), *Instance(app.name).own_paths()]
            if os.path.lexists(path)
        ]
        + all_kept(app),
    }


def _nginx_files(app: str | None) -> list[str]:
    directories = [path for path in paths.NGINX_FILES if path.is_dir()]
    found = [(FileId.from_name(entry.name), entry) for directory in directories for entry in directory.iterdir()]
    return sorted(str(entry) for file, entry in found if file is not None and app in (None, file.app))


def _certificate_directories(app: App) -> list[Path]:
    places = [FileId(app.name, kind).certificate_place for kind in KINDS]
    return [directory_of(place) for place in places if place is not None]


def _has_user(app: App) -> bool:
    try:
        return is_ours(pwd.getpwnam(app.user))
    except KeyError:
        return False


def _units(app: App) -> list[str]:
    """Units of the app that systemd has loaded, running or failed."""
    names = [*(app.unit(colour) for colour in COLOURS), Instance(app.name).unit, *loaded_units(app)]
    return [unit for unit in names if systemd.show(unit, "ActiveState")["ActiveState"] not in ("", "inactive")]
