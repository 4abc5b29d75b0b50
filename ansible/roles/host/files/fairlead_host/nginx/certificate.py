"""Certificates, keys and trusted authorities: beside the configuration that names them, put there and taken away by the same transaction.

Files are named by the hash of the certificate, so another one never stands in the place of the one that is served. Each configuration has a
directory of its own, its place: `<app>` of a front, `<app>.backend` of a backend.
"""

from __future__ import annotations

import os
import re
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
PLACE = re.compile(rf"({SLUG.pattern})(?:\.backend)?")
FILE = re.compile(rf"{SHA256.pattern}\.(?:pem|key)")


@dataclass(frozen=True)
class Certificates:
    """The files that one configuration names, each with its content."""

    files: tuple[tuple[str, str], ...] = field(repr=False)

    def stage(self, directory: Path) -> None:
        """Writes the files into a directory of their own."""
        directory.mkdir(mode=0o700)
        for name, content in self.files:
            write_new(directory / name, content, MODE)

    def is_placed(self, place: str) -> bool:
        """Whether these files, and no others, are in their places."""
        directory = directory_of(place)
        names = {entry.name for entry in directory.iterdir()} if directory.is_dir() else set()
        return names == {name for name, _ in self.files} and all(
            _look(directory / name) == _wanted(sha256(content)) for name, content in self.files
        )

    def remember(self, place: str) -> None:
        """Keeps the hashes of what was put there, for whoever asks what changed."""
        write_json(_record(place), {"files": {name: sha256(content) for name, content in self.files}})


def parse_certificates(certificate: Fields | None, authority: Fields | None) -> Certificates | None:
    """A certificate with its key and an authority's certificate, each named by the hash of its content; None for neither."""
    files: dict[str, str] = {}
    if certificate is not None:
        name = _parse_chain(certificate, files, "certificate")
        files[f"{name}.key"] = certificate.string("key", LONGEST_KEY, 1)
        certificate.done()
    if authority is not None:
        _parse_chain(authority, files, "authority")
        authority.done()
    return Certificates(tuple(sorted(files.items()))) if files else None


def _parse_chain(fields: Fields, files: dict[str, str], member: str) -> str:
    name, chain = fields.match("sha256", SHA256, "a SHA-256 in hex"), fields.string("chain", LONGEST_CHAIN, 1)
    if sha256(chain) != name:
        raise refuse(f"input.files.{member}.sha256", "is not the hash of the chain")
    files[f"{name}.pem"] = chain
    return name


def directory_of(place: str) -> Path:
    """Where the files of a place are."""
    return paths.CERTIFICATES / place


def link_others(target: Path, places: set[str]) -> None:
    """Fills a staged directory with the files of all places but those."""
    for directory in _directories():
        if directory.name not in places:
            staged = target / directory.name
            staged.mkdir(mode=0o700)
            for entry in directory.iterdir():
                os.link(entry, staged / entry.name, follow_symlinks=False)


def put(staged: Path, place: str) -> None:
    """Renames staged files into their place, and makes that last before anything names them."""
    target = directory_of(place)
    target.mkdir(mode=0o700, exist_ok=True)
    for entry in list(staged.iterdir()):
        os.rename(entry, target / entry.name)
    sync_directory(target)
    sync_directory(paths.CERTIFICATES)


def tidy(place: str, content: bytes | None) -> None:
    """Takes away what the configuration on disk does not name; without one, all."""
    directory, named = directory_of(place), content or b""
    for entry in directory.iterdir() if directory.is_dir() else ():
        if f"{directory}/{entry.name}".encode() in named:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            unlink(entry)
    if f"{directory}/".encode() not in named:
        unlink(_record(place))
        if directory.is_dir():
            directory.rmdir()


def drifted_certificates() -> list[dict[str, Any]]:
    """Files that are not as they were put, told by their hashes; a key is never shown."""
    return [
        {"app": place.partition(".")[0], "path": str(path), "expected": wanted, "actual": found}
        for place, path, wanted in _recorded()
        if (found := _look(path)) != wanted
    ]


def _recorded() -> Iterator[tuple[str, Path, str]]:
    for file in sorted(paths.CERTIFICATE_RECORDS.glob("*.json")):
        record = read_json(file)
        if PLACE.fullmatch(file.stem) and isinstance(record, dict):
            for name, content_hash in _files_in(record).items():
                if FILE.fullmatch(name):
                    yield file.stem, directory_of(file.stem) / name, _wanted(content_hash)


def _files_in(record: dict[str, Any]) -> dict[str, str]:
    """A record's files; earlier programs kept those of one certificate alone."""
    if "files" in record:
        return dict(record["files"])
    return {f"{record['sha256']}.pem": record["sha256"], f"{record['sha256']}.key": record["key"]}


def _record(place: str) -> Path:
    return paths.CERTIFICATE_RECORDS / f"{place}.json"


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
    return [entry for entry in paths.CERTIFICATES.iterdir() if PLACE.fullmatch(entry.name) and entry.is_dir()]
