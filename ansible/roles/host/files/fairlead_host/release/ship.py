"""`artifact.describe`, `artifact.compare`, `artifact.pack`, `artifact.read`, `artifact.write`, `artifact.drop`: a build goes from the server that made it to others.

The control plane carries it: servers need no way to each other, and no key of one opens another. What arrives is put together by `release.build`.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Any

from ..app.place import App
from ..call import Call
from ..errors import HostError
from ..files import read_or_none, sha256, unlink, write_atomic
from ..locks import hold
from ..parse import SHA256, Fields, refuse
from . import artifact
from .wanted import require_built

LONGEST_PIECE = 4 * 1024 * 1024
LONGEST_TEXT = LONGEST_PIECE * 4 // 3 + 4
PACK_NAME = re.compile(r"[0-9a-f]{32}")
LARGEST_PACK = 64 * 1024 * 1024 * 1024
# A release that lies further back has little in common with a new one.
MOST_EARLIER = 2


def describe(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `artifact.describe`: what a build is made of, as it was when it had been built; nothing for one that can't be shipped."""
    app, release_id = App(fields.slug()), fields.uuid("releaseId")
    fields.done()
    require_built(app, release_id)
    content = read_or_none(app.manifest(release_id))
    if content is None:
        return {"artifact": None}
    manifest = _parsed(content)
    size = sum(file.size for file in manifest.files)
    return {"artifact": {"digest": sha256(content), "files": len(manifest.files), "bytes": size, "manifest": _to_text(content)}}


def compare(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `artifact.compare`: keeps the manifest of a build that is to come here, and answers which of its files no earlier release has."""
    app, release_id = App(fields.slug()), fields.uuid("releaseId")
    content = _from_text(fields, "manifest", artifact.LONGEST_MANIFEST * 4 // 3 + 4)
    fields.done()
    app.ids()
    manifest = _parsed(content)
    with hold(f"artifact-{release_id}"):
        if app.built(release_id).exists() and app.release(release_id).is_dir():
            return {"present": True, "places": []}
        known = [_parsed(read_or_none(app.manifest(each)) or b"") for each in earlier(app, release_id)]
        write_atomic(_made(app.manifest(release_id)), content, 0o644)
        unlink(app.pack(release_id))
    return {"present": False, "places": artifact.lacking(manifest, known)}


def earlier(app: App, release_id: str) -> list[str]:
    """The newest builds here whose files may be taken again."""
    from .lifecycle import built_releases  # noqa: PLC0415 - it starts and stops releases, and so knows of builds

    return [each for each in built_releases(app) if each != release_id and app.manifest(each).exists()][:MOST_EARLIER]


def pack(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `artifact.pack`: some files of a build, packed to be read; the same files again are answered at once."""
    app, release_id = App(fields.slug()), fields.uuid("releaseId")
    digest = fields.match("digest", SHA256, "a SHA-256")
    places = [_place(path, item) for path, item in fields.items("places", artifact.MOST_ENTRIES)]
    fields.done()
    with hold(f"artifact-{release_id}"):
        require_built(app, release_id)
        content = read_or_none(app.manifest(release_id))
        if content is None or sha256(content) != digest:
            raise HostError("conflict", "This build was not described like that.", hint="Run the operation again.")
        manifest = _parsed(content)
        if any(place >= len(manifest.files) for place in places):
            raise refuse("input.places", "must name files of the build")
        name = sha256(repr(places))[:32]
        target = _packed(app, release_id, name)
        if not target.exists():
            _pack_into(_made(target), str(app.release(release_id)), manifest, places)
        return {"name": name, "bytes": target.stat().st_size}


def _pack_into(target: Path, release: str, manifest: artifact.Manifest, places: list[int]) -> None:
    partial = target.with_suffix(".part")
    unlink(partial)
    try:
        with open(partial, "xb") as file:
            artifact.pack(release, manifest, places, file)
        os.rename(partial, target)
    except artifact.Unusable as error:
        raise HostError("conflict", f"The build cannot be taken from here: {error}", hint="Build it there, or build it anew.") from error
    finally:
        unlink(partial)


def read(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `artifact.read`: a piece of a pack."""
    app, release_id = App(fields.slug()), fields.uuid("releaseId")
    name = fields.match("name", PACK_NAME, "a pack's name")
    offset = fields.integer("offset", 0, LARGEST_PACK)
    fields.done()
    try:
        with open(_packed(app, release_id, name), "rb") as file:
            file.seek(offset)
            return {"data": _to_text(file.read(LONGEST_PIECE))}
    except FileNotFoundError as error:
        raise HostError("conflict", "This pack is gone.", hint="Run the operation again.") from error


def write(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `artifact.write`: a piece of a pack arrives. What was written from `offset` on before is written anew."""
    app, release_id = App(fields.slug()), fields.uuid("releaseId")
    offset = fields.integer("offset", 0, LARGEST_PACK)
    data = _from_text(fields, "data", LONGEST_TEXT)
    fields.done()
    app.ids()
    with hold(f"artifact-{release_id}"):
        handle = os.open(_made(app.pack(release_id)), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with open(handle, "wb") as target:
            size = os.fstat(handle).st_size
            if offset > size:
                raise HostError("conflict", f"The pack has {size} bytes here, not {offset}.", hint="Run the operation again.")
            target.seek(offset)
            target.write(data)
            target.truncate()
    return {"bytes": offset + len(data)}


def drop(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `artifact.drop`: everybody has what was packed of a build."""
    app, release_id = App(fields.slug()), fields.uuid("releaseId")
    fields.done()
    with hold(f"artifact-{release_id}"):
        return {"removed": sum(unlink(file) for file in (app.state / "builds").glob(f"{release_id}.*.pack"))}


def remove_leftovers(app: App, built: list[str]) -> None:
    """What was packed and never dropped, and what arrived for builds that never came to be."""
    for file in (app.state / "builds").glob("*.pack"):
        unlink(file)
    for file in (app.state / "releases").glob("*.manifest"):
        if file.stem not in built:
            unlink(file)


def _packed(app: App, release_id: str, name: str) -> Path:
    return app.state / "builds" / f"{release_id}.{name}.pack"


def _made(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    return file


def _parsed(content: bytes) -> artifact.Manifest:
    try:
        return artifact.parse(content)
    except artifact.Unusable as error:
        raise HostError("invalid-input", str(error), path="input.manifest") from error


def _place(path: str, item: Any) -> int:
    if not isinstance(item, int) or isinstance(item, bool) or item < 0:
        raise refuse(path, "must be a whole number from 0")
    return item


def _to_text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _from_text(fields: Fields, name: str, longest: int) -> bytes:
    try:
        return base64.b64decode(fields.string(name, longest), validate=True)
    except (binascii.Error, ValueError) as error:
        raise refuse(f"input.{name}", "must be Base64") from error
