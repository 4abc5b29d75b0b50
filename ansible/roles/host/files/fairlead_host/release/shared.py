"""Folders of an app that outlive its releases: `shared/<folder>`, to which each release has a link in the folder's place.

The release and what is shared are the tenant's own to write, links and all, while this program is root: every step goes by the descriptor of the folder that
was opened before it, and follows no link.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat

from ..app.place import App
from ..errors import HostError
from ..parse import FOLDER, Fields, refuse

MOST = 20
DEEPEST = 30
OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Whoever writes a file there gives it the folder's group: Nginx's, where Nginx serves it.
SHARED_MODE = 0o2750
Owner = tuple[int, int]


def parse_folders(fields: Fields, name: str) -> list[str]:
    """Paths below the release, none within another."""
    found: list[str] = []
    for path, item in fields.items(name, MOST):
        if not isinstance(item, str) or len(item) > 200 or not FOLDER.fullmatch(item):
            raise refuse(path, "must be a folder inside the release")
        if any(f"{item}/".startswith(f"{other}/") or f"{other}/".startswith(f"{item}/") for other in found):
            raise refuse(path, "must not be within another one, nor the same")
        found.append(item)
    return found


def link_shared(app: App, release_id: str, folders: list[str]) -> None:
    """Each folder of the release leads to the shared one. What the repository has in it is taken there where nothing of that name is. Raises `build-failed`."""
    uid, gid = app.ids()
    readers = os.stat(app.shared, follow_symlinks=False).st_gid
    for folder in folders:
        parts = folder.split("/")
        with contextlib.ExitStack() as stack:
            shared = _walk(stack, str(app.shared), parts, SHARED_MODE, (uid, readers), folder)
            release = _walk(stack, str(app.release(release_id)), [], 0o755, (uid, gid), folder)
            place = release
            for part in parts[:-1]:
                place = _enter(stack, place, part, 0o755, (uid, gid), folder)
            target = str(app.shared / folder)
            if _is_linked(place, parts[-1], target, folder):
                continue
            if _kind(place, parts[-1]) is not None:
                own = _enter(stack, place, parts[-1], 0o755, (uid, gid), folder)
                _merge(own, shared, (uid, readers), DEEPEST)
                aside = _enter(stack, release, ".fairlead", 0o755, (uid, gid), folder)
                os.rename(parts[-1], f"{parts[-1]}.{secrets.token_hex(6)}", src_dir_fd=place, dst_dir_fd=aside)
            os.symlink(target, parts[-1], dir_fd=place)
            # Nginx follows a link to what belongs to the link's own owner alone.
            os.chown(parts[-1], uid, gid, dir_fd=place, follow_symlinks=False)


def _walk(stack: contextlib.ExitStack, root: str, parts: list[str], mode: int, owner: Owner, folder: str) -> int:
    handle = _held(stack, os.open(root, OPEN))
    for part in parts:
        handle = _enter(stack, handle, part, mode, owner, folder)
    return handle


def _held(stack: contextlib.ExitStack, handle: int) -> int:
    stack.callback(os.close, handle)
    return handle


def _enter(stack: contextlib.ExitStack, parent: int, name: str, mode: int, owner: Owner, folder: str) -> int:
    """One folder within another, made where it is missing."""
    try:
        os.mkdir(name, mode, dir_fd=parent)
        is_new = True
    except FileExistsError:
        is_new = False
    try:
        handle = _held(stack, os.open(name, OPEN, dir_fd=parent))
    except OSError as error:
        raise _refused(folder, f"{name} is no folder there") from error
    if is_new:
        os.fchown(handle, *owner)
        os.fchmod(handle, mode)
    return handle


def _kind(parent: int, name: str) -> int | None:
    try:
        return stat.S_IFMT(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return None


def _is_linked(parent: int, name: str, target: str, folder: str) -> bool:
    """Whether the link is there already; refuses any other one, and a file."""
    kind = _kind(parent, name)
    if kind in (None, stat.S_IFDIR):
        return False
    if kind == stat.S_IFLNK and os.readlink(name, dir_fd=parent) == target:
        return True
    raise _refused(folder, f"{name} is a link or a file in the repository, or the build made it one")


def _merge(source: int, target: int, owner: Owner, depth: int) -> None:
    """Takes files and links to where nothing of their name is, folder by folder; folders are made anew, so that they hand on their group."""
    for name in sorted(os.listdir(source)):
        kind, there = _kind(source, name), _kind(target, name)
        if kind == stat.S_IFDIR and there in (None, stat.S_IFDIR) and depth > 0:
            with contextlib.ExitStack() as stack:
                inner = _held(stack, os.open(name, OPEN, dir_fd=source))
                _merge(inner, _enter(stack, target, name, SHARED_MODE, owner, name), owner, depth - 1)
        elif kind in (stat.S_IFREG, stat.S_IFLNK) and there is None:
            os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
            if os.stat(name, dir_fd=target, follow_symlinks=False).st_uid == owner[0]:
                os.chown(name, *owner, dir_fd=target, follow_symlinks=False)


def _refused(folder: str, why: str) -> HostError:
    return HostError(
        "build-failed",
        f"The shared folder {folder} can't take its place in the release: {why}.",
        hint="Take it out of the repository, or choose another folder; what serves goes on as it is.",
        folder=folder,
    )
