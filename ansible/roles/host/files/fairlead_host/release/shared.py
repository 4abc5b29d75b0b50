"""Folders of an app that outlive its releases: `shared/<folder>`, to which each release has a link in the folder's place.

The release and what is shared are the tenant's own to write, links and all, while this program is root: every step goes by the descriptor of the folder that
was opened before it, and follows no link.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat

from ..app.place import App
from ..errors import HostError
from ..parse import FOLDER, Fields, refuse
from .artifact import SET_ASIDE

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
    """Each folder of the release leads to the shared one. What the build has in it is copied there where nothing of that name is. Raises `build-failed`."""
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
                _copy(own, shared, (uid, readers), DEEPEST)
                aside = release
                for part in [*SET_ASIDE.split("/"), *parts[:-1]]:
                    aside = _enter(stack, aside, part, 0o755, (uid, gid), folder)
                _set_aside(place, aside, parts[-1], folder)
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


def _set_aside(place: int, aside: int, name: str, folder: str) -> None:
    """The folder as it was built stays with the release, for servers that get the build from here."""
    try:
        os.rename(name, name, src_dir_fd=place, dst_dir_fd=aside)
    except OSError as error:
        raise _refused(folder, f"{SET_ASIDE} of the release has something of this name") from error


def _copy(source: int, target: int, owner: Owner, depth: int) -> None:
    """Copies files and links to where nothing of their name is, folder by folder; what is no file or not the app's own is left out."""
    for name in sorted(os.listdir(source)):
        kind, there = _kind(source, name), _kind(target, name)
        if kind == stat.S_IFDIR and there in (None, stat.S_IFDIR) and depth > 0:
            with contextlib.ExitStack() as stack:
                inner = _held(stack, os.open(name, OPEN, dir_fd=source))
                _copy(inner, _enter(stack, target, name, SHARED_MODE, owner, name), owner, depth - 1)
        elif kind == stat.S_IFLNK and there is None:
            os.symlink(os.readlink(name, dir_fd=source), name, dir_fd=target)
            os.chown(name, *owner, dir_fd=target, follow_symlinks=False)
        elif kind == stat.S_IFREG and there is None:
            _copy_file(source, target, name, owner)


def _copy_file(source: int, target: int, name: str, owner: Owner) -> None:
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=source)
    with open(handle, "rb") as content:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != owner[0]:
            return
        made = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=target)
        with open(made, "wb") as copy:
            shutil.copyfileobj(content, copy)
            os.fchown(made, *owner)
            os.fchmod(made, stat.S_IMODE(found.st_mode) & 0o777)


def _refused(folder: str, why: str) -> HostError:
    return HostError(
        "build-failed",
        f"The shared folder {folder} can't take its place in the release: {why}.",
        hint="Take it out of the repository, or choose another folder; what serves goes on as it is.",
        folder=folder,
    )
