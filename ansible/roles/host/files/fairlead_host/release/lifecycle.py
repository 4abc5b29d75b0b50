"""`release.activate`, `release.stop`, `release.prune`, `release.observe`."""

from __future__ import annotations

import os
import shutil
from typing import Any

from .. import systemd
from ..app import php
from ..app.place import COLOURS, PROCESS_RUNTIMES, App
from ..call import Call
from ..files import read_json, sync_directory, unlink, switch_link
from ..locks import hold
from ..parse import UUID, Fields, refuse
from ..process.started import releases_in_use
from . import fpm, images, ship
from .running import running
from .wanted import require_built

SERVICE = ("NRestarts", "MemoryCurrent", "MemoryMax")


def linked_release(app: App, name: str) -> str | None:
    """The release that `current` or a colour points to."""
    try:
        target = os.readlink(app.root / name)
    except OSError:
        return None
    release_id = target.rpartition("/")[2]
    return release_id if UUID.fullmatch(release_id) else None


def activate(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `release.activate`: `current` is the release, and after a reboot its colour starts by itself."""
    app, release_id = App(fields.slug()), fields.uuid("releaseId")
    fields.done()
    with hold(f"app-{app.name}"):
        require_built(app, release_id)
        previous = linked_release(app, "current")
        changed = app.runtime == "php" and fpm.start(app, release_id)
        changed = switch_link(app.current, f"releases/{release_id}") or changed
        if app.runtime == "php":
            changed = fpm.switch(app, release_id) or changed
        if app.runtime != "static":
            changed = _start_at_boot(app, release_id) or changed
    return {"previous": previous, "changed": changed}


def _start_at_boot(app: App, release_id: str) -> bool:
    """Links the colours of this release into the boot, and only those. A link is all that `systemctl enable` makes."""
    changed = False
    for colour in COLOURS:
        link = app.wanted(colour)
        if linked_release(app, colour) != release_id:
            changed = unlink(link) or changed
        elif not link.is_symlink():
            os.symlink(str(app.template), link)
            changed = True
    if changed:
        sync_directory(app.wanted(COLOURS[0]).parent)
    return changed


def stop(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `release.stop`: the colour ends now and stays away after a reboot."""
    app = App(fields.slug())
    colour = fields.one_of("colour", *COLOURS)
    timeout_s = fields.integer("timeoutMs", 0, 600_000) / 1000
    fields.done()
    if app.runtime == "php":
        # Colours of PHP are this host's own matter; the one that is not live has ended by itself.
        return {"stopped": False}
    with hold(f"app-{app.name}"):
        unlink(app.wanted(colour))
        stopped = app.template.exists() and systemd.stop(app.unit(colour), timeout_s)
        # Its release may serve by the other colour, too, which alone is to start at boot.
        unlink(app.slot(colour))
        return {"stopped": stopped}


def prune(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `release.prune`: keeps the newest, what runs, what is current and what it is told to keep."""
    app, keep = App(fields.slug()), fields.integer("keep", 1, 50)
    wanted: set[str | None] = set()
    for path, item in fields.items("keepIds", 1000):
        if not isinstance(item, str) or not UUID.fullmatch(item):
            raise refuse(path, "must be a UUID")
        wanted.add(item)
    fields.done()
    with hold(f"app-{app.name}"):
        wanted |= {linked_release(app, name) for name in ("current", *COLOURS)}
        wanted |= releases_in_use(app)
        removed = 0
        for release_id in built_releases(app)[keep:]:
            if release_id not in wanted:
                unlink(app.built(release_id))
                unlink(app.manifest(release_id))
                shutil.rmtree(app.release(release_id), ignore_errors=True)
                removed += 1
        removed += _remove_unbuilt(app)
        if removed and app.runtime == "docker":
            images.prune(app, built_releases(app))
    return {"removed": removed}


def _remove_unbuilt(app: App) -> int:
    """What failed builds left behind."""
    built = built_releases(app)
    found = [entry for entry in app.releases.iterdir() if entry.name[:36] not in built] if app.releases.is_dir() else []
    idle = [entry for entry in found if not _is_building(entry.name[:36])]
    for entry in idle:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            unlink(entry)
    ship.remove_leftovers(app, built)
    return len(idle)


def _is_building(release_id: str) -> bool:
    return bool(UUID.fullmatch(release_id)) and systemd.is_active(f"fairlead-build-{release_id}.service")


def built_releases(app: App) -> list[str]:
    """Releases built to their end, the newest first."""
    directory = app.state / "releases"
    found = [(read_json(path), path.stem) for path in directory.glob("*.json")] if directory.is_dir() else []
    dated = [(float(value.get("builtAt", 0)), release_id) for value, release_id in found if isinstance(value, dict)]
    return [release_id for _, release_id in sorted(dated, reverse=True) if UUID.fullmatch(release_id)]


def observe(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `release.observe`."""
    app = App(fields.slug())
    fields.done()
    states: dict[str, dict[str, str]] = {}
    if app.runtime in ("php", *PROCESS_RUNTIMES):
        states = dict(zip(COLOURS, systemd.show_all([app.unit(colour) for colour in COLOURS], "ActiveState", *SERVICE), strict=True))
    colours = [_colour(app, colour, states[colour]) for colour in COLOURS] if app.runtime in PROCESS_RUNTIMES else []
    found = {"current": linked_release(app, "current"), "releases": built_releases(app), "colours": colours}
    return {**found, "service": _service(app, colours, states)}


def _service(app: App, colours: list[dict[str, Any]], states: dict[str, dict[str, str]]) -> dict[str, Any] | None:
    """What the unit that serves has taken and how often it was started again by itself; None without one."""
    current = linked_release(app, "current")
    if app.runtime == "php":
        colour = php.live_colour(app)
    else:
        colour = next((str(each["colour"]) for each in colours if each["active"] and each["releaseId"] == current), None)
    if colour is None:
        return None
    state = states[colour]
    return {"restarts": _number(state["NRestarts"]) or 0, "memoryBytes": _number(state["MemoryCurrent"]), "memoryMaxBytes": _number(state["MemoryMax"])}


def _number(text: str) -> int | None:
    """None for what systemd has no number for: `infinity`, `[not set]`, or the largest that it knows."""
    return int(text) if text.isdigit() and int(text) < 2**63 else None


def _colour(app: App, colour: str, state: dict[str, str]) -> dict[str, Any]:
    found = running(app, colour, state)
    return {
        "colour": colour,
        "active": found is not None,
        "releaseId": found.release_id if found else linked_release(app, colour),
        "port": found.port if found else None,
    }
