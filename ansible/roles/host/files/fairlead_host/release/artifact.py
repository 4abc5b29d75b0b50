"""A build as it travels to other servers: a manifest of its files, and packs of those that another server lacks.

As the builder does, this stands alone: it imports nothing of the host program, and runs as the app's own user where it writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO, Iterator

MOST_ENTRIES = 200_000
LONGEST_MANIFEST = 12 * 1024 * 1024
PIECE = 1024 * 1024
LONGEST_HEAD = 4 * 1024 * 1024
# Packs are made to cross a network while somebody waits: half of zlib's gain for a fifth of its time.
LEVEL = 1
# Folders of a release that gave their places to shared ones, by the same paths.
SET_ASIDE = ".fairlead/shared"
# Layers of images (release/image.py).
BLOBS = ".fairlead/image/blobs/"


class Unusable(Exception):
    """A manifest or a pack is not what it should be; the message says why."""


@dataclass(frozen=True)
class File:
    """A regular file: its path in the release, permissions, time of change in whole seconds, size in bytes and hex SHA-256."""

    path: str
    mode: int
    mtime: int
    size: int
    digest: str


@dataclass
class Manifest:
    """All that a release is made of, folders before what is in them."""

    files: list[File] = field(default_factory=list)
    folders: list[tuple[str, int]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """As it is kept and sent; its SHA-256 names the artifact."""
        files = [[file.path, file.mode, file.mtime, file.size, file.digest] for file in self.files]
        return zlib.compress(json.dumps({"files": files, "folders": self.folders, "links": self.links}).encode())


def parse(content: bytes) -> Manifest:
    """Refuses whatever leads out of a release. Raises `Unusable`."""
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(content, 16 * LONGEST_MANIFEST)
        value = json.loads(text)
        manifest = Manifest(
            [File(str(path), int(mode), int(mtime), int(size), str(digest)) for path, mode, mtime, size, digest in value["files"]],
            [(str(path), int(mode)) for path, mode in value["folders"]],
            [(str(path), str(target)) for path, target in value["links"]],
        )
    except (zlib.error, ValueError, TypeError, KeyError) as error:
        raise Unusable("The manifest cannot be read.") from error
    for path in _paths(manifest):
        if path.startswith("/") or "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
            raise Unusable("The manifest names a path outside the release.")
    if any(file.size < 0 for file in manifest.files):
        raise Unusable("The manifest names a file of less than nothing.")
    return manifest


def _paths(manifest: Manifest) -> Iterator[str]:
    yield from (file.path for file in manifest.files)
    yield from (path for path, _ in manifest.folders)
    yield from (path for path, _ in manifest.links)


def describe(release: str) -> Manifest | None:
    """What a release is made of; None where it is too much to list. Sockets, pipes and devices are nothing of a build."""
    manifest = Manifest()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with os.scandir(os.path.join(release, folder)) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            path = f"{folder}/{entry.name}" if folder else entry.name
            seen = entry.stat(follow_symlinks=False)
            if stat.S_ISLNK(seen.st_mode):
                manifest.links.append((path, os.readlink(entry.path)))
            elif stat.S_ISDIR(seen.st_mode):
                manifest.folders.append((path, stat.S_IMODE(seen.st_mode)))
                waiting.append(path)
            elif stat.S_ISREG(seen.st_mode):
                digest = hashlib.sha256()
                with open(entry.path, "rb") as content:
                    size = sum(len(piece) for piece in _hashed(content, digest))
                manifest.files.append(File(path, stat.S_IMODE(seen.st_mode), int(seen.st_mtime), size, digest.hexdigest()))
            if len(manifest.files) + len(manifest.folders) + len(manifest.links) > MOST_ENTRIES:
                return None
    return manifest


def lacking(wanted: Manifest, known: list[Manifest]) -> list[int]:
    """The files, by their place in the manifest, that none of the releases which are there has at the same path."""
    have = [{(file.path, file.digest) for file in each.files} for each in known]
    return [place for place, file in enumerate(wanted.files) if not any((file.path, file.digest) in each for each in have)]


def pack(release: str, manifest: Manifest, places: list[int], into: BinaryIO) -> None:
    """Writes some files of a release, in this order, after a line that says which. Raises `Unusable` where one has changed since the build."""
    packer = zlib.compressobj(LEVEL)
    into.write(packer.compress(json.dumps(places).encode() + b"\n"))
    for place in places:
        file = manifest.files[place]
        digest = hashlib.sha256()
        with _open_inside(release, file.path) as content:
            for piece in _hashed(content, digest):
                into.write(packer.compress(piece))
        if digest.hexdigest() != file.digest:
            raise Unusable(f"{file.path} has changed since the build.")
    into.write(packer.flush())


def assemble(release: str, manifest: Manifest, packed: BinaryIO | None, earlier: list[str]) -> tuple[int, int]:
    """Puts a new release together from a pack and from earlier releases. Each file is what the manifest says, or `Unusable` is raised. Answers how many files came by either way."""
    os.mkdir(release, 0o755)
    for path, _ in manifest.folders:
        os.mkdir(os.path.join(release, path), 0o755)
    content = _Unpacked(packed) if packed is not None else None
    places = content.places(len(manifest.files)) if content is not None else []
    for place in places:
        file = manifest.files[place]
        _write(release, file, content.take(file.size) if content is not None else iter(()))
    sent = set(places)
    for place, file in enumerate(manifest.files):
        if place not in sent:
            _copy(release, file, earlier)
    for path, target in manifest.links:
        os.symlink(target, os.path.join(release, path))
    for path, mode in reversed(manifest.folders):
        os.chmod(os.path.join(release, path), mode)
    return len(sent), len(manifest.files) - len(sent)


def _copy(release: str, file: File, earlier: list[str]) -> None:
    for folder in earlier:
        with contextlib.suppress(OSError, Unusable), _open_inside(folder, file.path) as content:
            if file.path.startswith(BLOBS):
                _link(release, file, content, os.path.join(folder, file.path))
            else:
                _write(release, file, iter(lambda: content.read(PIECE), b""))
            return
    raise Unusable(f"{file.path} is in no earlier release any more.")


def _link(release: str, file: File, content: BinaryIO, source: str) -> None:
    """The same file again, of those that are named by what is in them and that no program of the app's sees."""
    digest = hashlib.sha256()
    size = sum(len(piece) for piece in _hashed(content, digest))
    if size != file.size or digest.hexdigest() != file.digest:
        raise Unusable(f"{file.path} is not what was built.")
    os.link(source, os.path.join(release, file.path), follow_symlinks=False)


def _write(release: str, file: File, pieces: Iterator[bytes]) -> None:
    """A new file, checked while it is written; nothing of it is left where it is not what the manifest says."""
    path, digest, size = os.path.join(release, file.path), hashlib.sha256(), 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(handle, "wb") as target:
        for piece in pieces:
            size += len(piece)
            if size > file.size:
                break
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fchmod(handle, file.mode)
        os.utime(handle, (file.mtime, file.mtime))
    if size != file.size or digest.hexdigest() != file.digest:
        os.unlink(path)
        raise Unusable(f"{file.path} is not what was built.")


def _hashed(content: BinaryIO, digest: "hashlib._Hash") -> Iterator[bytes]:
    while piece := content.read(PIECE):
        digest.update(piece)
        yield piece


def _open_inside(release: str, path: str) -> BinaryIO:
    """A regular file of a release, as it was built: where a folder gave its place to a shared one, it lies in `SET_ASIDE`."""
    try:
        return _open_at(release, path)
    except Unusable:
        return _open_at(release, f"{SET_ASIDE}/{path}")


def _open_at(release: str, path: str) -> BinaryIO:
    """By a way without symbolic links: its app may have put one anywhere."""
    parts = path.split("/")
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    handle = os.open(release, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = os.open(part, flags | os.O_DIRECTORY, dir_fd=handle)
            os.close(handle)
            handle = inner
        file = os.open(parts[-1], flags, dir_fd=handle)
    except OSError as error:
        raise Unusable(f"{path} has changed since the build.") from error
    finally:
        os.close(handle)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Unusable(f"{path} has changed since the build.")
    return open(file, "rb")


class _Unpacked:
    """A pack, read in pieces of bounded size."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._unpacker = zlib.decompressobj()
        self._rest = b""

    def places(self, count: int) -> list[int]:
        """Which files it has."""
        head = b""
        while b"\n" not in head:
            piece = self._more()
            if not piece or len(head) > LONGEST_HEAD:
                raise Unusable("The pack has no beginning.")
            head += piece
        line, _, self._rest = head.partition(b"\n")
        try:
            places = json.loads(line)
        except ValueError as error:
            raise Unusable("The pack has no beginning.") from error
        if not isinstance(places, list) or not all(isinstance(place, int) and 0 <= place < count for place in places) or len({*places}) != len(places):
            raise Unusable("The pack is of another build.")
        return places

    def take(self, size: int) -> Iterator[bytes]:
        """The next bytes."""
        while size > 0:
            piece = self._rest or self._more()
            if not piece:
                raise Unusable("The pack ends too early.")
            yield piece[:size]
            self._rest, size = piece[size:], size - len(piece[:size])

    def _more(self) -> bytes:
        while True:
            data = self._unpacker.unconsumed_tail or self._packed.read(PIECE)
            try:
                piece = self._unpacker.decompress(data, PIECE) if data else self._unpacker.flush()
            except zlib.error as error:
                raise Unusable("The pack is damaged.") from error
            if piece or not data:
                return piece
