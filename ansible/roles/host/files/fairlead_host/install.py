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
ENTRY, CONTAINER = ROOT / "host", ROOT / "container"
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
    changed += [str(entry) for entry, text in _entries(target).items() if _write_entry(entry, text)]
    for other in ROOT.iterdir():
        # Resident programs of the last version go on until their connections end.
        if other.is_dir() and other not in (target, previous):
            shutil.rmtree(other)
    return changed


def _entries(target: Path) -> dict[Path, str]:
    """What is called by a path that stays: this program, and what runs containers, which units name."""
    head = "#!/usr/bin/python3 -IS\nimport sys\n\n"
    return {
        CONTAINER: f'{head}sys.path.insert(0, "{target}/fairlead_host/release")\nfrom container import main\n\nsys.exit(main(*sys.argv[1:]))\n',
        ENTRY: f'{head}sys.path.insert(0, "{target}")\nfrom fairlead_host.main import main\n\nmain()\n',
    }


def _write_entry(entry: Path, text: str) -> bool:
    if entry.exists() and entry.read_text(encoding="utf-8") == text and entry.stat().st_mode & 0o7777 == 0o755:
        return False
    partial = ROOT / f".{entry.name}.partial"
    partial.write_text(text, encoding="utf-8")
    partial.chmod(0o755)
    os.rename(partial, entry)
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
