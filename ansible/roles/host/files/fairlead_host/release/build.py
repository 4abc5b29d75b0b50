"""`release.build`: one build unit for each release, watched by whoever asks."""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .. import paths, systemd
from ..app.place import RUNTIMES, App
from ..call import Call
from ..errors import HostError
from ..files import clear_tenants, read_json, read_tenants, unlink, write_atomic, write_json
from ..locks import hold
from ..parse import BRANCH, COMMIT, FOLDER, GIT_TOKEN, GIT_URL, GIT_USER, SHA256, SSH_PRIVATE_KEY, SSH_PUBLIC_KEY, VERSION, Fields, refuse
from . import artifact, job, ship
from .build_outcome import explain
from .shared import link_shared, parse_folders

BUILDER = Path(__file__).resolve().parent / "builder.py"
CONTAINER_FILE = re.compile(r"(?:(?!\.\.?(?:/|$)|\.git(?:/|$))[A-Za-z0-9_.][A-Za-z0-9._-]*(?:/|$))+(?<!/)")
SERVICE = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._-]*")
MANIFEST, PACK = paths.BUILDS / "manifest", paths.BUILDS / "pack"


@dataclass(frozen=True)
class Build:
    """What to build, in the words of the builder's specification."""

    release: str
    runtime: str
    mirror: str
    outcome: str
    repositoryUrl: str
    branch: str
    commit: str
    installCommand: str | None
    buildCommand: str | None
    rootDirectory: str | None
    access: dict[str, str] | None
    submodules: bool
    lfs: bool
    artifact: dict[str, Any] | None
    runtimeVersion: str | None = None
    container: dict[str, Any] | None = None
    earlier: list[str] = field(default_factory=list)


def build(call: Call, fields: Fields) -> dict[str, Any]:
    """Verb `release.build`. A second call for the same release joins the first; a finished release is answered at once."""
    app, release_id = App(fields.slug()), fields.uuid("releaseId")
    spec = _parse(app, release_id, fields)
    timeout_s = fields.integer("timeoutSeconds", 10, 7200)
    folders = fields.optional("sharedFolders", lambda name: parse_folders(fields, name)) or []
    fields.done()
    app.ids()
    started = time.monotonic()
    with hold(f"app-{app.name}"):
        if finished := _finished(app, release_id, spec):
            return finished
        unit = f"fairlead-build-{release_id}.service"
        if systemd.show(unit, "ActiveState")["ActiveState"] in ("", "inactive"):
            _start(app, release_id, unit, spec, timeout_s)
    ended = job.watch(call, _log_file(app, release_id), unit, "build", "build-failed")
    with hold(f"app-{app.name}"):
        if finished := _finished(app, release_id, spec):
            return finished
        systemd.stop(unit, 1)
        unlink(_spec_file(release_id))
        failure = explain(ended, Path(spec.outcome), timeout_s)
        clear_tenants(Path(spec.outcome))
        if failure is not None:
            raise failure
        link_shared(app, release_id, folders)
        duration_ms = round((time.monotonic() - started) * 1000, 1)
        _keep_manifest(app, release_id, spec)
        write_json(
            app.built(release_id),
            {"commit": spec.commit, "runtime": spec.runtime, "durationMs": duration_ms, "builtAt": time.time()},
        )
        unlink(_log_file(app, release_id))
        unlink(app.pack(release_id))
    return {"commit": spec.commit, "path": spec.release, "reused": False, "durationMs": duration_ms}


def _parse(app: App, release_id: str, fields: Fields) -> Build:
    container = fields.optional("container", lambda name: _container(app, fields.object(name)))
    if (fields.one_of("runtime", *RUNTIMES) == "docker") != (container is not None):
        raise refuse("input.container", "is for apps of runtime docker, and they need it")
    return Build(
        container=container,
        earlier=[str(app.release(each)) for each in ship.earlier(app, release_id)],
        release=str(app.release(release_id)),
        runtime=fields.one_of("runtime", *RUNTIMES),
        mirror=str(app.mirror),
        outcome=f"{app.release(release_id)}.outcome",
        repositoryUrl=fields.match("repositoryUrl", GIT_URL, "an https, ssh, git or http repository address", 2048),
        branch=fields.match("branch", BRANCH, "a branch's name", 255),
        commit=fields.match("commit", COMMIT, "a full commit id"),
        installCommand=fields.optional("installCommand", lambda name: fields.string(name, 4096, 1)),
        buildCommand=fields.optional("buildCommand", lambda name: fields.string(name, 4096, 1)),
        rootDirectory=fields.optional("rootDirectory", lambda name: fields.match(name, FOLDER, "a folder inside the repository", 200)),
        runtimeVersion=fields.optional("runtimeVersion", lambda name: fields.match(name, VERSION, "a version, e.g. 22 or >=3.11", 20)),
        access=fields.optional("access", lambda name: _access(fields.object(name))),
        submodules=fields.optional("submodules", fields.boolean) or False,
        lfs=fields.optional("lfs", fields.boolean) or False,
        artifact=_artifact(app, release_id, fields.optional("artifact", lambda name: fields.match(name, SHA256, "a SHA-256"))),
    )


def _artifact(app: App, release_id: str, digest: str | None) -> dict[str, Any] | None:
    """What was built elsewhere and is put together here; None where it is built here."""
    if digest is None:
        return None
    return {"digest": digest, "manifest": str(MANIFEST), "pack": str(PACK) if app.pack(release_id).exists() else None}


def _container(app: App, fields: Fields) -> dict[str, str | None]:
    """What an image is made by: a Dockerfile, or a compose file with the service that answers requests; and where images are kept."""
    container = {
        "file": fields.match("file", CONTAINER_FILE, "a file inside the app's folder", 200),
        "service": fields.optional("service", lambda name: fields.match(name, SERVICE, "a service's name", 100)),
    }
    fields.done()
    return {"app": app.name, "store": str(app.images), **container}


def _access(fields: Fields) -> dict[str, str]:
    """What opens the repository."""
    kind = fields.one_of("type", "token", "key")
    if kind == "token":
        access = {
            "username": fields.match("username", GIT_USER, "a user's name"),
            "token": fields.match("token", GIT_TOKEN, "a token", 1000),
        }
    else:
        access = {
            "privateKey": fields.match("privateKey", SSH_PRIVATE_KEY, "a private key of OpenSSH", 10_000),
            "hostKey": fields.match("hostKey", SSH_PUBLIC_KEY, "a public key of OpenSSH", 2000),
        }
    fields.done()
    return {"type": kind, "directory": str(paths.BUILDS), **access}


def _keep_manifest(app: App, release_id: str, spec: Build) -> None:
    """Takes what the builder wrote down about its own work out of the app's reach: from now on what runs may change its files."""
    written = Path(f"{spec.release}.manifest")
    if spec.artifact is None and (content := read_tenants(written, artifact.LONGEST_MANIFEST)) is not None:
        write_atomic(app.manifest(release_id), content, 0o644)
    clear_tenants(written)


def _finished(app: App, release_id: str, spec: Build) -> dict[str, Any] | None:
    built = read_json(app.built(release_id))
    if not isinstance(built, dict) or not app.release(release_id).is_dir():
        return None
    if built["commit"] != spec.commit:
        raise HostError("conflict", "This release was built from another commit.", commit=built["commit"])
    return {"commit": spec.commit, "path": spec.release, "reused": True, "durationMs": built["durationMs"]}


def _spec_file(release_id: str) -> Path:
    """In memory, never on a disk: it may hold what opens the repository."""
    return paths.BUILDS / f"{release_id}.json"


def _log_file(app: App, release_id: str) -> Path:
    return app.state / "builds" / f"{release_id}.log"


def _arrived(app: App, release_id: str, spec: Build) -> list[tuple[Path, Path]]:
    """What came from another server, and where the builder finds it."""
    if spec.artifact is None:
        return []
    return [(app.manifest(release_id), MANIFEST), *([(app.pack(release_id), PACK)] if spec.artifact["pack"] else [])]


def _start(app: App, release_id: str, unit: str, spec: Build, timeout_s: int) -> None:
    log, spec_file = _log_file(app, release_id), _spec_file(release_id)
    unlink(log)
    clear_tenants(Path(spec.outcome))
    write_atomic(log, b"", 0o600)
    paths.BUILDS.mkdir(mode=0o700, exist_ok=True)
    settings = [
        *job.settings(app, log, timeout_s),
        # No variable of an app's gets into a layer of an image.
        *([] if spec.container is not None else [("Environment", f"HOME={app.home}"), ("EnvironmentFile", f"-{app.env}")]),
        ("WorkingDirectory", str(app.root)),
        ("StandardInput", f"file:{spec_file}"),
        *(("BindReadOnlyPaths", f"{source}:{place}") for source, place in _arrived(app, release_id, spec)),
    ]
    try:
        write_atomic(spec_file, json.dumps(asdict(spec)), 0o600)
        job.start(unit, f"Fairlead build {release_id}", settings, ["/usr/bin/python3", "-IS", str(BUILDER)], "build-failed")
    finally:
        # The unit has it open by now: nobody needs its name.
        unlink(spec_file)
