"""A front's certificate and key: beside the configuration that names them, put there and taken away by the same transaction.

Both files are named by the hash of the certificate, so another one never stands in the place of the one that is served.
"""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator

from .. import paths
from ..files import read_json, read_or_none, sha256, sync_directory, unlink, write_json, write_new
from ..parse import SHA256, SLUG, Fields, refuse

LONGEST_CHAIN = 200_000
LONGEST_KEY = 20_000
MODE = 0o600


@dataclass(frozen=True)
class Certificate:
    """A certificate with the chain behind it, and its key, as PEM."""

    sha256: str
    chain: str
    key: str = field(repr=False)

    @property
    def files(self) -> dict[str, str]:
        """Name and content of each file."""
        return {f"{self.sha256}.pem": self.chain, f"{self.sha256}.key": self.key}

    def stage(self, directory: Path) -> None:
        """Writes both files into a directory of their own."""
        directory.mkdir(mode=0o700)
        for name, content in self.files.items():
            write_new(directory / name, content, MODE)

    def is_placed(self, app: str) -> bool:
        """Whether both files, and no others, are in their places."""
        directory = directory_of(app)
        names = {entry.name for entry in directory.iterdir()} if directory.is_dir() else set()
        return names == set(self.files) and all(
            _look(directory / name) == _wanted(sha256(content)) for name, content in self.files.items()
        )

    def remember(self, app: str) -> None:
        """Keeps the hashes of what was put there, for whoever asks what changed."""
        write_json(_record(app), {"sha256": self.sha256, "key": sha256(self.key)})


def parse_certificate(fields: Fields) -> Certificate:
    """Reads a certificate whose name is the hash of its content."""
    found = Certificate(
        sha256=fields.match("sha256", SHA256, "a SHA-256 in hex"),
        chain=fields.string("chain", LONGEST_CHAIN, 1),
        key=fields.string("key", LONGEST_KEY, 1),
    )
    fields.done()
    if sha256(found.chain) != found.sha256:
        raise refuse("input.files.certificate.sha256", "is not the hash of the chain")
    return found


def directory_of(app: str) -> Path:
    """Where the files of an app's certificate are."""
    return paths.CERTIFICATES / app


def link_others(target: Path, apps: set[str]) -> None:
    """Fills a staged directory with the files of all apps but those."""
    for directory in _directories():
        if directory.name not in apps:
            staged = target / directory.name
            staged.mkdir(mode=0o700)
            for entry in directory.iterdir():
                os.link(entry, staged / entry.name, follow_symlinks=False)


def place(staged: Path, app: str) -> None:
    """Renames staged files into their places, and makes that last before anything names them."""
    target = directory_of(app)
    target.mkdir(mode=0o700, exist_ok=True)
    for entry in list(staged.iterdir()):
        os.rename(entry, target / entry.name)
    sync_directory(target)
    sync_directory(paths.CERTIFICATES)


def tidy(app: str, front: bytes | None) -> None:
    """Takes away what the front in place does not name; without a front, all."""
    directory, named = directory_of(app), front or b""
    for entry in directory.iterdir() if directory.is_dir() else ():
        if f"{directory}/{entry.name}".encode() in named:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            unlink(entry)
    if f"{directory}/".encode() not in named:
        unlink(_record(app))
        if directory.is_dir():
            directory.rmdir()


def drifted_certificates() -> list[dict[str, Any]]:
    """Files that are not as they were put, told by their hashes; a key is never shown."""
    return [
        {"app": app, "path": str(path), "expected": wanted, "actual": found}
        for app, path, wanted in _recorded()
        if (found := _look(path)) != wanted
    ]


def _recorded() -> Iterator[tuple[str, Path, str]]:
    for file in sorted(paths.CERTIFICATE_RECORDS.glob("*.json")):
        record = read_json(file)
        if SLUG.fullmatch(file.stem) and isinstance(record, dict):
            base = directory_of(file.stem) / record["sha256"]
            yield file.stem, base.with_suffix(".pem"), _wanted(record["sha256"])
            yield file.stem, base.with_suffix(".key"), _wanted(record["key"])


def _record(app: str) -> Path:
    return paths.CERTIFICATE_RECORDS / f"{app}.json"


def _wanted(content_hash: str) -> str:
    return f"sha256 {content_hash}, mode 0600, owner 0:0"


def _look(path: Path) -> str | None:
    """Hash, mode and owner of a file; None when there is none."""
    try:
        content, found = read_or_none(path), os.lstat(path)
    except OSError:
        return "is not a file of its own"
    if content is None:
        return None
    return f"sha256 {sha256(content)}, mode {stat.S_IMODE(found.st_mode):04o}, owner {found.st_uid}:{found.st_gid}"


def _directories() -> list[Path]:
    if not paths.CERTIFICATES.is_dir():
        return []
    return [entry for entry in paths.CERTIFICATES.iterdir() if SLUG.fullmatch(entry.name) and entry.is_dir()]
