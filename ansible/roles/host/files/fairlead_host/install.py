"""Installing this program from its archive: unpacked and compiled beside the old one, switched to in one step."""

from __future__ import annotations

import compileall
import hashlib
import os
import re
import shutil
import zipfile
from pathlib import Path

ROOT = Path("/usr/lib/fairlead")
ENTRY = ROOT / "host"
PACKAGE = "fairlead_host/"


def install_program(archive: Path) -> list[str]:
    """Makes `/usr/lib/fairlead/host` run the archive's program; answers the paths that changed."""
    ROOT.mkdir(mode=0o755, exist_ok=True)
    target = ROOT / hashlib.sha256(archive.read_bytes()).hexdigest()[:12]
    changed: list[str] = []
    if not _is_whole(target, archive):
        _unpack(archive, target)
        changed.append(str(target))
    previous = _current_target()
    if _write_entry(target):
        changed.append(str(ENTRY))
    for other in ROOT.iterdir():
        # Resident programs of the last version go on until their connections end.
        if other.is_dir() and other not in (target, previous):
            shutil.rmtree(other)
    return changed


def _write_entry(target: Path) -> bool:
    entry = f'#!/usr/bin/python3 -IS\nimport sys\n\nsys.path.insert(0, "{target}")\nfrom fairlead_host.main import main\n\nmain()\n'
    if ENTRY.exists() and ENTRY.read_text(encoding="utf-8") == entry and ENTRY.stat().st_mode & 0o7777 == 0o755:
        return False
    partial = ROOT / ".host.partial"
    partial.write_text(entry, encoding="utf-8")
    partial.chmod(0o755)
    os.rename(partial, ENTRY)
    return True


def _current_target() -> Path | None:
    """The program's directory that the entry names now."""
    try:
        found = re.search(rf'"({ROOT}/[0-9a-f]{{12}})"', ENTRY.read_text(encoding="utf-8"))
    except OSError:
        return None
    return Path(found[1]) if found else None


def _is_whole(target: Path, archive: Path) -> bool:
    """Whether every module of the archive is unpacked as it should be."""
    if not (target / "complete").exists():
        return False
    with zipfile.ZipFile(archive) as program:
        names = [name for name in program.namelist() if name.startswith(PACKAGE)]
        return all(_is_same(target / name, program.read(name)) for name in names)


def _is_same(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _unpack(archive: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o755)
    with zipfile.ZipFile(archive) as program:
        program.extractall(target, [name for name in program.namelist() if name.startswith(PACKAGE)])
    compileall.compile_dir(target, quiet=2)
    (target / "complete").touch()
