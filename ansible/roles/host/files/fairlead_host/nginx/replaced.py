"""Files of the server's own that a front takes the place of: kept beside, and put back when that front goes."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable

from .. import paths
from ..errors import HostError
from ..files import read_json, sha256, sync_directory, unlink, write_json
from ..parse import SHA256, Fields, refuse

# Below a directory of /etc/nginx that is not Fairlead's, so that the test beside can lay another one over it.
PATH = re.compile(r"/etc/nginx/(?!fairlead/)(?:(?!\.\.?/)[^/\x00-\x1f\x7f]{1,100}/){1,4}(?!\.)[^/\x00-\x1f\x7f]{1,150}")


@dataclass(frozen=True)
class Replaced:
    """A file of the server's own, and the hash of the text that was read of it."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Move:
    """One rename: out of service, or back. Symlink or file, with its owner and mode."""

    app: str
    source: Path
    target: Path

    @property
    def is_back(self) -> bool:
        """Whether the file comes back into service."""
        return paths.NGINX_KEPT in self.source.parents

    @property
    def is_done(self) -> bool:
        """Whether the file is where it is to be, and nowhere else."""
        return os.path.lexists(self.target) and not os.path.lexists(self.source)

    def undo(self) -> None:
        """Puts the file where it was, if it is not there."""
        if os.path.lexists(self.target) and not os.path.lexists(self.source):
            _rename(self.target, self.source)

    def to_json(self) -> dict[str, str]:
        """As the journal has it."""
        return {"app": self.app, "source": str(self.source), "target": str(self.target)}

    @staticmethod
    def from_json(item: dict[str, Any]) -> "Move":
        """From the journal."""
        return Move(item["app"], Path(item["source"]), Path(item["target"]))


def parse_replaced(fields: Fields) -> Replaced:
    """Reads one item of `replaces`."""
    item = Replaced(Path(fields.match("path", PATH, "a file below a directory of /etc/nginx")), fields.match("sha256", SHA256, "a SHA-256"))
    fields.done()
    return item


def parse_list(fields: Fields) -> tuple[Replaced, ...]:
    """Reads `replaces`; refuses a path named twice."""
    items = tuple(parse_replaced(item) for item in fields.objects("replaces", 50))
    if len({item.path for item in items}) < len(items):
        raise refuse("input.files.replaces", "names a file twice")
    return items


def _index(app: str) -> Path:
    return paths.REPLACED_RECORDS / f"{app}.json"


def kept_of(app: str) -> list[Path]:
    """Paths of the files that an app's front keeps out of service, as they are called in service."""
    value = read_json(_index(app))
    return [Path(item) for item in value] if isinstance(value, list) else []


def kept_path(app: str, path: Path) -> Path:
    """Where a file is kept."""
    return paths.NGINX_KEPT / app / f"{sha256(str(path))[:12]}-{path.name}"


def moves_for(app: str, wanted: tuple[Replaced, ...] | None) -> list[Move]:
    """What is to be moved so that just these files are out of service; None: those that are.

    Raises `conflict` for a file that is not what was read.
    """
    if wanted is None:
        return []
    kept = kept_of(app)
    out = [Move(app, item.path, kept_path(app, item.path)) for item in wanted if item.path not in kept and _goes_out(item)]
    names = {item.path for item in wanted}
    back = [Move(app, kept_path(app, path), path) for path in kept if path not in names and _may_return(app, path)]
    return [*out, *back]


def _goes_out(item: Replaced) -> bool:
    """Whether the file is to be moved: one that is not there is out of service already."""
    try:
        content = item.path.read_bytes()
    except FileNotFoundError:
        return False
    if sha256(content) == item.sha256:
        return True
    raise HostError(
        "conflict",
        f"{item.path} was changed since it was read; nothing was changed.",
        hint="Read the server's config again and look at the plan again.",
        file=str(item.path),
    )


def _may_return(app: str, path: Path) -> bool:
    """Whether its place is free: what somebody put there since is theirs."""
    return os.path.lexists(kept_path(app, path)) and not os.path.lexists(path) and path.parent.is_dir()


def perform(moves: Iterable[Move]) -> None:
    """Moves the files, and writes down which are out of service."""
    moves = list(moves)
    for move in moves:
        if not move.is_back:
            move.target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        _rename(move.source, move.target)
    for app in {move.app for move in moves}:
        write_index(app, index_after(app, moves))


def undo(moves: Iterable[Move], before: dict[str, list[str]]) -> None:
    """Puts every file where it was, and writes down what was."""
    for move in reversed(list(moves)):
        move.undo()
    for app, kept in before.items():
        write_index(app, kept)
        forget_empty(app)


def index_after(app: str, moves: Iterable[Move]) -> list[str]:
    """What is written down once these moves are done."""
    own = [move for move in moves if move.app == app]
    returned = {move.target for move in own if move.is_back}
    taken = [move.source for move in own if not move.is_back]
    return sorted({str(path) for path in [*kept_of(app), *taken] if path not in returned})


def write_index(app: str, kept: list[str]) -> None:
    """Writes down which files are out of service."""
    if kept:
        write_json(_index(app), kept)
    else:
        unlink(_index(app))


def forget_empty(app: str) -> None:
    """Takes the app's directory away where nothing is kept in it."""
    try:
        os.rmdir(paths.NGINX_KEPT / app)
    except OSError:
        pass


def _rename(source: Path, target: Path) -> None:
    os.rename(source, target)
    for directory in {source.parent, target.parent}:
        sync_directory(directory)


def stage(moves: Iterable[Move], root: Path) -> list[tuple[Path, Path]]:
    """Copies of the directories that the moves touch as they would be after them, each with the one that it stands for."""
    moves = list(moves)
    touched = sorted({(move.target if move.is_back else move.source).parent for move in moves})
    staged = []
    for number, directory in enumerate(touched):
        copy = root / str(number)
        shutil.copytree(directory, copy, symlinks=True, copy_function=_link)
        for move in moves:
            if move.is_back and move.target.parent == directory:
                _copy(move.source, copy / move.target.name)
            elif not move.is_back and move.source.parent == directory:
                (copy / move.source.name).unlink()
        staged.append((copy, directory))
    return staged


def _link(source: str, target: str, *, follow_symlinks: bool = True) -> None:
    del follow_symlinks
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target)


def _copy(source: Path, target: Path) -> None:
    if source.is_symlink():
        os.symlink(os.readlink(source), target)
    else:
        _link(str(source), str(target))


def all_kept(app: str | None = None) -> list[str]:
    """Where files are kept, of one app or of all; sorted."""
    directories = [paths.NGINX_KEPT / app] if app is not None else _directories()
    return sorted(str(entry) for directory in directories if directory.is_dir() for entry in directory.iterdir())


def _directories() -> list[Path]:
    return list(paths.NGINX_KEPT.iterdir()) if paths.NGINX_KEPT.is_dir() else []
