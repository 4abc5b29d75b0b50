"""Writing files so that a crash leaves either the old or the new content."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
from pathlib import Path
from typing import Any


def sha256(content: str | bytes) -> str:
    """Hex SHA-256 of text (as UTF-8) or bytes."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def read_or_none(path: Path) -> bytes | None:
    """A file's bytes; None when there is no such file. A symlink in its place is not followed."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with open(handle, "rb") as file:
        return file.read()


def read_tenants(path: Path, most: int) -> bytes | None:
    """A file that an app's user may have put there; None for what is no regular file of at most `most` bytes. Never waits, as for a pipe, and never reads more."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    with open(handle, "rb") as file:
        content = file.read(most + 1)
    return content if len(content) <= most else None


def clear_tenants(path: Path) -> None:
    """Takes away whatever an app's user has put there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        unlink(path)


def sync_directory(path: Path) -> None:
    """Makes renames inside the directory last."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_new(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Creates a file that must not exist yet, synced."""
    data = content.encode() if isinstance(content, str) else content
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with open(handle, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_atomic(
    path: Path,
    content: str | bytes,
    mode: int = 0o644,
    owner: tuple[int, int] | None = None,
) -> bool:
    """Replaces a file in one step; answers whether anything changed (content, mode or owner)."""
    data = content.encode() if isinstance(content, str) else content
    if _is_same(path, data, mode, owner or (0, 0)):
        return False
    partial = path.parent / f".{path.name}.{secrets.token_hex(6)}"
    try:
        write_new(partial, data, mode)
        if owner is not None:
            os.chown(partial, *owner)
        os.rename(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)
    return True


def _is_same(path: Path, data: bytes, mode: int, owner: tuple[int, int]) -> bool:
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return False
    same = (found.st_mode & 0o7777, found.st_uid, found.st_gid) == (mode, *owner)
    return same and read_or_none(path) == data


def switch_link(link: Path, target: str) -> bool:
    """Points a symlink elsewhere in one step; answers whether it pointed there before."""
    try:
        if os.readlink(link) == target:
            return False
    except OSError:
        pass
    partial = link.parent / f".{link.name}.{secrets.token_hex(6)}"
    os.symlink(target, partial)
    os.rename(partial, link)
    sync_directory(link.parent)
    return True


def read_json(path: Path) -> Any:
    """A file's JSON; None when it is missing or torn."""
    content = read_or_none(path)
    if content is None:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return None


def write_json(path: Path, value: Any, mode: int = 0o600) -> None:
    """Replaces a JSON file in one step, making its directory."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    write_atomic(path, json.dumps(value, separators=(",", ":"), sort_keys=True) + "\n", mode)


def unlink(path: Path) -> bool:
    """Takes a file away; answers whether it was there."""
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
